import type { Connection } from '../database/connection.browser.ts';
import type { HandleRecord, LibraryDatabase, PictureRecord } from '../database/schema.browser.ts';
import type { FoundFile, LibraryStore, StoredPicture } from '../library-store.ts';

type Reading = Pick<
  LibraryStore,
  'count' | 'all' | 'get' | 'find' | 'findItem' | 'removed' | 'countIn' | 'filesOf' | 'missingRenditions'
>;

/** Records of one request. Some hundreds at a time are read fastest, and no message between processes gets large. */
export const CHUNK = 250;

export function createReading({ run }: Connection): Reading {
  return {
    count: () =>
      run(async (database) => {
        const { store } = database.transaction('pictures');
        const [all, hidden] = await Promise.all([store.count(), store.index('hidden').count()]);
        return all - hidden;
      }),
    async all() {
      const pictures: StoredPicture[] = [];
      await eachChunk({ run }, (records) => {
        for (const record of records) if (!record.hidden) pictures.push(toPicture(record));
      });
      return pictures;
    },
    get: (keys) =>
      run(async (database) => {
        const transaction = database.transaction(['pictures', 'handles']);
        const load = async (key: number) => {
          const [record, handles] = await Promise.all([
            transaction.objectStore('pictures').get(key),
            transaction.objectStore('handles').get(key),
          ]);
          return shown(record, handles);
        };
        return (await Promise.all(keys.map(load))).filter((one) => one !== undefined);
      }),
    find: (sha256) => run((database) => findEach(database, 'sha256', sha256)),
    findItem: (id) => run(async (database) => (await findEach(database, 'id', [id]))[0]),
    removed: () =>
      run(async (database) => {
        const range = IDBKeyRange.bound(['removed', 0], ['removed', Number.POSITIVE_INFINITY]);
        const records = await database.getAllFromIndex('pictures', 'hidden', range);
        return records.filter(({ files }) => files.length > 0).map(keyOf);
      }),
    missingRenditions: (paths) =>
      run(async (database) => {
        const { store } = database.transaction('renditions');
        const isMissing = async (path: string) => ((await store.getKey(path)) === undefined ? [path] : []);
        return (await Promise.all(paths.map(isMissing))).flat();
      }),
    countIn: (folder) => run((database) => database.countFromIndex('pictures', 'folders', folder)),
    filesOf: (folder) =>
      run(async (database) => {
        const records = await database.getAllFromIndex('pictures', 'folders', folder);
        return new Map(records.flatMap((record) => filesIn(folder, record)));
      }),
  };
}

async function findEach(database: LibraryDatabase, index: 'sha256' | 'id', values: readonly string[]) {
  const transaction = database.transaction(['pictures', 'handles']);
  const find = async (value: string) => {
    const record = await transaction.objectStore('pictures').index(index).get(value);
    return record && shown(record, await transaction.objectStore('handles').get(keyOf(record)));
  };
  return await Promise.all(values.map(find));
}

function filesIn(folder: number, record: PictureRecord) {
  const inside = record.files.filter((file) => file.folder === folder);
  return inside.map((file): [string, { key: number; file: FoundFile }] => [file.path, { key: keyOf(record), file }]);
}

/** Read all records, hidden ones too, in the order of their keys. */
export async function eachChunk(
  { run }: Pick<Connection, 'run'>,
  take: (records: readonly PictureRecord[]) => void,
): Promise<void> {
  await run(async (database) => {
    const { store } = database.transaction('pictures');
    const [first, last] = await Promise.all([edgeKey(store, 'next'), edgeKey(store, 'prev')]);
    if (first === undefined || last === undefined) return;
    // All requests at once, so that the next is answered while one is taken apart.
    const chunks: Promise<void>[] = [];
    for (let start = first; start <= last; start += CHUNK) {
      const range = IDBKeyRange.bound(start, start + CHUNK - 1);
      chunks.push(store.getAll(range).then(take));
    }
    await Promise.all(chunks);
  });
}

interface KeyCursors {
  openKeyCursor(range: null, direction: 'next' | 'prev'): Promise<{ readonly primaryKey: number } | null>;
}

async function edgeKey(store: KeyCursors, direction: 'next' | 'prev'): Promise<number | undefined> {
  return (await store.openKeyCursor(null, direction))?.primaryKey;
}

function shown(record: PictureRecord | undefined, handles: HandleRecord | undefined): StoredPicture | undefined {
  return record && !record.hidden ? toPicture(record, handles) : undefined;
}

/** The key that a stored record has. */
export function keyOf({ key }: PictureRecord): number {
  return key as number; // given by IndexedDB when it was stored
}

export function toPicture(record: PictureRecord, handles?: HandleRecord | undefined): StoredPicture {
  const { item, sha256, files, vector, phash } = record;
  return { key: keyOf(record), item, sha256, files: withHandles(files, handles), vector, phash };
}

/** Files with the handles that lie apart from them. */
export function withHandles(files: readonly FoundFile[], record: HandleRecord | undefined): readonly FoundFile[] {
  if (!record) return files;
  return files.map((file) => {
    const found = file.folder === null && record.handles.find(({ path }) => path === file.path);
    return found ? { ...file, handle: found.handle } : file;
  });
}
