import { openDB } from 'idb';
import { createConnection, type Connection as StorageConnection } from '../../../storage/connection.ts';
import { libraryBlocked, noLibrary, toLibraryError } from './errors.browser.ts';
import {
  LIBRARY_VERSION,
  type LibraryDatabase,
  type LibrarySchema,
  type StoreName,
  upgrade,
  type WriteTransaction,
} from './schema.browser.ts';

export interface Connection extends Pick<StorageConnection<LibrarySchema>, 'run' | 'close'> {
  /** Run `work` in one transaction that is on the disk when this resolves; nothing of it is stored where it throws. */
  write<T>(stores: readonly StoreName[], work: (transaction: WriteTransaction) => Promise<T>): Promise<T>;
}

/** @param patienceMs see ConnectionOptions */
export function createLibraryConnection(name: string, patienceMs?: number): Connection {
  const { run, close } = createConnection<LibrarySchema>({
    name,
    patienceMs,
    errors: { blocked: libraryBlocked, absent: noLibrary, coded: toLibraryError },
    open: (losses) => openDB<LibrarySchema>(name, LIBRARY_VERSION, { ...losses, upgrade }),
  });
  return { run, close, write: (stores, work) => run((database) => writeIn(database, stores, work)) };
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

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
