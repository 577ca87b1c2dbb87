import type { ByteSource, FileHash, ReadOptions } from '../../engine/ports.ts';

type Read = ByteSource['read'];

/** One who waits for a read. */
interface Waiter {
  readonly onProgress: ReadOptions['onProgress'];
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

interface Reading {
  readonly waiters: Set<Waiter>;
  readonly controller: AbortController;
  /** Nobody can join any more. */
  readonly close: () => void;
}

/**
 * Who reads what is being read already waits for the same bytes, which nobody may write into. A read is aborted when all
 * who waited for it were.
 */
export function shareReads(read: Read): Read {
  const running = new Map<string, Reading>();

  function begin(key: string, path: string, expected: FileHash): Reading {
    const waiters = new Set<Waiter>();
    const controller = new AbortController();
    const close = () => {
      if (running.get(key) === reading) running.delete(key);
    };
    const reading: Reading = { waiters, controller, close };
    running.set(key, reading);
    const end = (tell: (waiter: Waiter) => void) => {
      close();
      for (const waiter of waiters) tell(waiter);
    };
    const onProgress = (loaded: number, total: number) => {
      for (const waiter of waiters) waiter.onProgress?.(loaded, total);
    };
    read(path, expected, { signal: controller.signal, onProgress }).then(
      (bytes) => end(({ resolve }) => resolve(bytes)),
      (error: unknown) => end(({ reject }) => reject(error)),
    );
    return reading;
  }

  return async (path, expected, { signal, onProgress } = {}) => {
    signal?.throwIfAborted();
    const key = `${expected.sha256}.${expected.bytes}`;
    const { waiters, controller, close } = running.get(key) ?? begin(key, path, expected);
    let leave = () => {};
    try {
      return await new Promise<Uint8Array>((resolve, reject) => {
        const waiter: Waiter = { onProgress, resolve, reject };
        waiters.add(waiter);
        leave = () => {
          waiters.delete(waiter);
          if (waiters.size === 0) {
            close();
            controller.abort(signal?.reason);
          }
          reject(signal?.reason);
        };
        signal?.addEventListener('abort', leave);
      });
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  };
}
