import { deleteDB, type IDBPDatabase, openDB } from 'idb';
import { databaseBlocked, noDatabase, toDatabaseError } from '../errors.ts';
import { type AfterimageSchema, DATABASE_VERSION, upgrade } from '../schema.ts';

type Handle = IDBPDatabase<AfterimageSchema>;

/** A connection that is opened when needed, given up when another tab needs it, and opened again. */
export interface Connection {
  /**
   * Run `work`, which must open its transactions at once and await nothing foreign inside them.
   * @throws AfterimageError `database-unavailable`, `database-blocked`, `quota-exceeded`, or what `work` threw.
   */
  run<T>(work: (database: Handle) => Promise<T>): Promise<T>;
  /** Delete the whole database. @throws AfterimageError `database-blocked` while another tab holds on to it. */
  delete(): Promise<void>;
  close(): void;
}

export interface ConnectionOptions {
  readonly name: string;
  /** The connection was lost or given up (the next `run` opens another), or opened at last after being blocked. */
  readonly onChange?: () => void;
  /**
   * How long another tab may take to let go before we say that it blocks us. `blocked` is also fired while a tab that
   * did close its connection is still finishing a transaction.
   */
  readonly patienceMs?: number;
}

interface Opening {
  readonly database: Promise<Handle>;
  /** Never resolves; rejects with `database-blocked` once our patience is over. */
  readonly blocked: Promise<never>;
}

export function createConnection(options: ConnectionOptions): Connection {
  const patienceMs = options.patienceMs ?? 2_000;
  let current: Opening | undefined;

  function forget(opening: Opening): void {
    if (current === opening) current = undefined;
  }

  function open(): Opening {
    const patience = createPatience(patienceMs);
    const lost = () => {
      forget(opening);
      options.onChange?.();
    };
    const database = openHandle(options.name, patience.start, lost);
    const opening: Opening = { database, blocked: patience.over };
    database.then(
      () => {
        if (patience.stop()) options.onChange?.();
      },
      () => {
        patience.stop();
        forget(opening);
      },
    );
    return opening;
  }

  /** The blocked request stays queued in the browser, so a later call finds it open once the other tabs are gone. */
  async function connect(): Promise<Handle> {
    current ??= open();
    return await Promise.race([current.database, current.blocked]);
  }

  async function run<T>(work: (database: Handle) => Promise<T>): Promise<T> {
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
    const patience = createPatience(patienceMs);
    await Promise.race([deleteDB(options.name, { blocked: patience.start }), patience.over]).finally(patience.stop);
  }

  function close(): void {
    current?.database.then((database) => database.close()).catch(() => undefined); // nothing to close then
    current = undefined;
  }

  const coded = (error: unknown): never => {
    throw toDatabaseError(error);
  };
  return { run: (work) => run(work).catch(coded), delete: () => closeAndDelete().catch(coded), close };
}

async function openHandle(name: string, onBlocked: () => void, onLost: () => void): Promise<Handle> {
  if (!hasIndexedDB()) throw noDatabase();
  return await openDB<AfterimageSchema>(name, DATABASE_VERSION, {
    upgrade(database, oldVersion, _newVersion, transaction) {
      // idb does not wait for this promise: a rejection has to abort the transaction, or a half upgrade would commit.
      upgrade(database, oldVersion, transaction as unknown as Parameters<typeof upgrade>[2]).catch(() =>
        transaction.abort(),
      );
      transaction.done.catch(() => undefined); // the open request fails too, and that is where it is reported
    },
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

function createPatience(ms: number): Patience {
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
        end(databaseBlocked());
      }, ms);
    },
    stop: () => {
      clearTimeout(timer);
      return isOver;
    },
  };
}
