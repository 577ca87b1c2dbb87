import { proxy, type Remote, wrap } from 'comlink';
import { deleteDB } from 'idb';
import { createLibraryStore } from './library-store.browser.ts';
import type { LibraryStore } from './library-store.ts';
import { describeLibraryStore, type LibraryUnderTest } from './testing-library-contract.ts';
import type { TestStoreApi } from './testing-store-worker.browser.ts';

let count = 0;

function libraries(open: (name: string) => Promise<LibraryStore>): LibraryUnderTest {
  let name = '';
  const opened: LibraryStore[] = [];
  const openOne = async () => {
    const store = await open(name);
    opened.push(store);
    return store;
  };
  return {
    fresh() {
      name = `test-library-${Date.now()}-${count++}`;
      return openOne();
    },
    open: openOne,
    async directory(folder) {
      const root = await navigator.storage.getDirectory();
      return root.getDirectoryHandle(folder, { create: true });
    },
    async clear() {
      for (const store of opened.splice(0)) store.close();
      await deleteDB(name);
      const root = await navigator.storage.getDirectory();
      await root.removeEntry(encodeURIComponent(name), { recursive: true }).catch(() => undefined);
    },
  };
}

/** A store that lives in a worker of its own. */
async function openInWorker(name: string): Promise<LibraryStore> {
  const worker = new Worker(new URL('./testing-store-worker.browser.ts', import.meta.url), { type: 'module' });
  const api = wrap<TestStoreApi>(worker);
  const remote = (await api.open(name)) as unknown as Remote<LibraryStore>;
  return {
    ...methodsOf(remote),
    subscribe(listener) {
      const stop = remote.subscribe(proxy(listener));
      return () => void stop.then((end) => end());
    },
    close() {
      void Promise.resolve(remote.close()).then(() => worker.terminate());
    },
  };
}

/** Every verb as a method of its own: Comlink's proxy has no keys. */
function methodsOf(remote: Remote<LibraryStore>): LibraryStore {
  return Object.fromEntries(
    VERBS.map((verb) => [
      verb,
      (...args: unknown[]) => (remote[verb] as (...all: unknown[]) => Promise<unknown>)(...args),
    ]),
  ) as unknown as LibraryStore;
}

const VERBS = [
  ...(['model', 'setModel', 'count', 'all', 'get', 'find', 'findItem', 'put', 'setFiles', 'setVectors'] as const),
  ...(['remove', 'restore', 'purge', 'rendition', 'folders', 'addFolder', 'removeFolder', 'filesOf'] as const),
  ...(['enqueue', 'waiting', 'countWaiting', 'failed', 'fail', 'retry', 'dequeue', 'check', 'clear'] as const),
];

describeLibraryStore(
  'a library in a window',
  libraries(async (name) => createLibraryStore({ name })),
);
describeLibraryStore('a library in workers', libraries(openInWorker));
