import { FILES, withExtension } from '../../../engine/collection/extensions/facts.ts';
import type { ReadyPicture } from '../../../indexing/library/ready-pictures.ts';
import { sha256 } from '../../hashes/sha256.ts';
import type { ExportedFile } from '../exchange/library-file.ts';
import { type ReadLibrary, type ReadPicture, readLibraryFile } from '../exchange/read-library-file.ts';
import type { FoundFile, LibraryModel } from '../library-store.ts';

/** An index that was found beside pictures, and was read and found whole. */
export interface FolderIndex {
  readonly pictures: number;
  /** The picture at a path, where the file has the length and time that the index says, and the index was found to be right. */
  find(file: IndexedFile): Promise<ReadyPicture | undefined>;
  /** The picture of a content. */
  findContent(sha256: string, file: IndexedFile): Promise<ReadyPicture | undefined>;
}

/** A file as the index names it. */
export interface IndexedFile extends Pick<FoundFile, 'bytes' | 'modified' | 'others'> {
  /** Inside the folder that the index lies in. */
  readonly path: string;
  /** What people call it. */
  readonly name: string;
}

/** Files that are read before lengths and times are believed. */
const PROBED = 16;

/** @param read a file of the folder by its path; undefined where it is not there */
export type ReadFile = (path: string) => Promise<File | undefined>;

/**
 * @throws AfterimageError `import-invalid` for what is no such index, or is damaged
 * @param isUsable whether vectors of this model can stand beside what is here; false ends in undefined
 */
export async function openFolderIndex(
  file: Blob,
  read: ReadFile,
  isUsable: (model: LibraryModel) => Promise<boolean>,
): Promise<{ readonly model: LibraryModel; readonly index: FolderIndex | undefined }> {
  const library = await readLibraryFile(file);
  const { model } = library;
  if (!(await isUsable(model))) return { model, index: undefined };
  return { model, index: createIndex(library, await isRight(library, read)) };
}

function createIndex(library: ReadLibrary, isTrusted: boolean): FolderIndex {
  const byPath = new Map<string, { readonly file: ExportedFile; readonly picture: ReadPicture }>();
  for (const picture of library.pictures) for (const file of picture.files) byPath.set(file.path, { file, picture });
  const byContent = new Map(library.pictures.map((picture) => [picture.sha256, picture]));
  return {
    pictures: library.pictures.length,
    async find(file) {
      const found = isTrusted ? byPath.get(file.path) : undefined;
      return found && isSame(found.file, file) ? ready(found.picture, file, library) : undefined;
    },
    async findContent(hash, file) {
      const picture = byContent.get(hash);
      return picture && ready(picture, file, library);
    },
  };
}

function isSame(one: ExportedFile, { bytes, modified }: Pick<FoundFile, 'bytes' | 'modified'>): boolean {
  return one.bytes === bytes && one.modified === Math.max(0, Math.round(modified));
}

/**
 * Whether lengths and times stand for contents: some files that have them, taken at random, are read and compared. One that
 * differs is enough: then every file is read.
 */
async function isRight({ pictures }: ReadLibrary, read: ReadFile): Promise<boolean> {
  const files = pictures.flatMap((picture) => picture.files.map((file) => ({ file, hash: picture.sha256 })));
  let probed = 0;
  // No more than a few dozen are looked at, where most are not there.
  for (let attempt = 0; attempt < 4 * PROBED && probed < PROBED && files.length > 0; attempt++) {
    const [{ file, hash }] = files.splice(Math.floor(Math.random() * files.length), 1) as [(typeof files)[0]];
    const there = await read(file.path).catch(() => undefined);
    if (!there || !isSame(file, { bytes: there.size, modified: there.lastModified })) continue;
    if ((await sha256(new Uint8Array(await there.arrayBuffer()))) !== hash) return false;
    probed++;
  }
  return true;
}

async function ready(picture: ReadPicture, file: IndexedFile, library: ReadLibrary): Promise<ReadyPicture | undefined> {
  const { sha256: hash, phash, vector } = picture;
  const others = file.others ? [...file.others] : undefined;
  const thumbnail = picture.item.thumbnail && (await library.rendition(picture.item.thumbnail.path));
  const preview = picture.item.preview && (await library.rendition(picture.item.preview.path));
  // Without its small copy it is as well made anew.
  if (!thumbnail) return undefined;
  const item = withExtension({ ...picture.item, name: file.name }, FILES, others);
  return { item, sha256: hash, phash, vector, thumbnail, preview, isIndexed: true };
}
