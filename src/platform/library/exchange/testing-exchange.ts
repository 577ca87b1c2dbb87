import type { Files } from '../../../engine/collection/testing.ts';
import type { LibraryExportOptions } from '../../../protocol/library-worker.ts';
import type { LibraryStore, NewPicture } from '../library-store.ts';
import { createMemoryLibraryStore } from '../testing-library-store.ts';
import { newPicture, withPreview } from '../testing-pictures.ts';
import { createZip, openZip } from './zip.ts';

export const MODEL = { model: { id: 'tiny-clip', sha256: 'a'.repeat(64) }, dim: 8 };
export const OPTIONS: LibraryExportOptions = {
  name: 'mine',
  title: 'My pictures',
  vectors: 'f32',
  withPlaces: true,
  withAlbums: true,
};

/** Three pictures, of which one has a place and a preview, and one no perceptual hash. */
export function threePictures(): Promise<LibraryStore> {
  return libraryOf(newPicture(1), withPlace(withPreview(2)), newPicture(3, { phash: null }));
}

export async function libraryOf(...pictures: NewPicture[]): Promise<LibraryStore> {
  const library = createMemoryLibraryStore();
  await library.setModel(MODEL);
  await library.put(pictures, []);
  return library;
}

export function withPlace(picture: NewPicture): NewPicture {
  return { ...picture, item: { ...picture.item, extensions: { place: [48.1, 11.5], camera: 'Camera 1' } } };
}

/** Everything of a library but its keys, which are its own. */
export async function contentOf(library: LibraryStore) {
  const pictures = await library.all();
  const load = async ({ key: _, ...picture }: (typeof pictures)[number]) => ({
    ...picture,
    thumbnail: await library.rendition(picture.item.thumbnail?.path ?? ''),
    preview: await library.rendition(picture.item.preview?.path ?? ''),
  });
  return await Promise.all(pictures.map(load));
}

/** The files of a zip, as a host would serve them. */
export async function unpack(zip: Blob, folder = 'collections'): Promise<Files> {
  const { paths, read } = await openZip(zip);
  const files: Files = new Map();
  for (const path of paths) files.set(`${folder}/${path}`, (await read(path)) ?? new Uint8Array());
  return files;
}

export async function changed(zip: Blob, change: (files: Files) => void): Promise<Blob> {
  const files = await unpack(zip, '.');
  change(files);
  const writing = createZip();
  for (const [path, bytes] of files) await writing.add(path.slice(2), bytes);
  return await writing.close();
}
