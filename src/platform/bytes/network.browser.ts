const FIRST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 60_000;

/** Resolves when the network comes back, or after a while, which doubles with every failure: a server may be away too. */
export function untilRetry(failures: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      globalThis.removeEventListener('online', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1)));
    globalThis.addEventListener('online', done);
  });
}
