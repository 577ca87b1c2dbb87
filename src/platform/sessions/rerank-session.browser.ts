import { AfterimageError } from '../../engine/errors.ts';
import type { Pixels } from '../../engine/ports.ts';
import { planRerank, rerank } from '../../engine/search/rerank.ts';
import type { RerankEvent, RerankPicture, RerankRequest, RerankWorkerApi } from '../../protocol/rerank-worker.ts';
import { createHttpSource } from '../bytes/http-source.browser.ts';
import type { BrowserReranker } from '../rerankers/blip-itm.browser.ts';
import { readReranker } from '../rerankers/read-reranker.browser.ts';
import { watchDevice } from '../runtime/sessions.browser.ts';
import { holdWorkerLock } from './worker-lock.browser.ts';

/** Going back to a search looks at no picture twice. */
const REMEMBERED = 5000;

interface Looking extends Pick<BrowserReranker, 'reranker' | 'batchSize'> {
  /** The pixels of a picture; undefined where it cannot be read. */
  read(picture: RerankPicture): Promise<Pixels | undefined>;
}

/** What the rerank worker does, apart from the worker: one reranker, which looks at the best pictures of an answer again. */
export function createRerankSession(): RerankWorkerApi {
  let baseUrl: string | undefined;
  let emit: (event: RerankEvent) => void = () => {};
  let looking: Looking | undefined;
  let newest = 0;
  const remembered = createMatches();

  return {
    async connect(base, onEvent, workerLock) {
      baseUrl = base;
      emit = onEvent;
      return workerLock !== undefined && (await holdWorkerLock(workerLock));
    },
    async load({ id, device, threads }) {
      const source = createHttpSource(baseUrl ?? fail('The rerank worker was used before connect().'));
      const code = import('../rerankers/blip-itm.browser.ts');
      const onProgress = calmed((loaded, total) => emit({ type: 'progress', loaded, total }));
      const { manifest, files, runtime, versions } = await readReranker(source, id, device, onProgress);
      const { loadBrowserReranker, pixelsOf } = await code;
      const { reranker, batchSize, test } = await loadBrowserReranker({ manifest, files, runtime, device, threads });
      if (device === 'webgpu') watchDevice((reason) => emit({ type: 'device-lost', reason }));
      const read = async (picture: RerankPicture) => {
        const file = await fileOf(picture);
        return file && pixelsOf(file, reranker.preprocessor);
      };
      looking = { reranker, batchSize, read };
      void source.commit(versions);
      return { msPerPicture: test.msPerPicture };
    },
    async rerank(request) {
      newest += 1;
      const mine = newest;
      const isStale = () => mine !== newest;
      const start = performance.now();
      const at = looking ?? fail('The reranker was asked before it was loaded.');
      const found = await look(at, request, { isStale, remembered, beat: () => emit({ type: 'heartbeat' }) });
      if (!found) return undefined;
      const plan = planRerank(request, request, request.rows.length);
      const ranks = plan.ranks.filter((rank) => found.matches.has(rank));
      const matches = ranks.map((rank) => found.matches.get(rank) as number); // it has them
      const { modelId } = at.reranker;
      const ms = performance.now() - start;
      return { ...rerank(request, { ...plan, ranks }, matches), modelId, ms, looked: found.looked };
    },
    async drop() {
      newest += 1;
    },
  };
}

interface LookOptions {
  readonly isStale: () => boolean;
  readonly remembered: ReturnType<typeof createMatches>;
  readonly beat: () => void;
}

/** The match of each rank that has a picture, a few pictures at a time; undefined once it is stale. */
async function look(
  { reranker, batchSize, read }: Looking,
  { text, pictures }: RerankRequest,
  { isStale, remembered, beat }: LookOptions,
): Promise<{ readonly matches: ReadonlyMap<number, number>; readonly looked: number } | undefined> {
  const matches = new Map<number, number>();
  const left: { readonly rank: number; readonly picture: RerankPicture }[] = [];
  for (const [rank, picture] of pictures.entries()) {
    const known = picture && remembered.get(text, picture.key);
    if (known !== undefined && known !== null) matches.set(rank, known);
    else if (picture) left.push({ rank, picture });
  }
  for (let start = 0; start < left.length; start += batchSize) {
    await nextTask(); // a newer request comes as a message
    if (isStale()) return undefined;
    const batch = left.slice(start, start + batchSize);
    const pixels = await Promise.all(batch.map(({ picture }) => read(picture)));
    const seen = batch.flatMap((one, i) => (pixels[i] ? [{ ...one, pixels: pixels[i] }] : []));
    if (isStale()) return undefined;
    const scores =
      seen.length === 0
        ? []
        : await reranker.score(
            text,
            seen.map((one) => one.pixels),
          );
    for (const [i, { rank, picture }] of seen.entries()) {
      const match = scores[i] as number; // parallel
      matches.set(rank, match);
      remembered.set(text, picture.key, match);
    }
    beat();
  }
  return isStale() ? undefined : { matches, looked: left.length };
}

/** Of texts and pictures, the oldest forgotten first. */
function createMatches() {
  const known = new Map<string, number>();
  const keyOf = (text: string, picture: string) => JSON.stringify([text, picture]);
  return {
    get: (text: string, picture: string) => known.get(keyOf(text, picture)),
    set(text: string, picture: string, match: number) {
      known.set(keyOf(text, picture), match);
      const [oldest] = known.keys();
      if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
    },
  };
}

async function fileOf({ from }: RerankPicture): Promise<Blob | undefined> {
  if ('bytes' in from) return new Blob([from.bytes as Uint8Array<ArrayBuffer>], { type: from.type });
  const response = await fetch(from.url).catch(() => undefined);
  return response?.ok ? response.blob() : undefined;
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Bytes arrive thousands of times a second; a person sees twenty. */
const INTERVAL_MS = 50;

function calmed(tell: (loaded: number, total: number) => void): typeof tell {
  let last = -INTERVAL_MS;
  return (loaded, total) => {
    const now = performance.now();
    if (now - last < INTERVAL_MS && loaded < total) return;
    last = now;
    tell(loaded, total);
  };
}

function fail(message: string): never {
  throw new AfterimageError('internal', message);
}
