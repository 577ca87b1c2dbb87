import { AfterimageError } from '../../../engine/errors.ts';
import type { Pixels } from '../../../engine/ports.ts';
import type { LibraryEncoder } from '../../../indexing/library/ports.ts';
import type { ChangeoverPorts } from '../../../indexing/library/run-changeover.ts';
import type { VisionWorkers } from '../../encoders/vision/vision-workers.browser.ts';
import { sha256 } from '../../hashes/sha256.ts';
import { type BrowserDecoder, createBrowserDecoder } from '../../pictures/decode.browser.ts';
import type { LibraryModel, LibraryStore, StoredPicture } from '../library-store.ts';
import { originalOf, type QueuePortsOptions } from '../queue/queue-ports.browser.ts';

export interface ChangeoverPictures extends Pick<QueuePortsOptions, 'folders' | 'atHand' | 'draw'> {
  readonly store: Pick<LibraryStore, 'rendition'>;
  readonly workers: VisionWorkers;
}

/** How pictures of the library are read, decoded and embedded again: from their files, else from the copies that are kept. */
export function createChangeoverPictures({
  model,
  workers,
  draw,
  ...rest
}: ChangeoverPictures & { readonly model: LibraryModel }): Pick<ChangeoverPorts<StoredPicture>, 'pixels' | 'encoder'> {
  let loaded: Promise<{ readonly decoder: BrowserDecoder; readonly imageSize: number }> | undefined;
  const load = async () => {
    const { preprocessor } = await workers.load(model);
    return { decoder: createBrowserDecoder({ preprocessor, draw }), imageSize: preprocessor.imageSize };
  };
  return {
    async pixels(picture): Promise<Pixels | undefined> {
      loaded ??= load();
      const { decoder, imageSize } = await loaded;
      const bytes = (await contentOf(picture, rest)) ?? (await copyOf(picture, imageSize, rest));
      return bytes && (await decoder.decode(bytes, false)).pixels;
    },
    async encoder(): Promise<LibraryEncoder> {
      const { model: made, dim, preprocessor, batchSize } = await workers.load(model);
      return {
        ...{ modelId: made.id, dim, imageSize: preprocessor.imageSize, batchSize },
        encode: (batch) => (batch.length === 0 ? Promise.resolve([]) : workers.encode(batch)),
      };
    },
  };
}

type Reading = Pick<ChangeoverPictures, 'store' | 'folders' | 'atHand'>;

/** The picture's file, where it is at hand and still has the same content. */
async function contentOf(
  { files, sha256: expected }: StoredPicture,
  { folders, atHand }: Reading,
): Promise<Uint8Array | undefined> {
  try {
    const file = await originalOf(files, { folders, atHand });
    const bytes = file && new Uint8Array(await file.arrayBuffer());
    return bytes && (await sha256(bytes)) === expected ? bytes : undefined;
  } catch (error) {
    // A file that went away, or a permission that was taken back: there may be a copy.
    if (error instanceof AfterimageError || error instanceof DOMException) return undefined;
    throw error;
  }
}

/** The copy that is kept of a picture, where the model would see no more in the file. */
async function copyOf(
  { item: { preview, thumbnail, width, height } }: StoredPicture,
  imageSize: number,
  { store }: Reading,
): Promise<Uint8Array | undefined> {
  for (const copy of [preview, thumbnail]) {
    if (!copy) continue;
    const isWhole = copy.width >= width && copy.height >= height;
    if (!isWhole && Math.min(copy.width, copy.height) < imageSize) continue;
    const found = await store.rendition(copy.path);
    if (found) return found.bytes;
  }
  return undefined;
}
