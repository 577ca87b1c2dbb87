import { type AfterimageError, toAfterimageError } from '../engine/errors.ts';

/** What a supervisor needs of a session: `WorkerSession` has it. */
export interface Supervised {
  kill(cause: AfterimageError): void;
}

export interface SessionStart<Device> {
  /** Where this session is to run. */
  readonly device: Promise<Device>;
  /** Whether it is the current session: what an earlier one still tells is of no use. */
  readonly isCurrent: () => boolean;
  /** To be called when the session has died: its successor is started. */
  readonly onDeath: (cause: AfterimageError) => void;
}

export interface SupervisorOptions<Session extends Supervised, Device> {
  /** Where the first session runs. */
  readonly device: Promise<Device>;
  readonly start: (how: SessionStart<Device>) => Session;
  /** Make a new session what the one before was. What fails is told to whoever asks the session for it. */
  readonly restore: (session: Session) => void;
  /** Where the successor of a session runs that died on `device`. */
  readonly fallback: (device: Device, cause: AfterimageError) => Device;
  /** Sessions that may die one after the other without a success in between. */
  readonly maxRestarts: number;
  readonly onRestart: (device: Device, cause: AfterimageError) => void;
  /** Too many have died: another one is started when something is asked for again. */
  readonly onGivingUp: (cause: AfterimageError) => void;
}

/** One session after the other: a session that has died is replaced, never mended. */
export interface Supervisor<Session> {
  /**
   * Run `work` on the current session, and again on its successors when it dies meanwhile.
   * @throws AfterimageError what `work` throws on a session that lives on; the cause of the last death
   */
  run<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** The current session has answered: deaths are counted anew. */
  succeeded(): void;
  /** Kill the current session; nothing is started any more, and `run` throws the cause. */
  dispose(cause: AfterimageError): void;
}

export function createSupervisor<Session extends Supervised, Device>(
  options: SupervisorOptions<Session, Device>,
): Supervisor<Session> {
  let { device } = options;
  let session: Session | undefined;
  /** The one whose death was one too many. */
  let last: Session | undefined;
  let restarts = 0;
  let closed: AfterimageError | undefined;

  function current(): Session {
    if (closed) throw closed;
    if (session) return session;
    const at = device;
    const started: Session = options.start({
      device: at,
      isCurrent: () => session === started,
      onDeath: (cause) => {
        if (session === started) replace(started, at, cause);
      },
    });
    session = started;
    options.restore(started);
    return started;
  }

  /** Have another one ready before it is asked for. */
  function replace(dead: Session, diedOn: Promise<Device>, cause: AfterimageError): void {
    session = undefined;
    if (closed) return;
    restarts += 1;
    if (restarts > options.maxRestarts) {
      restarts = 0;
      last = dead;
      options.onGivingUp(cause);
      return;
    }
    device = diedOn.then((failed) => options.fallback(failed, cause));
    const told = diedOn.then((failed) => options.onRestart(failed, cause));
    // A device that cannot be chosen is told to whoever asks for something.
    for (const one of [device, told]) one.catch(() => undefined);
    current();
  }

  return {
    async run(work) {
      for (;;) {
        const at = current();
        try {
          return await work(at);
        } catch (error) {
          if (session === at || last === at || closed) throw toAfterimageError(error);
        }
      }
    },
    succeeded() {
      restarts = 0;
    },
    dispose(cause) {
      closed = cause;
      session?.kill(cause);
    },
  };
}
