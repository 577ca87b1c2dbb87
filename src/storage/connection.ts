import { type DBSchema, deleteDB, type IDBPDatabase, type OpenDBCallbacks } from 'idb';
import type { AfterimageError } from '../engine/errors.ts';

/** A connection that is opened when needed, given up when another tab needs it, and opened again. */
export interface Connection<Schema extends DBSchema> {
  /**
   * Run `work`, which must open its transactions at once and await nothing foreign inside them.
   * @throws AfterimageError `database-unavailable`, `database-blocked`, `quota-exceeded`, or what `work` threw.
   */
  run<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T>;
  /** Delete the whole database. @throws AfterimageError `database-blocked` while another tab holds on to it. */
  delete(): Promise<void>;
  close(): void;
}

/** What went wrong, in words about what the database holds. */
export interface DatabaseErrors {
  /** Another tab does not let go. */
  blocked(): AfterimageError;
  /** There is no IndexedDB here. */
  absent(): AfterimageError;
  /** Of whatever IndexedDB threw. */
  coded(error: unknown): AfterimageError;
}

/** Called by idb: see its `OpenDBCallbacks`. */
export type Losses<Schema extends DBSchema> = Pick<OpenDBCallbacks<Schema>, 'blocked' | 'blocking' | 'terminated'>;

export interface ConnectionOptions<Schema extends DBSchema> {
  readonly name: string;
  /** Opens the database and brings it up to date. */
  readonly open: (losses: Losses<Schema>) => Promise<IDBPDatabase<Schema>>;
  readonly errors: DatabaseErrors;
  /** The connection was lost or given up (the next `run` opens another), or opened at last after being blocked. */
  readonly onChange?: () => void;
  /**
   * How long another tab may take to let go before we say that it blocks us. `blocked` is also fired while a tab that
   * did close its connection is still finishing a transaction.
   */
  readonly patienceMs?: number | undefined;
}

interface Opening<Schema extends DBSchema> {
  readonly database: Promise<IDBPDatabase<Schema>>;
  /** Never resolves; rejects with `database-blocked` once our patience is over. */
  readonly blocked: Promise<never>;
}

export function createConnection<Schema extends DBSchema>(options: ConnectionOptions<Schema>): Connection<Schema> {
  const { name, errors, onChange } = options;
  const beginPatience = () => createPatience(options.patienceMs ?? 2_000, errors.blocked);
  let current: Opening<Schema> | undefined;

  function forget(opening: Opening<Schema>): void {
    if (current === opening) current = undefined;
  }

  function open(): Opening<Schema> {
    const patience = beginPatience();
    const lost = () => {
      forget(opening);
      onChange?.();
    };
    const database = openHandle(options, patience.start, lost);
    const opening: Opening<Schema> = { database, blocked: patience.over };
    database.then(
      () => {
        if (patience.stop()) onChange?.();
      },
      () => {
        patience.stop();
        forget(opening);
      },
    );
    return opening;
  }

  /** The blocked request stays queued in the browser, so a later call finds it open once the other tabs are gone. */
  async function connect(): Promise<IDBPDatabase<Schema>> {
    current ??= open();
    return await Promise.race([current.database, current.blocked]);
  }

  async function run<T>(work: (database: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    const handle = await connect();
    try {
      return await work(handle);
    } catch (error) {
      if (!isClosed(error)) throw error;
      // Given up between `connect` and the transaction: nothing has been done yet, so doing it again is safe.
      current = undefined;
      return await work(await connect());
    }
  }

  async function closeAndDelete(): Promise<void> {
    close();
    const patience = beginPatience();
    await Promise.race([deleteDB(name, { blocked: patience.start }), patience.over]).finally(patience.stop);
  }

  function close(): void {
    current?.database.then((database) => database.close()).catch(() => undefined); // nothing to close then
    current = undefined;
  }

  const coded = (error: unknown): never => {
    throw errors.coded(error);
  };
  return { run: (work) => run(work).catch(coded), delete: () => closeAndDelete().catch(coded), close };
}

async function openHandle<Schema extends DBSchema>(
  { open, errors }: ConnectionOptions<Schema>,
  onBlocked: () => void,
  onLost: () => void,
): Promise<IDBPDatabase<Schema>> {
  if (!hasIndexedDB()) throw errors.absent();
  return await open({
    blocked: onBlocked,
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      onLost();
    },
    terminated: onLost,
  });
}

/** Reading the property throws where the person has forbidden site data. */
function hasIndexedDB(): boolean {
  try {
    return typeof indexedDB !== 'undefined' && indexedDB !== null;
  } catch {
    return false;
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'InvalidStateError';
}

interface Patience {
  readonly over: Promise<never>;
  start(): void;
  /** @returns whether it was over already. */
  stop(): boolean;
}

function createPatience(ms: number, blocked: () => AfterimageError): Patience {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  let end: (error: unknown) => void;
  const over = new Promise<never>((_resolve, reject) => {
    end = reject;
  });
  over.catch(() => undefined); // read only through races
  return {
    over,
    start: () => {
      timer ??= setTimeout(() => {
        isOver = true;
        end(blocked());
      }, ms);
    },
    stop: () => {
      clearTimeout(timer);
      return isOver;
    },
  };
}
