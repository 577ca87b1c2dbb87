import { expose } from 'comlink';
import { createLibraryStore, libraryName } from '../src/platform/library/library-store.browser.ts';
import { createLibrarySession } from '../src/platform/sessions/library-session.browser.ts';

expose(
  createLibrarySession({
    openStore: (baseUrl) => createLibraryStore({ name: libraryName(baseUrl) }),
    startVisionWorker: () =>
      new Worker(new URL('./vision.worker.ts', import.meta.url), { type: 'module', name: 'vision' }),
  }),
);
