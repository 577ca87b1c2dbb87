import { expose } from 'comlink';
import { createQuerySession } from '../src/platform/sessions/query-session.browser.ts';

expose(
  createQuerySession(async (baseUrl) => {
    const { createLibraryStore, libraryName } = await import('../src/platform/library/library-store.browser.ts');
    return createLibraryStore({ name: libraryName(baseUrl) });
  }),
);
