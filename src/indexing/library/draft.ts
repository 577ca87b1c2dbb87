import { CAMERA, FILES, PLACE, withExtension } from '../../engine/collection/extensions/facts.ts';
import { type Item, type PictureFile, SIGNATURE } from '../../engine/collection/types.ts';
import type { Json } from '../../engine/formats/check.ts';
import { dated, withDateSource } from '../collection/dates.ts';
import { itemId, picturePath } from '../collection/ids.ts';
import type { Rendition } from '../ports.ts';
import type { FileFacts, LibraryPicture, PictureToStore, QueuePorts } from './ports.ts';

/** All of a picture that is to be stored but its vector and its files. */
export type Draft = Omit<PictureToStore<unknown>, 'files' | 'vector' | 'sha256'>;

const TYPES: Readonly<Record<string, string>> = { webp: 'image/webp', jpg: 'image/jpeg', png: 'image/png' };

/** The record of a picture, and the smaller copies that go with it. */
export async function draftOf<F extends FileFacts>(
  sha256: string,
  picture: LibraryPicture,
  file: F,
  ports: Pick<QueuePorts<F>, 'sha256' | 'nameOf'>,
): Promise<Draft> {
  const thumbnail = await placed('thumbs', picture.thumbnail, ports);
  const isSame = picture.preview === 'thumbnail';
  const larger = picture.preview === 'thumbnail' ? null : picture.preview;
  const preview = larger && (await placed('previews', larger, ports));
  const { date, dateSource } = dated(picture.metadata, file);
  const item: Item = {
    id: itemId(sha256),
    name: ports.nameOf(file),
    title: null,
    licence: null,
    width: picture.width,
    height: picture.height,
    bytes: file.bytes,
    date,
    thumbnail: thumbnail.place,
    preview: isSame ? thumbnail.place : (preview?.place ?? null),
  };
  const { camera, place } = picture.metadata;
  const facts: readonly [string, Json | undefined][] = [
    [CAMERA, camera ?? undefined],
    [PLACE, place ? [...place] : undefined],
    [SIGNATURE, picture.signature ?? undefined],
    [FILES, file.others ? [...file.others] : undefined],
  ];
  const dateItem = withDateSource(item, dateSource);
  return {
    item: facts.reduce((before, [name, value]) => withExtension(before, name, value), dateItem),
    phash: picture.phash,
    thumbnail: thumbnail.stored,
    preview: preview?.stored ?? null,
  };
}

async function placed(
  kind: 'thumbs' | 'previews',
  { bytes, extension, width, height }: Rendition,
  { sha256 }: Pick<QueuePorts<FileFacts>, 'sha256'>,
): Promise<{ readonly place: PictureFile; readonly stored: Draft['thumbnail'] }> {
  const path = picturePath(kind, await sha256(bytes), extension);
  const type = TYPES[extension] ?? 'application/octet-stream';
  return { place: { path, width, height }, stored: { bytes: bytes as Uint8Array<ArrayBuffer>, type } };
}
