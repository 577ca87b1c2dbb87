import { describeLibraryStore } from './testing-library-contract.ts';
import { createLibraryMemory } from './testing-library-memory.ts';
import { createMemoryLibraryStore } from './testing-library-store.ts';

let memory = createLibraryMemory();
const stores: ReturnType<typeof createMemoryLibraryStore>[] = [];

async function open() {
  const store = createMemoryLibraryStore(memory);
  stores.push(store);
  return store;
}

/** As far as the store looks at one. */
async function directory(name: string): Promise<FileSystemDirectoryHandle> {
  const handle = { kind: 'directory', name, isSameEntry: async (other: { name: string }) => other.name === name };
  return handle as unknown as FileSystemDirectoryHandle;
}

describeLibraryStore('a library in memory', {
  fresh() {
    memory = createLibraryMemory();
    return open();
  },
  open,
  directory,
  async clear() {
    for (const store of stores.splice(0)) store.close();
  },
});
