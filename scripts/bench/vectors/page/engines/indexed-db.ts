/** Where a library keeps its files in IndexedDB, laid out as the library itself does. */
export interface Place {
  readonly database: string;
  readonly version: number;
  readonly store: string;
  /** An index over the values that the library expects to be there. */
  readonly index?: string;
}

export async function readEntry<T>(place: Place, key: string): Promise<T> {
  const database = await open(place);
  const value = await settled<T | undefined>(database.transaction(place.store).objectStore(place.store).get(key));
  database.close();
  if (value === undefined) throw new Error(`${place.database} holds no ${key}.`);
  return value;
}

export async function writeEntry(place: Place, key: string, value: unknown): Promise<void> {
  const database = await open(place);
  const transaction = database.transaction(place.store, 'readwrite');
  transaction.objectStore(place.store).put(value, key);
  // A value that is too large aborts the transaction, and its request hears of nothing.
  await new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  database.close();
}

function open({ database, version, store, index }: Place): Promise<IDBDatabase> {
  const request = indexedDB.open(database, version);
  request.onupgradeneeded = () => {
    if (request.result.objectStoreNames.contains(store)) return;
    const created = request.result.createObjectStore(store);
    if (index) created.createIndex(index, index, { unique: false });
  };
  return settled(request);
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
