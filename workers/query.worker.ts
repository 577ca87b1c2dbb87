import { expose } from 'comlink';
import { createLibraryStore, libraryName } from '../src/platform/library/library-store.browser.ts';
import { createQuerySession } from '../src/platform/sessions/query-session.browser.ts';

expose(createQuerySession((baseUrl) => createLibraryStore({ name: libraryName(baseUrl) })));
