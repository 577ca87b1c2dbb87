import { expose, proxy } from 'comlink';
import { createLibraryStore } from './library-store.browser.ts';
import type { LibraryStore } from './library-store.ts';

/** Stores in a worker, for tests. */
const api = {
  open(name: string) {
    const store: LibraryStore = createLibraryStore({ name });
    return proxy({
      ...store,
      subscribe: (listener: Parameters<LibraryStore['subscribe']>[0]) => proxy(store.subscribe(listener)),
    });
  },
};

export type TestStoreApi = typeof api;
expose(api);
