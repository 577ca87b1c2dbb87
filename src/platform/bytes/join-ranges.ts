import { abortable } from '../../engine/async/abortable.ts';
import type { ReadOptions } from '../../engine/ports.ts';

/** A stretch of a file. */
export interface Stretch {
  readonly offset: number;
  readonly length: number;
}

/** Reads a stretch of a file; what it gives in the place of the bytes is given for all that it was read for. */
export type ReadStretch<Other> = (stretch: Stretch, options: ReadOptions) => Promise<Uint8Array | Other>;

interface Waiting<Other> extends Stretch {
  readonly options: ReadOptions;
  resolve(bytes: Uint8Array | Other): void;
  reject(error: unknown): void;
}

/**
 * What lies between two stretches that are read together, at most: over a slow line (40 ms, 1.25 MB/s, six requests at a
 * time) it takes as long as another request.
 */
const GAP_BYTES = 8 * 2 ** 10;
/** What is read by one request, at most, unless a single stretch is longer: several requests share the line better. */
const MOST_BYTES = 256 * 2 ** 10;
/** How long a stretch waits for others: those of a query are looked up in the cache first, one after the other. */
const WAIT_MS = 4;

/**
 * Reads stretches of files that are asked for at about the same time, and lie close to each other, by one request. A
 * stretch that nobody wants any more is dropped; a request is aborted once that holds for all of its stretches.
 */
export function createJoinedReads<Other = never>() {
  const waiting = new Map<string, Waiting<Other>[]>();

  const flush = (path: string, read: ReadStretch<Other>) => {
    const wanted = waiting.get(path) ?? [];
    waiting.delete(path);
    const groups = groupStretches(wanted.filter(({ options }) => !options.signal?.aborted));
    for (const group of groups) void readGroup(read, group);
  };

  /** @param read reads of the file `path` */
  return async function readJoined(
    path: string,
    { offset, length }: Stretch,
    read: ReadStretch<Other>,
    options: ReadOptions,
  ): Promise<Uint8Array | Other> {
    options.signal?.throwIfAborted();
    const bytes = new Promise<Uint8Array | Other>((resolve, reject) => {
      const one = { offset, length, options, resolve, reject };
      const others = waiting.get(path);
      if (others) return others.push(one);
      waiting.set(path, [one]);
      setTimeout(() => flush(path, read), WAIT_MS);
    });
    return abortable(bytes, options.signal);
  };
}

/** In order of their place, those together that one request is made for. */
export function groupStretches<S extends Stretch>(stretches: readonly S[]): S[][] {
  const groups: S[][] = [];
  let [first, end] = [0, 0];
  for (const one of stretches.toSorted((a, b) => a.offset - b.offset)) {
    const newEnd = Math.max(end, one.offset + one.length);
    const group = groups.at(-1);
    if (group && one.offset - end <= GAP_BYTES && newEnd - first <= MOST_BYTES) group.push(one);
    else {
      groups.push([one]);
      [first, end] = [one.offset, one.offset];
    }
    end = Math.max(end, one.offset + one.length);
  }
  return groups;
}

async function readGroup<Other>(read: ReadStretch<Other>, group: readonly Waiting<Other>[]): Promise<void> {
  const offset = group[0]?.offset ?? 0;
  const length = Math.max(...group.map((one) => one.offset + one.length)) - offset;
  const onProgress = (loaded: number) => {
    for (const one of group) {
      const own = Math.min(one.length, Math.max(0, loaded - (one.offset - offset)));
      if (!one.options.signal?.aborted) one.options.onProgress?.(own, one.length);
    }
  };
  try {
    const bytes = await read({ offset, length }, { signal: whenAll(group), onProgress });
    for (const one of group) {
      const from = one.offset - offset;
      one.resolve(bytes instanceof Uint8Array ? bytes.slice(from, from + one.length) : bytes);
    }
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}

/** Aborted once all of these are. */
function whenAll(group: readonly Waiting<unknown>[]): AbortSignal {
  const controller = new AbortController();
  const signals = group.map(({ options }) => options.signal);
  for (const signal of signals) {
    signal?.addEventListener('abort', () => {
      if (signals.every((one) => one?.aborted)) controller.abort(signal.reason);
    });
  }
  return controller.signal;
}
