/** A worker of the same realm, for tests: it is reached through a MessageChannel and can be made to fail. */
import { expose } from 'comlink';
import type { WorkerLike } from './worker-session.ts';

export interface FakeWorker extends WorkerLike {
  /** What was called, with the texts among the arguments. */
  readonly calls: string[];
  terminated: boolean;
  /** As a worker whose script throws. */
  crash(message: string): void;
  /** As a worker that closed itself: no event but the lock's release. */
  vanish(): void;
}

/**
 * @param releaseLock is called when it vanishes
 * @param toWords what `calls` tells of an argument
 */
export function createFakeWorker(
  api: object,
  releaseLock: () => void,
  toWords: (arg: unknown) => string | undefined = (arg) => (typeof arg === 'string' ? arg : undefined),
): FakeWorker {
  const { port1, port2 } = new MessageChannel();
  const errors = new EventTarget();
  const calls: string[] = [];
  const spied = new Proxy(api as Record<string, (...args: unknown[]) => unknown>, {
    get(target, name: string) {
      return (...args: unknown[]) => {
        calls.push([name, ...args.map(toWords).filter((arg) => arg !== undefined)].join(' '));
        return target[name]?.(...args);
      };
    },
  });
  expose(spied, port2);
  const close = () => {
    port1.close();
    port2.close();
  };
  return {
    calls,
    terminated: false,
    crash(message) {
      close();
      errors.dispatchEvent(Object.assign(new Event('error'), { message }));
    },
    vanish() {
      close();
      releaseLock();
    },
    terminate() {
      this.terminated = true;
      close();
    },
    postMessage: (message: unknown, transfer?: Transferable[]) => port1.postMessage(message, transfer ?? []),
    addEventListener(type: string, listener: EventListenerOrEventListenerObject) {
      (type === 'message' ? port1 : errors).addEventListener(type, listener);
      if (type === 'message') port1.start();
    },
    removeEventListener: (type: string, listener: EventListenerOrEventListenerObject) =>
      (type === 'message' ? port1 : errors).removeEventListener(type, listener),
  };
}
