import type { Connection } from '../database/connection.browser.ts';
import type { LibraryStore, StoredFolder } from '../library-store.ts';

type FolderVerbs = Pick<LibraryStore, 'folders' | 'addFolder' | 'setFolderIndex' | 'removeFolder' | 'deletedIn'>;

export function createFolders({ run, write }: Connection): FolderVerbs {
  const folders = () =>
    run(async (database) =>
      (await database.getAll('folders')).map((one): StoredFolder => ({ ...one, id: one.id as number })),
    ); // stored: has an id
  return {
    folders,
    async addFolder(handle) {
      // Before the transaction, which would end while the browser compares.
      const same = await findSame(await folders(), handle);
      if (same) return same;
      const { name } = handle;
      const id = await write(['folders'], (transaction) => transaction.objectStore('folders').add({ name, handle }));
      return { id, name, handle };
    },
    setFolderIndex: (id, index) =>
      write(['folders'], async (transaction) => {
        const store = transaction.objectStore('folders');
        const folder = await store.get(id);
        if (!folder) return;
        const { index: _, ...rest } = folder;
        await store.put(index ? { ...rest, index } : rest);
      }),
    removeFolder: (id) =>
      write(['folders', 'queue', 'deleted'], async (transaction) => {
        const queue = transaction.objectStore('queue');
        const inside = await queue.index('place').getAllKeys(insideOf(id));
        await Promise.all([
          transaction.objectStore('folders').delete(id),
          transaction.objectStore('deleted').delete(insideOf(id)),
          ...inside.map((one) => queue.delete(one)),
        ]);
      }),
    deletedIn: (folder) => run((database) => database.getAll('deleted', insideOf(folder))),
  };
}

/** Of keys that are a folder's id and a path. */
function insideOf(folder: number): IDBKeyRange {
  return IDBKeyRange.bound([folder], [folder, []]);
}

/** Of the folders, the one that a handle is of. */
export async function findSame(
  folders: readonly StoredFolder[],
  handle: FileSystemDirectoryHandle,
): Promise<StoredFolder | undefined> {
  const same = await Promise.all(folders.map((folder) => folder.handle.isSameEntry(handle)));
  return folders[same.indexOf(true)];
}
