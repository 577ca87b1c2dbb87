import { proxy, type Remote, wrap } from 'comlink';
import { afterAll, beforeAll, describe } from 'vitest';
import type { LibraryStore } from './library-store.ts';
import { createTestLibraries } from './testing-libraries.browser.ts';
import { describeLibraryStore } from './testing-library-contract.ts';
import type { TestStoreApi } from './testing-store-worker.browser.ts';

/** A store that lives in a worker of its own. */
async function openInWorker(name: string): Promise<LibraryStore> {
  const worker = new Worker(new URL('./testing-store-worker.browser.ts', import.meta.url), { type: 'module' });
  const api = wrap<TestStoreApi>(worker);
  const remote = (await api.open(name)) as unknown as Remote<LibraryStore>;
  return {
    ...verbsOf(remote),
    subscribe(listener) {
      const stop = remote.subscribe(proxy(listener));
      return () => void stop.then((end) => end());
    },
    close() {
      void Promise.resolve(remote.close()).then(() => worker.terminate());
    },
  };
}

type Verb = Exclude<keyof LibraryStore, 'subscribe' | 'close'>;

/** Every verb, so that one that is new has to be named here. */
const VERBS: Record<Verb, true> = {
  model: true,
  setModel: true,
  count: true,
  all: true,
  get: true,
  find: true,
  findItem: true,
  put: true,
  setFiles: true,
  takePlaces: true,
  setVectors: true,
  setSignatures: true,
  remove: true,
  restore: true,
  removed: true,
  purge: true,
  rendition: true,
  missingRenditions: true,
  folders: true,
  addFolder: true,
  setFolderIndex: true,
  removeFolder: true,
  countIn: true,
  filesOf: true,
  deletedIn: true,
  enqueue: true,
  waiting: true,
  countWaiting: true,
  failed: true,
  countFailed: true,
  fail: true,
  retry: true,
  dequeue: true,
  albums: true,
  allAlbums: true,
  countAlbums: true,
  createAlbum: true,
  changeAlbum: true,
  deleteAlbum: true,
  restoreAlbum: true,
  importAlbums: true,
  changingTo: true,
  beginChange: true,
  withoutNext: true,
  countNext: true,
  putNext: true,
  finishChange: true,
  cancelChange: true,
  inReading: true,
  setInReading: true,
  check: true,
  clear: true,
};

/** Every verb as a method of its own: Comlink's proxy has no keys. */
function verbsOf(remote: Remote<LibraryStore>): LibraryStore {
  type Call = (...values: unknown[]) => Promise<unknown>;
  const verbs = Object.keys(VERBS).map((verb) => [
    verb,
    (...values: unknown[]) => (remote[verb as Verb] as Call)(...values),
  ]);
  return Object.fromEntries(verbs) as unknown as LibraryStore;
}

describeLibraryStore('a library in a window', createTestLibraries());
describeLibraryStore('a library in workers', createTestLibraries(openInWorker));

describe('where the browser has no files', () => {
  const { getDirectoryHandle } = FileSystemDirectoryHandle.prototype;
  beforeAll(() => {
    FileSystemDirectoryHandle.prototype.getDirectoryHandle = function (name, options) {
      if (name.startsWith('test-library')) throw new DOMException('No.', 'SecurityError');
      return getDirectoryHandle.call(this, name, options);
    };
  });
  afterAll(() => {
    FileSystemDirectoryHandle.prototype.getDirectoryHandle = getDirectoryHandle;
  });
  describeLibraryStore('a library', createTestLibraries());
});
