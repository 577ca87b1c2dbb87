import type { WorkerLock } from './worker-session.ts';

/** Undefined where there are no locks (no secure context): there, a dead worker is found by time-out. */
export function createWorkerLock(): WorkerLock | undefined {
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
        .catch(() => undefined); // aborted, so nobody wants to know any more; or forbidden
      return { stop: () => controller.abort() };
    },
  };
}
