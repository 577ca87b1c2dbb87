import type { QueueProgress } from './ports.ts';

/** Speed is that of so many milliseconds. */
const WINDOW_MS = 15_000;
/** A speed of less is a guess. */
const LEAST_MS = 500;

export interface QueueCounts extends Required<QueueProgress> {
  /** Files a second, of the last few batches; null where nothing has been done yet. */
  readonly perSecond: number | null;
}

/** What has become of the files of a queue since it began, and how fast. */
export interface QueueMeter {
  /** Work goes on: what lies before counts for no speed. */
  begin(): void;
  add(progress: QueueProgress): void;
  counts(): QueueCounts;
  /** A new queue. */
  reset(): void;
  /** Files that had failed wait again. */
  retried(files: number): void;
}

const NOTHING: Required<QueueProgress> = { done: 0, known: 0, failed: 0, indexed: 0, newest: null };

/** @param now in milliseconds */
export function createQueueMeter(now: () => number): QueueMeter {
  let total = NOTHING;
  /** When how many were done. */
  let moments: { readonly at: number; readonly files: number }[] = [];

  const files = () => total.done + total.failed;
  const begin = () => {
    moments = [{ at: now(), files: files() }];
  };
  return {
    begin,
    add({ done, known, failed, indexed = 0, newest }) {
      total = {
        done: total.done + done,
        known: total.known + known,
        failed: total.failed + failed,
        indexed: total.indexed + indexed,
        newest: newest ?? total.newest,
      };
      const at = now();
      moments.push({ at, files: files() });
      while (moments.length > 2 && (moments[1]?.at ?? at) < at - WINDOW_MS) moments.shift();
    },
    counts() {
      const [first, last] = [moments[0], moments.at(-1)];
      const ms = first && last ? last.at - first.at : 0;
      const perSecond = first && last && ms >= LEAST_MS ? (1000 * (last.files - first.files)) / ms : null;
      return { ...total, perSecond };
    },
    reset() {
      total = NOTHING;
      begin();
    },
    retried(again) {
      total = { ...total, failed: Math.max(0, total.failed - again) };
    },
  };
}
