import type { LibraryClient, LibraryClientEvent } from '../../client/library-client.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { Album, AlbumVerbs } from '../../protocol/albums.ts';
import type { Deletion, DeletionPlan } from '../../protocol/library-files.ts';
import type {
  Addition,
  Changeover,
  FailedFile,
  LibraryFolder,
  LibraryOverview,
  Queue,
} from '../../protocol/library-worker.ts';

export const EMPTY_QUEUE: Queue = {
  ...{ state: 'idle', done: 0, known: 0, indexed: 0, failed: 0, left: 0, toChoose: 0 },
  ...{ perSecond: null, secondsLeft: null, newest: null, problem: null },
};

const STARTED: Omit<Changeover, 'model' | 'total'> = {
  ...{ state: 'running', loading: null, done: 0, secondsLeft: null, problem: null },
  left: { count: 0, pictures: [] },
};

/** A library client whose queue goes on as the test says; it remembers what it was asked for. */
export interface FakeLibrary extends LibraryClient {
  readonly calls: readonly (readonly [name: string, ...values: unknown[]])[];
  readonly added: readonly Addition[];
  /** The queue goes on. */
  go(queue: Partial<Queue>): void;
  /** What is in it changes, and is told at once or, `silently`, with the next event. */
  change(
    state: Partial<
      Pick<LibraryOverview, 'count' | 'usage' | 'isPersistent' | 'folders' | 'repairs' | 'foundIndex' | 'model'>
    >,
    how?: 'silently',
  ): void;
  /** The library is being embedded again. */
  changing(changeover: Changeover | null): void;
  fail(files: readonly FailedFile[]): void;
  send(event: LibraryClientEvent): void;
  /** What the next deletion from the disk is about, and what becomes of it. */
  deletes(plan: Partial<DeletionPlan>, deletion?: Deletion): void;
  /** The next call of a method rejects. */
  breakNext(name: string, error: AfterimageError): void;
}

export function fakeFolder(id: number, name: string, patch: Partial<LibraryFolder> = {}): LibraryFolder {
  const handle = { kind: 'directory', name, requestPermission: async () => 'granted' };
  const known = { handle: handle as unknown as FileSystemDirectoryHandle, index: null, found: null };
  return { id, name, count: 0, access: 'granted', ...known, ...patch };
}

export function createFakeLibrary(): FakeLibrary {
  const calls: [string, ...unknown[]][] = [];
  const added: Addition[] = [];
  const listeners = new Set<(event: LibraryClientEvent) => void>();
  const broken = new Map<string, AfterimageError>();
  const removals: { count: number }[] = [];
  let failed: readonly FailedFile[] = [];
  let queue = EMPTY_QUEUE;
  let plan: DeletionPlan = { id: 1, files: 0, names: [], folders: [], elsewhere: 0 };
  let deletion: Deletion = { deleted: 0, kept: [] };
  let state = {
    ...{ count: 0, folders: [] as readonly LibraryFolder[], isPersistent: false, repairs: [] as readonly string[] },
    usage: null as LibraryOverview['usage'],
    model: null as LibraryOverview['model'],
    changeover: null as Changeover | null,
    foundIndex: null as LibraryOverview['foundIndex'],
  };

  const send = (event: LibraryClientEvent) => {
    for (const listener of listeners) listener(event);
  };
  const go = (patch: Partial<Queue>) => {
    queue = { ...queue, ...patch };
    send({ type: 'queue', queue });
  };
  const change: FakeLibrary['change'] = (patch, how) => {
    state = { ...state, ...patch };
    if (how !== 'silently') send({ type: 'changed' });
  };
  const changing = (changeover: Changeover | null) => {
    state = { ...state, changeover };
    send({ type: 'changeover', changeover });
  };
  const fail: FakeLibrary['fail'] = (files) => {
    failed = files;
    send({ type: 'changed' });
  };
  const call = async (name: string, ...values: unknown[]) => {
    calls.push([name, ...values]);
    const error = broken.get(name);
    broken.delete(name);
    if (error) throw error;
  };

  const kept = new Map<string, Album>();

  return {
    ...createFakeAlbums(kept, call, () => send({ type: 'albums' })),
    ...{ calls, added, send, go, change, changing, fail },
    deletes(planned, done = { deleted: planned.files ?? 0, kept: [] }) {
      plan = { ...plan, ...planned };
      deletion = done;
    },
    breakNext: (name, error) => void broken.set(name, error),
    async overview() {
      await call('overview');
      return { ...state, albums: kept.size, queue, failures: failed.length };
    },
    async add(addition) {
      await call('add', addition);
      added.push(addition);
      if (addition.kind === 'files') go({ state: 'running', left: queue.left + addition.files.length });
      else {
        const folders = [...state.folders, fakeFolder(state.folders.length + 1, addition.handle.name)];
        change({ folders });
        go({ state: 'listing' });
      }
      return true;
    },
    async pause() {
      await call('pause');
      go({ state: 'paused' });
    },
    async resume() {
      await call('resume');
      go({ state: 'running', problem: null });
    },
    async cancel() {
      await call('cancel');
      go({ state: 'idle', left: 0 });
    },
    async failures(limit) {
      await call('failures', limit);
      return failed.slice(0, limit);
    },
    async retry(ids) {
      await call('retry', ids);
      const again = failed.filter(({ id }) => ids?.includes(id) ?? true);
      fail(failed.filter((file) => !again.includes(file)));
      go({ state: 'running', left: queue.left + again.length, failed: queue.failed - again.length });
    },
    async dismissFailures() {
      await call('dismissFailures');
      fail([]);
    },
    async remove(itemIds) {
      await call('remove', itemIds);
      change({ count: state.count - itemIds.length });
      return removals.push({ count: itemIds.length }) - 1;
    },
    async restore(removal) {
      await call('restore', removal);
      change({ count: state.count + (removals[removal]?.count ?? 0) });
    },
    async countRemoved() {
      await call('countRemoved');
      return removals.reduce((sum, { count }) => sum + count, 0);
    },
    async restoreAll() {
      await call('restoreAll');
      change({ count: state.count + removals.splice(0).reduce((sum, { count }) => sum + count, 0) });
    },
    async withCopies() {
      await call('withCopies');
      return [];
    },
    async planDeletion(of) {
      await call('planDeletion', of);
      return plan;
    },
    async deleteFiles(id) {
      await call('deleteFiles', id);
      return deletion;
    },
    rescan: (folder) => call('rescan', folder),
    async keepIndex(folder, keep) {
      await call('keepIndex', folder, keep);
      const index = keep === 'keep' ? { written: null, mayWrite: true, problem: null } : null;
      change({ folders: state.folders.map((one) => (one.id === folder ? { ...one, index } : one)) });
    },
    async forgetFolder(folder, withPictures) {
      await call('forgetFolder', folder, withPictures);
      change({ folders: state.folders.filter(({ id }) => id !== folder) });
    },
    async original(itemId) {
      await call('original', itemId);
      return new File([itemId], `${itemId}.jpg`, { type: 'image/jpeg' });
    },
    async thumbnail(itemId) {
      await call('thumbnail', itemId);
      return new Blob([THUMBNAIL], { type: 'image/svg+xml' });
    },
    async exportLibrary(options) {
      await call('exportLibrary', options);
      send({ type: 'moving', task: 'export', done: state.count, total: state.count });
      return new Blob([options.name], { type: 'application/zip' });
    },
    async importLibrary(file) {
      await call('importLibrary', file);
      change({ count: state.count + 1 });
      return { added: 1, known: 0, albums: 0 };
    },
    async embed(file, model) {
      await call('embed', file, model);
      return { sha256: 'ab'.repeat(32), embedding: new Float32Array([1]) as never, thumbnail: file };
    },
    async changeModel(model) {
      await call('changeModel', model);
      changing({ ...STARTED, model: model.model, total: state.count });
    },
    async changeover(command) {
      await call('changeover', command);
      if (command === 'cancel' || command === 'finish') return changing(null);
      if (!state.changeover) return;
      changing({ ...state.changeover, state: command === 'pause' ? 'paused' : 'running', problem: null });
    },
    async clear() {
      await call('clear');
      failed = [];
      queue = EMPTY_QUEUE;
      change({ count: 0, folders: [], usage: null });
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose: () => listeners.clear(),
  };
}

const THUMBNAIL =
  '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8" fill="teal"/></svg>';

/** Albums as the library has them, without its rules for names. */
function createFakeAlbums(
  albums: Map<string, Album>,
  call: (name: string, ...values: unknown[]) => Promise<void>,
  tell: () => void,
): AlbumVerbs {
  let changes = 0;
  const put = (album: Album) => {
    albums.set(album.id, { ...album, changed: `${changes++}` });
    tell();
  };
  return {
    async albums() {
      await call('albums');
      return [...albums.values()].map(({ content, ...album }) => {
        const pictures = content.kind === 'pictures' ? content.pictures : [];
        const collections = [...new Set(pictures.map(({ collection }) => collection))];
        const search = content.kind === 'search' ? content.search : undefined;
        return { ...album, search, count: pictures.length, cover: pictures[0], collections };
      });
    },
    async createAlbum(name, content) {
      await call('createAlbum', name, content);
      const id = `album-${changes}`;
      put({ id, name, changed: '', content });
      return id;
    },
    async changeAlbum(id, { name, add = [], remove = [] }) {
      await call('changeAlbum', id, { ...(name !== undefined && { name }), add, remove });
      const album = albums.get(id);
      if (!album) throw new AfterimageError('album-unknown', 'This album is gone.');
      const gone = new Set(remove.map((picture) => picture.id));
      const { content } = album;
      const left = content.kind === 'pictures' ? content.pictures.filter((picture) => !gone.has(picture.id)) : [];
      const changed = content.kind === 'search' ? content : { ...content, pictures: [...left, ...add] };
      put({ ...album, name: name ?? album.name, content: changed });
    },
    async deleteAlbum(id) {
      await call('deleteAlbum', id);
      const album = albums.get(id);
      albums.delete(id);
      tell();
      return album;
    },
    async restoreAlbum(album) {
      await call('restoreAlbum', album.id);
      put(album);
    },
  };
}
