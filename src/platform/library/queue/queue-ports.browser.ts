import { AfterimageError } from '../../../engine/errors.ts';
import { NotAtHand, type QueuePorts, type QueueStep } from '../../../indexing/library/ports.ts';
import type { VisionWorkers } from '../../encoders/vision/vision-workers.browser.ts';
import { sha256 } from '../../hashes/sha256.ts';
import { type BrowserDecoder, createBrowserDecoder, type DecodeStep } from '../../pictures/decode.browser.ts';
import type { FoundIndexes } from '../beside/found-indexes.browser.ts';
import { renditionPaths } from '../files.ts';
import type { FilesAtHand } from '../folders/files-at-hand.ts';
import { bytesOf, fileIn, permissionOf, unavailable } from '../folders/folder-access.browser.ts';
import type { LibraryFolders } from '../folders/library-folders.browser.ts';
import type { FoundFile, LibraryStore } from '../library-store.ts';

export interface QueuePortsOptions {
  readonly store: LibraryStore;
  readonly folders: LibraryFolders;
  readonly atHand: FilesAtHand;
  readonly indexes: Pick<FoundIndexes, 'recall' | 'recallContent'>;
  readonly vision: () => Promise<VisionWorkers>;
  readonly draw: (svg: Uint8Array<ArrayBuffer>, width: number, height: number) => Promise<ImageBitmap>;
  /** Whether a file that was added by itself on an earlier visit may be read again. @param id in the queue */
  readonly isReadable: (id: number) => boolean;
  readonly onStep: (step: QueueStep | DecodeStep, milliseconds: number) => void;
  readonly onChange: () => void;
}

/** How this worker reads, decodes and embeds what waits in the queue. */
export function createQueuePorts(options: QueuePortsOptions): QueuePorts<FoundFile> {
  const { store, folders, atHand, indexes, vision, draw, isReadable, onStep, onChange } = options;
  /** For the pixels that one model takes. */
  let decoder: Promise<{ readonly of: string; readonly decode: BrowserDecoder['decode'] }> | undefined;

  const named = ({ folder, path }: FoundFile) => {
    const name = folder === null ? undefined : folders.get(folder)?.name;
    return name === undefined ? path : `${name}/${path}`;
  };
  const loadVision = async () => {
    const made = await store.model();
    const loaded = await (await vision()).load(made);
    if (!made) await store.setModel({ model: loaded.model, dim: loaded.dim });
    return loaded;
  };
  const loadDecoder = async () => {
    const { model, preprocessor } = await loadVision();
    return { of: model.sha256, decode: createBrowserDecoder({ preprocessor, draw, onStep }).decode };
  };
  /** Another one after the library was changed over to another model. */
  const decoderNow = async () => {
    const wanted = (await store.model())?.model.sha256;
    const before = decoder;
    const known = await before?.catch(() => undefined);
    if (known && (wanted === undefined || known.of === wanted)) return known;
    if (decoder === before) decoder = loadDecoder();
    return await (decoder ?? loadDecoder());
  };

  return {
    store,
    sha256,
    onStep,
    onProgress: onChange,
    canRead: ({ id, file }) =>
      file.folder === null ? atHand.has(file) || isReadable(id) : folders.access(file.folder) === 'granted',
    async read({ file }) {
      if (file.folder === null) return readAlone(file, atHand);
      const folder = folders.get(file.folder);
      if (!folder) throw new NotAtHand('The folder is not in the library any more.');
      try {
        return await bytesOf(await fileIn(folder.handle, file.path));
      } catch (error) {
        if (error instanceof NotAtHand) await folders.lost(file.folder);
        throw error;
      }
    },
    async decode(bytes, file) {
      // A file that cannot be read again later has to have a copy that is large enough to look at.
      const isKept = file.folder !== null || file.handle !== undefined;
      return (await decoderNow()).decode(bytes, !isKept);
    },
    nameOf: named,
    recall: (file) => indexes.recall(file, named(file)),
    recallContent: (hash, file) => indexes.recallContent(hash, file, named(file)),
    lacksCopies: async ({ item }) => (await store.missingRenditions(renditionPaths(item))).length > 0,
    async encoder() {
      const { model, dim, preprocessor, batchSize } = await loadVision();
      const { imageSize } = preprocessor;
      return { modelId: model.id, dim, imageSize, batchSize, encode: async (batch) => (await vision()).encode(batch) };
    },
  };
}

async function readAlone(file: FoundFile, atHand: FilesAtHand): Promise<Uint8Array> {
  const own = atHand.get(file);
  if (own) return bytesOf(own);
  if (!file.handle) throw new NotAtHand('It has to be chosen again.');
  if ((await permissionOf(file.handle)) !== 'granted') throw new NotAtHand('The browser asks before it is read again.');
  const again = await file.handle.getFile().catch((error: unknown) => {
    throw unavailable(error);
  });
  return bytesOf(again);
}

/** The file of a picture as it is now; undefined where none of its files is at hand. @throws `picture-unavailable` */
export async function originalOf(
  files: readonly FoundFile[],
  { folders, atHand }: Pick<QueuePortsOptions, 'folders' | 'atHand'>,
): Promise<File | undefined> {
  let failure: unknown;
  for (const file of files) {
    try {
      const own = file.folder === null ? await fileAlone(file, atHand) : await fileOf(file, folders);
      if (own) return own;
    } catch (error) {
      if (error instanceof AfterimageError) failure = error;
    }
  }
  if (failure !== undefined) throw failure;
  return undefined;
}

async function fileAlone(file: FoundFile, atHand: FilesAtHand): Promise<File | undefined> {
  const own = atHand.get(file);
  if (own || !file.handle || (await permissionOf(file.handle)) !== 'granted') return own;
  return file.handle.getFile().catch((error: unknown) => {
    throw unavailable(error);
  });
}

async function fileOf(file: FoundFile, folders: LibraryFolders): Promise<File | undefined> {
  const folder = file.folder === null ? undefined : folders.get(file.folder);
  return folder && (await permissionOf(folder.handle)) === 'granted' ? fileIn(folder.handle, file.path) : undefined;
}
