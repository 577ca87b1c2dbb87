/** A library with everything real but the model, for tests in a browser. */
import { expose } from 'comlink';
import { createDeferred } from '../../engine/async/deferred.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { normalise } from '../../engine/numeric/embedding.ts';
import type { LibraryEvent, Queue } from '../../protocol/library-worker.ts';
import type { VisionWorkerLike } from '../encoders/vision/vision-workers.browser.ts';
import type { VisionWorkerApi } from '../sessions/vision-session.browser.ts';
import { createLibrary, type Library, type LibraryOptions } from './library.browser.ts';
import { createLibraryStore, libraryName } from './library-store.browser.ts';
import type { LibraryStore } from './library-store.ts';

const PREPROCESSOR = {
  ...{ imageSize: 8, shortestEdge: 8, resample: 3, rescale: 1 / 255 },
  mean: [0, 0, 0],
  std: [1, 1, 1],
} as const;

export interface TestLibrary {
  readonly library: Library;
  readonly store: LibraryStore;
  readonly events: LibraryEvent[];
  /** Pictures that were embedded. */
  encoded(): number;
  /** The queue, once it neither runs nor lists. */
  rest(): Promise<Queue>;
}

/** A tower whose vectors are means of colours. @param onEncode may wait, or throw */
function createVision(onEncode: (count: number) => void | Promise<void>): VisionWorkerLike {
  const { port1, port2 } = new MessageChannel();
  const api: VisionWorkerApi = {
    load: async ({ library }) => ({
      ...(library ?? TEST_MODEL),
      preprocessor: PREPROCESSOR,
      batchSize: 4,
      isSingle: true,
    }),
    async encode(batch) {
      await onEncode(batch.length);
      return batch.map(({ rgb }) => {
        const sums = Float32Array.of(1, 1, 1);
        for (const [i, value] of rgb.entries()) sums[i % 3] = (sums[i % 3] as number) + value;
        return normalise(sums);
      });
    },
  };
  expose(api, port2);
  port1.start();
  return Object.assign(port1, { terminate: () => port1.close() });
}

export interface TestLibraryOptions {
  /** One library, in one tab after the other or in several. */
  readonly baseUrl: string;
  readonly onEncode?: (count: number) => void | Promise<void>;
  readonly indexing?: LibraryOptions['indexing'];
}

/** What the tower in tests makes vectors with. */
export const TEST_MODEL = { model: { id: 'test', sha256: 'f'.repeat(64) }, dim: 3 };

export function openTestLibrary({ baseUrl, indexing, onEncode = () => {} }: TestLibraryOptions): TestLibrary {
  const store = createLibraryStore({ name: libraryName(baseUrl) });
  const events: LibraryEvent[] = [];
  const waiting = new Set<() => void>();
  let count = 0;
  const library = createLibrary({
    ...{ baseUrl, store, fitsModel: async ({ model }) => model.id === TEST_MODEL.model.id },
    ...(indexing && { indexing }),
    onEvent(event) {
      events.push(event);
      for (const one of waiting) one();
    },
    page: { draw: () => Promise.reject(new AfterimageError('picture-unreadable', 'Nothing is drawn here.')) },
    startVisionWorker: () =>
      createVision((pictures) => {
        count += pictures;
        return onEncode(pictures);
      }),
  });
  library.useDevice('wasm', 1);
  const rest = async (): Promise<Queue> => {
    // What was begun before this is under way by now.
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (;;) {
      const { queue } = await library.overview();
      if (queue.state !== 'running' && queue.state !== 'listing') return queue;
      const moved = createDeferred<void>();
      waiting.add(moved.resolve);
      await moved.promise;
      waiting.delete(moved.resolve);
    }
  };
  return { library, store, events, encoded: () => count, rest };
}

let folders = 0;

/** An empty folder of this site's own, whose handle is one as of any folder. */
export async function makeFolder(
  name = `folder-${folders++}-${crypto.randomUUID()}`,
): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle(name, { create: true });
}

export async function writeFile(
  folder: FileSystemDirectoryHandle,
  path: string,
  content: Blob | Uint8Array<ArrayBuffer>,
): Promise<void> {
  const names = path.split('/');
  const last = names.pop() ?? '';
  let at = folder;
  for (const name of names) at = await at.getDirectoryHandle(name, { create: true });
  const writable = await (await at.getFileHandle(last, { create: true })).createWritable();
  await writable.write(content);
  await writable.close();
}

/** A picture of its own for every number. */
export async function paint(n: number, type = 'image/png', size = 40): Promise<Blob> {
  const canvas = new OffscreenCanvas(size, size / 2);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  context.fillStyle = `hsl(${(n * 47) % 360} 80% 50%)`;
  context.fillRect(0, 0, size, size);
  context.fillStyle = `rgb(${n % 256} ${(n * 7) % 256} 90)`;
  context.fillRect(n % 20, n % 9, 12, 8);
  return canvas.convertToBlob({ type });
}
