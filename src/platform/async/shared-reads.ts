import { abortable } from '../../engine/async/abortable.ts';

/** Reads that several may wait for: what is on its way already is not begun again. */
export interface SharedReads<T> {
  /** It is aborted when all who waited for it have given up. @throws what `read` throws; the signal's reason */
  get(key: number, read: (signal: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>;
}

interface Reading<T> {
  readonly value: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

export function createSharedReads<T>(): SharedReads<T> {
  const running = new Map<number, Reading<T>>();

  function begin(key: number, read: (signal: AbortSignal) => Promise<T>): Reading<T> {
    const controller = new AbortController();
    const end = () => {
      if (running.get(key) === reading) running.delete(key);
    };
    const reading: Reading<T> = { value: read(controller.signal), controller, waiting: 0 };
    running.set(key, reading);
    reading.value.then(end, end);
    return reading;
  }

  return {
    async get(key, read, signal) {
      signal?.throwIfAborted();
      const reading = running.get(key) ?? begin(key, read);
      reading.waiting++;
      try {
        return await abortable(reading.value, signal);
      } finally {
        if (--reading.waiting === 0 && signal?.aborted) {
          if (running.get(key) === reading) running.delete(key);
          reading.controller.abort(signal.reason);
        }
      }
    },
  };
}
