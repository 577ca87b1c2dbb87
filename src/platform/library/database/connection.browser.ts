import { openDB } from 'idb';
import { libraryBlocked, noLibrary, toLibraryError } from './errors.browser.ts';
import {
  LIBRARY_VERSION,
  type LibraryDatabase,
  type LibrarySchema,
  type StoreName,
  upgrade,
  type WriteTransaction,
} from './schema.browser.ts';

/** A connection that is opened when needed, given up when another tab needs it, and opened again. */
export interface Connection {
  /**
   * Run `work`, which must open its transactions at once and await nothing foreign inside them.
   * @throws AfterimageError `database-unavailable`, `database-blocked`, `quota-exceeded`, or what `work` threw
   */
  run<T>(work: (database: LibraryDatabase) => Promise<T>): Promise<T>;
  /** Run `work` in one transaction that is on the disk when this resolves; nothing of it is stored where it throws. */
  write<T>(stores: readonly StoreName[], work: (transaction: WriteTransaction) => Promise<T>): Promise<T>;
  close(): void;
}

interface Opening {
  readonly database: Promise<LibraryDatabase>;
  /** Never resolves; rejects with `database-blocked` once our patience is over. */
  readonly blocked: Promise<never>;
}

/**
 * @param patienceMs how long another tab may take to let go before we say that it blocks us: `blocked` is also fired while a
 *   tab that did close its connection is still finishing a transaction
 */
export function createConnection(name: string, patienceMs = 2_000): Connection {
  let current: Opening | undefined;

  function open(): Opening {
    const patience = createPatience(patienceMs);
    const forget = () => {
      if (current === opening) current = undefined;
    };
    const database = openHandle(name, patience.start, forget);
    const opening: Opening = { database, blocked: patience.over };
    database.catch(forget).finally(patience.stop);
    return opening;
  }

  /** The blocked request stays queued in the browser, so a later call finds it open once the other tabs are gone. */
  async function connect(): Promise<LibraryDatabase> {
    current ??= open();
    return await Promise.race([current.database, current.blocked]);
  }

  async function attempt<T>(work: (database: LibraryDatabase) => Promise<T>): Promise<T> {
    const database = await connect();
    try {
      return await work(database);
    } catch (error) {
      if (!isClosed(error)) throw error;
      // Given up between `connect` and the transaction: nothing has been done yet, so doing it again is safe.
      current = undefined;
      return await work(await connect());
    }
  }

  const run: Connection['run'] = (work) =>
    attempt(work).catch((error: unknown) => {
      throw toLibraryError(error);
    });
  return {
    run,
    write: (stores, work) => run((database) => writeIn(database, stores, work)),
    close() {
      current?.database.then((database) => database.close()).catch(() => undefined); // nothing to close then
      current = undefined;
    },
  };
}

async function writeIn<T>(
  database: LibraryDatabase,
  stores: readonly StoreName[],
  work: (transaction: WriteTransaction) => Promise<T>,
): Promise<T> {
  const transaction = database.transaction([...stores], 'readwrite', { durability: 'strict' });
  // Known from now on to be looked at: it may fail while `work` still waits.
  const failure = transaction.done.then(
    () => undefined,
    (error: unknown) => error,
  );
  try {
    const value = await work(transaction);
    await transaction.done;
    return value;
  } catch (error) {
    abort(transaction);
    // A request that was cut off says only that it was; the transaction says why.
    throw isAbort(error) ? ((await failure) ?? error) : error;
  }
}

/** Over already where it failed by itself. */
function abort(transaction: WriteTransaction): void {
  try {
    transaction.abort();
  } catch {
    // Nothing is left to undo.
  }
}

async function openHandle(name: string, onBlocked: () => void, onLost: () => void): Promise<LibraryDatabase> {
  if (!hasIndexedDB()) throw noLibrary();
  return await openDB<LibrarySchema>(name, LIBRARY_VERSION, {
    upgrade,
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

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

function createPatience(ms: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let end: (error: unknown) => void;
  const over = new Promise<never>((_resolve, reject) => {
    end = reject;
  });
  over.catch(() => undefined); // read only through races
  return {
    over,
    start: () => {
      timer ??= setTimeout(() => end(libraryBlocked()), ms);
    },
    stop: () => clearTimeout(timer),
  };
}
