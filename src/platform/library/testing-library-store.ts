import { withExtension } from '../../engine/collection/extensions/facts.ts';
import { SIGNATURE } from '../../engine/collection/types.ts';
import { createMemoryAlbums } from './albums/testing-memory-albums.ts';
import { createMemoryChangeover } from './changeover/testing-memory-changeover.ts';
import { createChangeChannel } from './database/change-channel.ts';
import { mergeFiles, nameOf, renditionPaths, uniqueContents } from './files.ts';
import type { FoundFile, LibraryStore, NewPicture, StoredPicture } from './library-store.ts';
import { createMemoryQueue } from './queue/testing-memory-queue.ts';
import { createLibraryMemory, type Kept, type LibraryMemory } from './testing-library-memory.ts';
import { isUsable, readableFile, sentences } from './verbs/repairs.ts';

/** A library in memory, for unit tests: it passes the contract suite of the real one. */
export function createMemoryLibraryStore(memory: LibraryMemory = createLibraryMemory()): LibraryStore {
  const channel = createChangeChannel(memory.name);
  const { kept, renditions, folders, deleted, albums } = memory;
  const shown = () => [...kept.values()].filter(({ hidden }) => !hidden).map(({ picture }) => picture);
  const find = (is: (picture: StoredPicture) => boolean) => shown().find(is);
  const queue = createMemoryQueue(memory);
  const { enqueue, dequeue } = queue;
  const placeOf = ({ folder, path }: FoundFile) => `${folder}/${path}`;

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
        queue.forget((file) => file.folder === folder && file.path === path);
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
    removed: async () =>
      [...kept.values()]
        .filter(({ hidden, picture }) => hidden?.why === 'removed' && picture.files.length > 0)
        .map(({ picture }) => picture.key),
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
      queue.forget((file) => file.folder === id);
    },
    countIn: async (folder) => shown().filter(({ files }) => files.some((file) => file.folder === folder)).length,
    async filesOf(folder) {
      const inside = shown().flatMap(({ key, files }) => files.map((file) => ({ key, file })));
      return new Map(inside.filter(({ file }) => file.folder === folder).map((one) => [one.file.path, one]));
    },

    deletedIn: async (folder) => [...deleted.values()].filter((file) => file.folder === folder),

    ...queue.verbs,

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
      enqueue(files.filter((file) => !queue.has(file)));
      return sentences({ unusable: unusable.length, remade: files.length, lost: lost.length - files.length });
    },
    ...createMemoryChangeover(memory, channel, enqueue),
    async clear() {
      memory.next = undefined;
      memory.nextVectors.clear();
      for (const map of [kept, renditions, folders, memory.queue, deleted, albums]) map.clear();
      memory.model = undefined;
      memory.inReading = undefined;
      channel.tell({ type: 'cleared' });
    },
    subscribe: channel.subscribe,
    close: channel.close,
  };
}
