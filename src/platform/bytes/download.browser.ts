import { chunksOf } from '../../engine/async/chunks.ts';
import { createStallTimer, type StallTimer } from '../../engine/async/timeouts.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { Packing, ReadOptions } from '../../engine/ports.ts';
import { prepareUnpacking, unpack } from './unpack.browser.ts';

/** A server that sends nothing for so long has gone away. */
const STALL_MS = 45_000;
/**
 * The same of a piece of a file: a single answer waits for most of them, so it is well below the time after which the page
 * starts a new worker. It also holds for the pieces that a load reads, such as the first block of the vectors.
 */
export const PIECE_STALL_MS = 15_000;
/** How long a newer manifest is waited for when an earlier visit kept one. */
const IMPATIENT_MS = 4_000;

/**
 * The body at `url`, of `bytes` expected bytes; undefined when it is longer or shorter, or cannot be unpacked.
 * @param path what messages call the file
 * @param by how it is packed; `bytes` is what comes out
 * @throws AfterimageError `part-missing`, `offline`, `network`, `collection-too-large`
 */
export async function download(
  url: string,
  path: string,
  bytes: number,
  cache: RequestCache,
  { signal, onProgress }: ReadOptions,
  by?: Packing,
): Promise<Uint8Array | undefined> {
  if (by !== undefined) prepareUnpacking(by);
  return fetching({ path, ms: STALL_MS }, signal, async (stalled, moved) => {
    const response = await fetch(url, { cache, signal: stalled });
    if (response.status === 404 || response.status === 410) throw missing(path);
    if (!response.ok || !response.body) throw serverError(path, response.status);
    const onLoaded = (loaded: number) => {
      moved();
      onProgress?.(loaded, bytes);
    };
    if (by === undefined) return readBody(chunksOf(response.body), path, bytes, onLoaded);
    const { chunks, isDamaged } = unpack(response.body, by);
    return readBody(chunks, path, bytes, onLoaded).catch((error: unknown) => {
      if (isDamaged()) return undefined;
      throw error;
    });
  });
}

/**
 * A stretch of the file at `url`, of `total` bytes: undefined when the answer is another one; `whole` when the server
 * answers with the whole file, as one does that knows no ranges.
 * @throws as `download`
 */
export async function downloadRange(
  url: string,
  path: string,
  { offset, length, total }: { readonly offset: number; readonly length: number; readonly total: number },
  { signal, onProgress }: ReadOptions,
  together: Together,
): Promise<Uint8Array | 'whole' | undefined> {
  const limit = { path, ms: PIECE_STALL_MS, together };
  return fetching(limit, signal, async (stalled, moved) => {
    const onLoaded = (loaded: number) => {
      moved();
      onProgress?.(loaded, length);
    };
    const last = offset + length - 1;
    const response = await fetch(url, { headers: { range: `bytes=${offset}-${last}` }, signal: stalled });
    if (response.status === 404 || response.status === 410) throw missing(path);
    // A host that is asked too much is not asked for whole files, which are more.
    if (response.status >= 500 || response.status === 429) throw serverError(path, response.status);
    const place = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
    const isRight = place?.[1] === `${offset}` && place[2] === `${last}` && ['*', `${total}`].includes(place[3] ?? '');
    if (response.status === 206 && isRight && response.body)
      return readBody(chunksOf(response.body), path, length, onLoaded);
    await response.body?.cancel().catch(() => undefined);
    return response.status === 200 ? 'whole' : undefined;
  });
}

/** Undefined when it is longer or shorter than `bytes`. */
async function readBody(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  bytes: number,
  onLoaded: (loaded: number) => void,
): Promise<Uint8Array | undefined> {
  const body = allocate(path, bytes);
  let loaded = 0;
  for await (const chunk of chunks) {
    if (loaded + chunk.length > bytes) return undefined;
    body.set(chunk, loaded);
    loaded += chunk.length;
    onLoaded(loaded);
  }
  return loaded === bytes ? body : undefined;
}

/** It is not the network that is at fault, and trying again is of no use. */
function allocate(path: string, bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new AfterimageError(
      'collection-too-large',
      `There is not enough memory here for the ${Math.ceil(bytes / 1e6)} MB of ${path}.`,
      { cause },
    );
  }
}

function missing(path: string): AfterimageError {
  return new AfterimageError('part-missing', `${path} is missing on the server.`);
}

/**
 * A small text, revalidated with the server; undefined when the server has none.
 * @param options.impatient give up early, because the caller has an older one at hand
 * @throws AfterimageError `offline`, `network`
 */
export async function fetchText(
  url: string,
  path: string,
  { signal, onProgress, impatient }: ReadOptions & { readonly impatient: boolean },
): Promise<string | undefined> {
  return fetching({ path, ms: impatient ? IMPATIENT_MS : STALL_MS }, signal, async (stalled) => {
    const response = await fetch(url, { cache: 'no-cache', signal: stalled });
    if (response.status === 404 || response.status === 410) return undefined;
    if (!response.ok) throw serverError(path, response.status);
    const text = await response.text();
    onProgress?.(text.length, text.length);
    return text;
  });
}

/**
 * Reads that share a connection: a browser opens few of them, and makes the other reads wait. What moves one of them shows
 * that the server has not gone away from the others.
 */
export type Together = Set<StallTimer>;

interface StallLimit {
  /** What messages call the file. */
  readonly path: string;
  /** Milliseconds. */
  readonly ms: number;
  readonly together?: Together;
}

type Work<T> = (signal: AbortSignal, moved: () => void) => Promise<T>;

/** As `withStallTimeout`; what `fetch` throws becomes a coded error. */
async function fetching<T>(limit: StallLimit, signal: AbortSignal | undefined, work: Work<T>): Promise<T> {
  try {
    return await withStallTimeout(limit, signal, work);
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof AfterimageError ? error : networkError(limit.path, error);
  }
}

/**
 * Run `work` with a signal that fires with the caller's, or when `moved` was not called for so long, by this work or what
 * goes on together with it: then its reason is an AfterimageError `network`.
 */
export async function withStallTimeout<T>(
  { path, ms, together = new Set() }: StallLimit,
  signal: AbortSignal | undefined,
  work: Work<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort(signal?.reason);
  signal?.addEventListener('abort', abort);
  const timer = createStallTimer(ms, () => controller.abort(stalled(path, ms)));
  together.add(timer);
  const moved = () => {
    for (const one of together) one.moved();
  };
  try {
    return await work(controller.signal, moved);
  } finally {
    together.delete(timer);
    timer.stop();
    signal?.removeEventListener('abort', abort);
  }
}

function stalled(path: string, ms: number): AfterimageError {
  return new AfterimageError(
    'network',
    `The server did not answer for ${ms / 1000} seconds (${path}). Try again in a while.`,
  );
}

function serverError(path: string, status: number): AfterimageError {
  return new AfterimageError('network', `The server answered ${status} instead of ${path}. Try again in a while.`);
}

/** @param path what did not come */
export function networkError(path: string, cause: unknown): AfterimageError {
  // False is certain, true is not: a browser only knows that it has some network.
  if (globalThis.navigator?.onLine === false) {
    return new AfterimageError(
      'offline',
      `There is no network, and an earlier visit did not keep what is missing (${path}). Connect once, then it works offline.`,
      { cause },
    );
  }
  return new AfterimageError(
    'network',
    `The server could not be reached (${path}). Look at the network connection, then try again.`,
    {
      cause,
    },
  );
}
