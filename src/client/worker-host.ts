import { type Endpoint, type Remote, wrap } from 'comlink';
import { AfterimageError, toAfterimageError } from '../engine/errors.ts';

/** What is needed of a `Worker`; tests bring their own. */
export interface WorkerLike extends Endpoint {
  addEventListener(type: string, listener: EventListenerOrEventListenerObject): void;
  terminate(): void;
}

/** How long a call may take. */
export interface Limit {
  readonly ms: number;
  /** Counted from the last sign of life (`moved`) instead of from the call. */
  readonly sinceMoved?: boolean;
}

/** One worker. Comlink leaves calls to a dead worker pending for ever: here, its death rejects all of them. */
export interface WorkerHost<Api> {
  /** @throws AfterimageError what the worker threw, with its code; `worker-timeout`; the cause of death. */
  call<T>(work: (api: Remote<Api>) => Promise<T>, limit: Limit): Promise<T>;
  /** The worker showed that it is at work. */
  moved(): void;
  /** Terminate the worker; all pending and later calls are rejected with `cause`. Only the first cause counts. */
  kill(cause: AfterimageError): void;
  dead(): boolean;
}

interface Pending {
  readonly reject: (error: AfterimageError) => void;
  readonly moved: () => void;
}

/** @param onDeath called once, when the worker died or was killed */
export function startWorkerHost<Api>(worker: WorkerLike, onDeath: (cause: AfterimageError) => void): WorkerHost<Api> {
  const api = wrap<Api>(worker);
  const pending = new Set<Pending>();
  let death: AfterimageError | undefined;

  const kill = (cause: AfterimageError) => {
    if (death) return;
    death = cause;
    worker.terminate();
    for (const { reject } of pending) reject(cause);
    pending.clear();
    onDeath(cause);
  };
  worker.addEventListener('error', (event) => kill(workerDied((event as ErrorEvent).message)));
  worker.addEventListener('messageerror', () => kill(workerDied('a message could not be read')));

  return {
    kill,
    dead: () => death !== undefined,
    moved() {
      for (const { moved } of pending) moved();
    },
    call(work, limit) {
      if (death) return Promise.reject(death);
      return new Promise((resolve, reject) => {
        const timeout = () => kill(timedOut(limit.ms));
        let timer = setTimeout(timeout, limit.ms);
        const moved = () => {
          if (!limit.sinceMoved) return;
          clearTimeout(timer);
          timer = setTimeout(timeout, limit.ms);
        };
        const settle = () => {
          clearTimeout(timer);
          pending.delete(entry);
        };
        const fail = (error: unknown) => {
          settle();
          reject(toAfterimageError(error));
        };
        const entry: Pending = { reject: fail, moved };
        pending.add(entry);
        work(api).then((value) => {
          settle();
          resolve(value);
        }, fail);
      });
    },
  };
}

export function workerDied(how?: string): AfterimageError {
  return new AfterimageError('worker-died', `The search engine stopped${how ? `: ${how}` : ''}. Reload the page.`);
}

function timedOut(ms: number): AfterimageError {
  return new AfterimageError(
    'worker-timeout',
    `The search engine did not answer for ${Math.round(ms / 1000)} seconds. Reload the page.`,
  );
}
