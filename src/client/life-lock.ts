/**
 * Learns at once of a worker that crashed or closed itself, for which there is no event: the worker holds a Web Lock,
 * and the browser gives it to this page when the worker is gone. Undefined where there are no locks (no secure context):
 * there, a dead worker is found by time-out.
 */
export interface LifeLock {
  readonly name: string;
  /** To be called once the worker holds the lock. `onDeath` is called at most once; not after `stop`. */
  watch(onDeath: () => void): { stop(): void };
}

export function createLifeLock(): LifeLock | undefined {
  const locks = globalThis.navigator?.locks as LockManager | undefined;
  if (!locks) return undefined;
  const name = `afterimage-worker-${crypto.randomUUID()}`;
  return {
    name,
    watch(onDeath) {
      const controller = new AbortController();
      locks
        .request(name, { signal: controller.signal }, () => {
          if (!controller.signal.aborted) onDeath();
        })
        .catch(() => undefined); // Aborted: nobody wants to know any more.
      return { stop: () => controller.abort() };
    },
  };
}
