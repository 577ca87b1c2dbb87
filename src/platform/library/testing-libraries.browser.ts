import { deleteDB } from 'idb';
import { createLibraryStore } from './library-store.browser.ts';
import type { LibraryStore } from './library-store.ts';
import type { LibraryUnderTest } from './testing-library-contract.ts';

let count = 0;

export interface TestLibraries extends LibraryUnderTest {
  /** The name of the library that `fresh` made last. */
  name(): string;
  /** Where its packs are. */
  packs(): Promise<FileSystemDirectoryHandle>;
}

/** Libraries for tests; `clear` closes and deletes them. */
export function createTestLibraries(
  open: (name: string) => Promise<LibraryStore> = async (name) => createLibraryStore({ name }),
): TestLibraries {
  let name = '';
  const opened: LibraryStore[] = [];
  const openOne = async () => {
    const store = await open(name);
    opened.push(store);
    return store;
  };
  const root = () => navigator.storage.getDirectory();
  return {
    name: () => name,
    packs: async () => (await root()).getDirectoryHandle(encodeURIComponent(name)),
    fresh() {
      name = `test-library-${Date.now()}-${count++}`;
      return openOne();
    },
    open: openOne,
    directory: async (folder) => (await root()).getDirectoryHandle(folder, { create: true }),
    async clear() {
      for (const store of opened.splice(0)) store.close();
      await deleteDB(name);
      await (await root()).removeEntry(encodeURIComponent(name), { recursive: true }).catch(() => undefined);
    },
  };
}
