import { chooseThreads } from '../../../../src/client/device.ts';
import { drawSvg } from '../../../../src/client/draw-svg.ts';
import { createLibraryClient, type LibraryClient } from '../../../../src/client/library-client.ts';
import { createQueryClient, type QueryClient } from '../../../../src/client/query-client.ts';
import type { Pixels } from '../../../../src/engine/ports.ts';
import { textQuery } from '../../../../src/engine/query/query.ts';
import { createVisionCrew } from '../../../../src/platform/encoders/vision/vision-crew.browser.ts';
import type { VisionWorkers } from '../../../../src/platform/encoders/vision/vision-workers.browser.ts';
import { parsePreprocessor } from '../../../../src/platform/models/preprocessor.ts';
import { createBrowserDecoder } from '../../../../src/platform/pictures/decode.browser.ts';
import type { AddedFile, Queue } from '../../../../src/protocol/library-worker.ts';
import { type BenchPage, type Device, type Seen, STEPS_CHANNEL, type Steps } from '../protocol.ts';
import { fillLibrary } from './fill.ts';

const baseUrl = new URL('./', location.href).href;
let files: AddedFile[] = [];
let queries: QueryClient | undefined;
/** The tower of `see`, loaded once. */
let eyes: VisionWorkers | undefined;
/** One for all runs, so that the model is loaded once. */
let client: LibraryClient | undefined;
let counted: Pick<Queue, 'done' | 'failed'> = { done: 0, failed: 0 };
/** Runs of indexing that are under way. */
let running = 0;
const WORDS = ['dog', 'a red car', 'children on a beach', 'snow', 'something to eat', 'a church at night'];

const page: BenchPage = {
  async fetchPhotos(photos) {
    files = [];
    let bytes = 0;
    for (const { url, path } of photos) {
      const blob = await (await fetch(url)).blob();
      bytes += blob.size;
      files.push({ path, file: new File([blob], path, { lastModified: 1_700_000_000_000 }) });
    }
    return bytes;
  },
  ownThreads: async () => chooseThreads(),
  async bareLoop(device, threads, pictures) {
    const crew = createVisionCrew({ baseUrl, device, threads, startWorker, onProgress: ignore, onFallback: fail });
    const loaded = await crew.load(undefined);
    const size = loaded.preprocessor.imageSize;
    const batch: Pixels[] = Array.from({ length: loaded.batchSize }, (_, i) => ({
      size,
      rgb: Uint8Array.from({ length: 3 * size * size }, (_value, at) => (at * (i + 3)) % 251),
    }));
    await crew.encode(batch);
    const start = performance.now();
    let done = 0;
    for (; done < pictures; done += batch.length) await crew.encode(batch);
    const seconds = (performance.now() - start) / 1000;
    crew.close();
    return done / seconds;
  },
  async index(device, threads, from, count) {
    running++;
    const at = clientFor(device, threads);
    await at.overview();
    const before = await readSteps();
    const [done, failed] = [counted.done, counted.failed];
    const start = performance.now();
    const ended = queueEnded(at, start);
    await at.add({ kind: 'files', files: files.slice(from, from + count) });
    const { queue, seconds } = await ended;
    running--;
    const after = Object.entries(await readSteps());
    const steps = Object.fromEntries(after.map(([step, ms]) => [step, ms - (before[step] ?? 0)]));
    const isNew = queue.done + queue.failed === count;
    counted = queue;
    return {
      ...{ seconds, steps },
      pictures: isNew ? queue.done : queue.done - done,
      failed: isNew ? queue.failed : queue.failed - failed,
    };
  },
  async openQueries(device, threads) {
    queries = createQueryClient({ baseUrl, device, index: 'auto', threads });
    await queries.open('demo');
    await queries.ready();
    await queries.search(textQuery('a dog'));
  },
  async query(count) {
    const times: number[] = [];
    for (let i = 0; count > 0 ? i < count : running > 0; i++) {
      const start = performance.now();
      await queries?.search(textQuery(`${WORDS[i % WORDS.length]} ${i}`));
      times.push(performance.now() - start);
      await new Promise((resolve) => setTimeout(resolve, 50)); // as fast as somebody types
    }
    return times;
  },
  async memory() {
    const measured = performance as Performance & { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };
    return (await measured.measureUserAgentSpecificMemory()).bytes;
  },
  async multiply(count) {
    const own = files.length;
    for (let i = own; i < count; i++) {
      const { file, path } = files[i % own] as AddedFile; // there are as many
      // Bytes behind the end of a JPEG are no part of its picture.
      const copy = new File([file, `${i}`], path, { lastModified: file.lastModified });
      files.push({ path: `${i}-${path}`, file: copy });
    }
  },
  fill: fillLibrary,
  async see(photos, preprocessor, model) {
    const decoder = createBrowserDecoder({ preprocessor: parsePreprocessor(preprocessor), draw: drawSvg });
    const pixels: (Pixels | null)[] = [];
    for (const { url } of photos) {
      const bytes = new Uint8Array(await (await fetch(url)).arrayBuffer());
      const decoded = await decoder.decode(bytes, false).catch((error: Error) => {
        console.error(url, error.message);
      });
      pixels.push(decoded?.pixels ?? null);
    }
    eyes ??= createVisionCrew({
      ...{ baseUrl, device: 'wasm', threads: 1, startWorker, onProgress: ignore, onFallback: fail },
    });
    await eyes.load(model);
    const vectors = await eyes.encode(pixels.filter((one) => one !== null));
    return pixels.map((one): Seen | null => {
      const vector = one && vectors.shift();
      return one && vector ? { rgb: toBase64(one.rgb), vector: Array.from(vector) } : null;
    });
  },
};

function clientFor(device: Device, threads: number): LibraryClient {
  client ??= createLibraryClient({
    ...{ baseUrl, device, threads },
    chooseDevice: async () => ({ device, reason: 'Asked for.' }),
    createWorker: () => new Worker(new URL('./library.worker.ts', import.meta.url), { type: 'module' }),
  });
  return client;
}

/** When nothing is left of what was added. The clock starts when the first batch could be encoded. */
function queueEnded(client: LibraryClient, start: number): Promise<{ queue: Queue; seconds: number }> {
  return new Promise((resolve, reject) => {
    client.subscribe((event) => {
      if (event.type === 'failed') reject(new Error(event.message));
      if (event.type !== 'queue') return;
      const { queue } = event;
      if (queue.problem) reject(new Error(queue.problem.message));
      if (queue.state === 'idle' && queue.left === 0 && queue.done + queue.failed > 0)
        resolve({ queue, seconds: (performance.now() - start) / 1000 });
    });
  });
}

const startWorker = () =>
  new Worker(new URL('../../../../workers/vision.worker.ts', import.meta.url), { type: 'module', name: 'vision' });
const ignore = () => {};
const fail = (reason: string) => console.error(reason);

function readSteps(): Promise<Steps> {
  const channel = new BroadcastChannel(STEPS_CHANNEL);
  return new Promise((resolve) => {
    channel.onmessage = ({ data }: MessageEvent<Steps>) => {
      channel.close();
      resolve(data);
    };
    channel.postMessage('steps');
  });
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

Object.assign(globalThis, { bench: page });
