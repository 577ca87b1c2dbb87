import { type Endpoint, type Remote, wrap } from 'comlink';
import { createStallTimer } from '../engine/async/timeouts.ts';
import { AfterimageError, toAfterimageError } from '../engine/errors.ts';

/** What is needed of a `Worker`; Node and tests bring their own. */
export interface WorkerLike extends Endpoint {
  terminate(): void;
}

/**
 * Tells at once of a worker that crashed or closed itself, for which there is no event: the worker holds a Web Lock, and
 * the browser gives it to the page when the worker is gone.
 */
export interface WorkerLock {
  readonly name: string;
  /** To be called once the worker holds the lock. `onDeath` is called at most once; not after `stop`. */
  watch(onDeath: () => void): { stop(): void };
}

/** How long a call may take. */
export interface TimeLimit {
  readonly ms: number;
  /** Counted from the last heartbeat (a stall time-out) instead of from the beginning of the call. */
  readonly stall?: boolean;
}

export interface WorkerSessionOptions<Api> {
  readonly worker: WorkerLike;
  /** What messages call it, such as “The search engine”. */
  readonly name: string;
  /** What messages tell people to do when it stopped. */
  readonly advice: string;
  /** Of `connect`, and of every call that gives none. Without one, only death ends a call. */
  readonly limit?: TimeLimit;
  /** Through this a worker that crashed or closed itself is noticed at once. */
  readonly lock?: WorkerLock | undefined;
  /**
   * Tell the worker what it has to know before all else, the name of the lock with it. Every call waits for it; where it
   * fails, the session is over.
   * @returns whether the worker holds the lock from then on; where it could not have it, a dead worker is found by time-out
   */
  readonly connect?: (api: Remote<Api>, lockName: string | undefined) => Promise<boolean>;
  /** Called once, when the worker died or was killed; whoever waits for an answer is rejected with the same cause. */
  readonly onDeath: (cause: AfterimageError) => void;
}

/**
 * One worker from its start to its death. Comlink leaves calls to a dead worker pending for ever: here, its death rejects
 * all of them, and a worker that does not answer in time is killed.
 */
export interface WorkerSession<Api> {
  /** @throws AfterimageError what the worker threw, with its code; `worker-timeout`; the cause of death. */
  call<T>(work: (api: Remote<Api>) => Promise<T>, limit?: TimeLimit): Promise<T>;
  /** The worker showed that it is at work: stall time-outs begin anew. */
  heartbeat(): void;
  /** Terminate the worker; all pending and later calls are rejected with `cause`. Only the first cause counts. */
  kill(cause: AfterimageError): void;
  /** `kill`, because the worker died by itself. @param how a few words */
  died(how?: string): void;
  isDead(): boolean;
}

interface Pending {
  reject(cause: AfterimageError): void;
  heartbeat(): unknown;
}

export function startWorkerSession<Api>(options: WorkerSessionOptions<Api>): WorkerSession<Api> {
  const { worker, name, advice, limit: usual, lock, connect, onDeath } = options;
  const api = wrap<Api>(worker);
  const pending = new Set<Pending>();
  let death: AfterimageError | undefined;
  let watching: { stop(): void } | undefined;

  const kill = (cause: AfterimageError) => {
    if (death) return;
    death = cause;
    watching?.stop();
    worker.terminate();
    for (const { reject } of pending) reject(cause);
    pending.clear();
    onDeath(cause);
  };
  const died = (how?: string) =>
    kill(new AfterimageError('worker-died', `${name} stopped${how ? `: ${how}` : ''}. ${advice}`));
  const timedOut = (ms: number) => {
    const seconds = Math.round(ms / 1000);
    kill(new AfterimageError('worker-timeout', `${name} did not answer for ${seconds} seconds. ${advice}`));
  };
  worker.addEventListener('error', (event: unknown) => died((event as { readonly message?: string }).message));
  worker.addEventListener('messageerror', () => died('a message could not be read'));

  function ask<T>(work: (api: Remote<Api>) => Promise<T>, limit = usual): Promise<T> {
    if (death) return Promise.reject(death);
    return new Promise((resolve, reject) => {
      const timer = limit && createStallTimer(limit.ms, () => timedOut(limit.ms));
      const end = () => {
        timer?.stop();
        pending.delete(entry);
      };
      const fail = (error: unknown) => {
        end();
        reject(toAfterimageError(error));
      };
      const entry: Pending = { reject: fail, heartbeat: () => limit?.stall && timer?.moved() };
      pending.add(entry);
      work(api).then((value) => {
        end();
        resolve(value);
      }, fail);
    });
  }

  const connected = connect && ask((at) => connect(at, lock?.name));
  connected?.then(
    (isHeld) => {
      // A lock that nobody holds would be given to the page at once, as if the worker were dead.
      if (!death && isHeld) watching = lock?.watch(died);
    },
    (error: AfterimageError) => kill(error),
  );

  return {
    call: (work, limit) => (connected ? connected.then(() => ask(work, limit)) : ask(work, limit)),
    heartbeat() {
      for (const one of pending) one.heartbeat();
    },
    kill,
    died,
    isDead: () => death !== undefined,
  };
}
