import { withExtension } from '../../engine/collection/extensions/facts.ts';
import { SIGNATURE } from '../../engine/collection/types.ts';
import type { Album } from '../../protocol/albums.ts';
import { createMemoryAlbums } from './albums/testing-memory-albums.ts';
import { createChangeChannel } from './database/change-channel.ts';
import { isSamePlace, mergeFiles, nameOf, renditionPaths, uniqueContents } from './files.ts';
import type {
  FilesInReading,
  FoundFile,
  LibraryModel,
  LibraryStore,
  NewPicture,
  QueuedFile,
  StoredFolder,
  StoredPicture,
  StoredRendition,
} from './library-store.ts';
import { isUsable, readableFile, sentences } from './verbs/repairs.ts';

interface Kept {
  picture: StoredPicture;
  hidden?: { readonly why: 'removed' | 'unusable'; readonly at: number };
}

/** What a store of this name holds. Two stores over one of these are two tabs. */
export interface LibraryMemory {
  readonly name: string;
  model: LibraryModel | undefined;
  next: LibraryModel | undefined;
  readonly nextVectors: Map<number, Float32Array>;
  nextKey: number;
  inReading: FilesInReading | undefined;
  readonly kept: Map<number, Kept>;
  readonly renditions: Map<string, StoredRendition>;
  readonly folders: Map<number, StoredFolder>;
  readonly queue: Map<number, QueuedFile>;
  /** By folder and path. */
  readonly deleted: Map<string, FoundFile>;
  readonly albums: Map<string, Album>;
}

let memories = 0;

function placeOf({ folder, path }: FoundFile): string {
  return `${folder}/${path}`;
}

export function createLibraryMemory(): LibraryMemory {
  return {
    name: `test-library-memory-${memories++}`,
    model: undefined,
    next: undefined,
    nextVectors: new Map(),
    nextKey: 1,
    inReading: undefined,
    kept: new Map(),
    renditions: new Map(),
    folders: new Map(),
    queue: new Map(),
    deleted: new Map(),
    albums: new Map(),
  };
}

/** A library in memory, for unit tests: it passes the contract suite of the real one. */
export function createMemoryLibraryStore(memory: LibraryMemory = createLibraryMemory()): LibraryStore {
  const channel = createChangeChannel(memory.name);
  const { kept, renditions, folders, queue, deleted, albums } = memory;
  const shown = () => [...kept.values()].filter(({ hidden }) => !hidden).map(({ picture }) => picture);
  const find = (is: (picture: StoredPicture) => boolean) => shown().find(is);
  const dequeue = (ids: readonly number[]) => {
    for (const id of ids) queue.delete(id);
  };
  const queued = (failed: boolean) => [...queue.values()].filter(({ failure }) => (failure !== null) === failed);
  const enqueue = (files: readonly FoundFile[], failure: QueuedFile['failure'] = null) => {
    for (const file of files) {
      const same = file.folder === null ? undefined : [...queue.values()].find((one) => isSamePlace(one.file, file));
      const id = same?.id ?? memory.nextKey++;
      queue.set(id, { id, file, failure });
    }
  };

  function putOne(picture: NewPicture): 'added' | 'changed' | 'restored' | 'none' {
    const known = [...kept.values()].find((one) => one.picture.sha256 === picture.sha256)?.picture.item;
    const isLost = known !== undefined && renditionPaths(known).some((path) => !renditions.has(path));
    for (const [one, rendition] of [
      [picture.item.thumbnail, picture.thumbnail],
      [picture.item.preview, picture.preview],
    ] as const) {
      if (one && rendition && !renditions.has(one.path)) renditions.set(one.path, rendition);
    }
    const before = [...kept.values()].find((one) => one.picture.sha256 === picture.sha256);
    if (!before) {
      const key = memory.nextKey++;
      const { item, sha256, files, vector, phash } = picture;
      const name = nameOf(files, folders) ?? item.name;
      kept.set(key, { picture: { key, item: { ...item, name }, sha256, files, vector: vector.slice(), phash } });
      return 'added';
    }
    return putAgain(picture, before, isLost);
  }

  function putAgain(picture: NewPicture, before: Kept, isLost: boolean): 'changed' | 'restored' | 'none' {
    const files = mergeFiles(before.picture.files, picture.files);
    const { thumbnail, preview } = picture.item;
    const named = { ...before.picture.item, name: nameOf(files, folders) ?? before.picture.item.name };
    const item = isLost ? { ...named, thumbnail, preview } : named;
    const vector = before.hidden?.why === 'unusable' ? picture.vector.slice() : before.picture.vector;
    const next = { ...before.picture, files, item, vector };
    const isSame = JSON.stringify([before.picture.item, before.picture.files]) === JSON.stringify([item, files]);
    kept.set(next.key, { picture: next });
    return before.hidden ? 'restored' : isSame && !isLost ? 'none' : 'changed';
  }

  return {
    model: async () => memory.model,
    async setModel(model) {
      memory.model = model;
    },
    count: async () => shown().length,
    all: async () => shown().map((one) => ({ ...one, files: one.files.map(({ handle: _, ...file }) => file) })),
    get: async (keys) => keys.flatMap((key) => find((one) => one.key === key) ?? []),
    find: async (sha256) => sha256.map((hash) => find((one) => one.sha256 === hash)),
    findItem: async (id) => find((one) => one.item.id === id),
    async put(pictures, dequeued) {
      const changes = uniqueContents(pictures).map((picture) => ({ picture, change: putOne(picture) }));
      dequeue(dequeued);
      const byContent = new Map(shown().map((one) => [one.sha256, one]));
      for (const type of ['added', 'changed', 'restored'] as const) {
        const same = changes.filter(({ change }) => change === type);
        channel.tell({ type, keys: same.flatMap(({ picture }) => byContent.get(picture.sha256)?.key ?? []) });
      }
      return pictures.flatMap(({ sha256 }) => byContent.get(sha256) ?? []);
    },
    async setFiles(changes, dequeued) {
      const [changed, removed]: [number[], number[]] = [[], []];
      for (const { key, files } of changes) {
        const one = kept.get(key);
        if (!one || one.hidden) continue;
        const name = nameOf(files, folders) ?? one.picture.item.name;
        one.picture = { ...one.picture, files, item: { ...one.picture.item, name } };
        if (files.length === 0) one.hidden = { why: 'removed', at: Date.now() };
        (files.length === 0 ? removed : changed).push(key);
      }
      dequeue(dequeued);
      channel.tell({ type: 'changed', keys: changed }, { type: 'removed', keys: removed });
    },
    async setSignatures(signatures) {
      for (const one of kept.values()) {
        const signature = signatures.get(one.picture.item.id);
        if (signature === undefined) continue;
        one.picture = { ...one.picture, item: withExtension(one.picture.item, SIGNATURE, signature) };
      }
    },
    async takePlaces(places) {
      const [changed, removed]: [Set<number>, Set<number>] = [new Set(), new Set()];
      for (const { key, folder, path } of places) {
        deleted.delete(`${folder}/${path}`);
        dequeue(
          [...queue.values()].filter(({ file }) => isSamePlace(file, { ...file, folder, path })).map(({ id }) => id),
        );
        const one = kept.get(key);
        const files = one?.picture.files.filter((file) => file.folder !== folder || file.path !== path);
        if (!one || !files || files.length === one.picture.files.length) continue;
        const name = nameOf(files, folders) ?? one.picture.item.name;
        one.picture = { ...one.picture, files, item: { ...one.picture.item, name } };
        if (one.hidden) continue;
        if (files.length === 0) one.hidden = { why: 'removed', at: Date.now() };
        (files.length === 0 ? removed : changed).add(key);
      }
      const stay = [...changed].filter((key) => !removed.has(key));
      channel.tell({ type: 'changed', keys: stay }, { type: 'removed', keys: [...removed] });
    },
    async setVectors(changes) {
      const [changed, restored]: [number[], number[]] = [[], []];
      for (const { key, vector } of changes) {
        const one = kept.get(key);
        if (!one) continue;
        (one.hidden?.why === 'unusable' ? restored : changed).push(key);
        one.picture = { ...one.picture, vector: vector.slice() };
        if (one.hidden?.why === 'unusable') delete one.hidden;
      }
      channel.tell({ type: 'changed', keys: changed }, { type: 'restored', keys: restored });
    },
    async remove(keys) {
      const removed = keys.filter((key) => kept.has(key) && !kept.get(key)?.hidden);
      for (const key of removed) {
        const one = kept.get(key) as Kept;
        one.hidden = { why: 'removed', at: Date.now() };
        for (const file of one.picture.files) if (file.folder !== null) deleted.set(placeOf(file), file);
      }
      channel.tell({ type: 'removed', keys: removed });
    },
    async restore(keys) {
      const restored = keys.filter((key) => kept.get(key)?.hidden?.why === 'removed');
      for (const key of restored) {
        const one = kept.get(key) as Kept;
        delete one.hidden;
        for (const file of one.picture.files) deleted.delete(placeOf(file));
      }
      channel.tell({ type: 'restored', keys: restored });
    },
    async purge(olderThanMs) {
      for (const [key, { picture, hidden }] of [...kept]) {
        if (hidden?.why !== 'removed' || hidden.at > Date.now() - olderThanMs) continue;
        kept.delete(key);
        for (const path of renditionPaths(picture.item)) renditions.delete(path);
      }
    },
    missingRenditions: async (paths) => paths.filter((path) => !renditions.has(path)),
    rendition: async (path) => renditions.get(path),

    folders: async () => [...folders.values()],
    async addFolder(handle) {
      for (const folder of folders.values()) if (await folder.handle.isSameEntry(handle)) return folder;
      const folder = { id: memory.nextKey++, name: handle.name, handle };
      folders.set(folder.id, folder);
      return folder;
    },
    async setFolderIndex(id, index) {
      const folder = folders.get(id);
      if (!folder) return;
      const { index: _, ...rest } = folder;
      folders.set(id, index ? { ...rest, index } : rest);
    },
    async removeFolder(id) {
      folders.delete(id);
      for (const [place, file] of [...deleted]) if (file.folder === id) deleted.delete(place);
      dequeue([...queue.values()].filter(({ file }) => file.folder === id).map((one) => one.id));
    },
    countIn: async (folder) => shown().filter(({ files }) => files.some((file) => file.folder === folder)).length,
    async filesOf(folder) {
      const inside = shown().flatMap(({ key, files }) => files.map((file) => ({ key, file })));
      return new Map(inside.filter(({ file }) => file.folder === folder).map((one) => [one.file.path, one]));
    },

    deletedIn: async (folder) => [...deleted.values()].filter((file) => file.folder === folder),

    enqueue: async (files, failure) => enqueue(files, failure),
    waiting: async (limit, after = 0) =>
      queued(false)
        .filter(({ id }) => id > after)
        .slice(0, limit),
    countWaiting: async () => queued(false).length,
    failed: async (limit) => queued(true).slice(0, limit),
    countFailed: async () => queued(true).length,
    async fail(failures) {
      for (const { id, code, reason } of failures) {
        const one = queue.get(id);
        if (one) queue.set(id, { ...one, failure: { code, reason } });
      }
    },
    async retry(ids) {
      for (const id of ids) {
        const one = queue.get(id);
        if (one) queue.set(id, { ...one, failure: null });
      }
    },
    dequeue: async (ids) => dequeue(ids),
    inReading: async () => memory.inReading,
    async setInReading(files) {
      memory.inReading = files;
    },

    ...createMemoryAlbums(
      albums,
      (id) => find((one) => one.item.id === id) !== undefined,
      () => channel.tell({ type: 'albums' }),
    ),

    async check() {
      const unusable = shown().filter(({ vector }) => !isUsable(vector, memory.model?.dim));
      for (const { key, files } of unusable) {
        Object.assign(kept.get(key) as Kept, { hidden: { why: 'unusable', at: Date.now() } });
        enqueue(files);
      }
      channel.tell({ type: 'removed', keys: unusable.map(({ key }) => key) });
      const lost = shown().filter(({ item }) => renditionPaths(item).some((path) => !renditions.has(path)));
      const files = lost.flatMap((picture) => readableFile(picture.files, new Set(folders.keys())) ?? []);
      const isQueued = (file: FoundFile) => [...queue.values()].some((one) => isSamePlace(one.file, file));
      enqueue(files.filter((file) => !isQueued(file)));
      return sentences({ unusable: unusable.length, remade: files.length, lost: lost.length - files.length });
    },
    ...changeover(memory, channel, enqueue),
    async clear() {
      memory.next = undefined;
      memory.nextVectors.clear();
      for (const map of [kept, renditions, folders, queue, deleted, albums]) map.clear();
      memory.model = undefined;
      memory.inReading = undefined;
      channel.tell({ type: 'cleared' });
    },
    subscribe: channel.subscribe,
    close: channel.close,
  };
}

function changeover(
  memory: LibraryMemory,
  channel: ReturnType<typeof createChangeChannel>,
  enqueue: (files: readonly FoundFile[]) => void,
): Pick<
  LibraryStore,
  'changingTo' | 'beginChange' | 'withoutNext' | 'countNext' | 'putNext' | 'finishChange' | 'cancelChange'
> {
  const { kept, nextVectors } = memory;
  const forget = () => {
    memory.next = undefined;
    nextVectors.clear();
  };
  return {
    changingTo: async () => memory.next,
    async beginChange(model) {
      forget();
      memory.next = model;
    },
    withoutNext: async (limit, after = 0) =>
      [...kept.values()]
        .filter(({ hidden, picture: { key } }) => !hidden && key > after && !nextVectors.has(key))
        .map(({ picture }) => picture)
        .slice(0, limit),
    countNext: async () => nextVectors.size,
    async putNext(vectors) {
      if (memory.next) for (const { key, vector } of vectors) nextVectors.set(key, vector.slice());
    },
    async finishChange() {
      if (!memory.next) return;
      const removed: number[] = [];
      for (const one of kept.values()) {
        const vector = nextVectors.get(one.picture.key);
        if (vector && isUsable(vector, memory.next.dim)) one.picture = { ...one.picture, vector };
        else {
          if (!one.hidden) {
            removed.push(one.picture.key);
            enqueue(one.picture.files);
          }
          one.hidden = { why: 'unusable', at: Date.now() };
        }
      }
      memory.model = memory.next;
      forget();
      channel.tell({ type: 'model' }, { type: 'removed', keys: removed });
    },
    cancelChange: async () => forget(),
  };
}
