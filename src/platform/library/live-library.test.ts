import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copiesOf } from '../../engine/collection/extensions/facts.ts';
import { sampleItem } from '../../engine/collection/testing.ts';
import { perceptualHashOf } from '../../engine/collection/types.ts';
import { createExactIndex } from '../../engine/index/exact/exact-index.ts';
import type { Embedding } from '../../engine/numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../engine/numeric/testing-vectors.ts';
import type { LibraryChange, LibraryModel, StoredFolder, StoredPicture } from './library-store.ts';
import { type LibraryReads, openLiveLibrary, type RowChange } from './live-library.ts';

const DIM = 16;
const model: LibraryModel = { model: { id: 'tiny-clip', sha256: 'a'.repeat(64) }, dim: DIM };
const vectors = clusteredVectors(400, DIM);

function picture(key: number, changes: Partial<StoredPicture> = {}): StoredPicture {
  const item = sampleItem(key);
  return {
    key,
    item,
    sha256: item.id.repeat(4),
    files: [],
    vector: vectors[key] as Float32Array,
    phash: null,
    ...changes,
  };
}

interface FakeReads extends LibraryReads {
  made: LibraryModel | undefined;
  fails: boolean;
  known: StoredFolder[];
  tell(change: LibraryChange, some?: readonly StoredPicture[]): void;
  put(type: 'added' | 'changed' | 'restored', ...some: StoredPicture[]): void;
  readonly listeners: ReadonlySet<(change: LibraryChange) => void>;
}

/** What of a store the library in memory reads, and its changes by hand. */
function createReads(pictures: StoredPicture[]): FakeReads {
  const there = new Map(pictures.map((one) => [one.key, one]));
  const listeners = new Set<(change: LibraryChange) => void>();
  const store: FakeReads = {
    made: model,
    fails: false,
    folders: async () => store.known,
    known: [],
    model: async () => store.made,
    all: async () => [...there.values()].sort((a, b) => a.key - b.key),
    async get(keys: readonly number[]) {
      if (store.fails) throw new Error('The disk is away.');
      return keys.flatMap((key) => there.get(key) ?? []);
    },
    subscribe(listener: (change: LibraryChange) => void) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tell(change: LibraryChange, some: readonly StoredPicture[] = []) {
      if (change.type === 'cleared') there.clear();
      else if (change.type === 'removed') for (const key of change.keys) there.delete(key);
      for (const one of some) there.set(one.key, one);
      for (const listener of listeners) listener(change);
    },
    put: (type: 'added' | 'changed' | 'restored', ...some: StoredPicture[]) =>
      store.tell({ type, keys: some.map(({ key }) => key) }, some),
    listeners,
  };
  return store;
}

async function open(pictures: StoredPicture[]) {
  const store = createReads(pictures);
  const changes: RowChange[] = [];
  let outdated = 0;
  const library = await openLiveLibrary(store, model, {
    onChange: (change) => changes.push(change),
    onOutdated: () => outdated++,
  });
  const ids = async () => {
    const rows = library.order() ?? Uint32Array.from({ length: library.count }, (_, row) => row);
    return (await Promise.all(Array.from(rows, library.items.get))).map(({ id }) => id);
  };
  return { store, library, changes, ids, outdated: () => outdated };
}

const idOf = (key: number) => sampleItem(key).id;
const nearest = (key: number) => ({ query: vectors[key] as (typeof vectors)[number], options: { k: 3 } });

test('a picture is found as soon as its batch is stored, and its row is the next one', async () => {
  const { store, library, changes, ids } = await open([picture(1), picture(2)]);
  expect([library.count, library.order()]).toEqual([2, undefined]);
  store.put('added', picture(7), picture(9));
  await expect.poll(() => changes.length).toBe(1);
  const { query, options } = nearest(9);
  expect(library.index.search(query, options)[0]?.row).toBe(3);
  expect([library.count, library.order(), library.revision()]).toEqual([4, undefined, 1]);
  expect(await ids()).toEqual([1, 2, 7, 9].map(idOf));
  expect(await library.items.rowOf(idOf(9))).toBe(3);
});

test('a removed picture is gone at once while other rows stay, and comes back in its place of the order', async () => {
  const { store, library, changes, ids } = await open([picture(1), picture(2), picture(3)]);
  store.tell({ type: 'removed', keys: [2, 77] });
  await expect.poll(() => changes.length).toBe(1);
  const { query, options } = nearest(2);
  expect(library.index.search(query, options).map(({ row }) => row)).not.toContain(1);
  expect([library.count, await library.items.rowOf(idOf(2)), await library.items.rowOf(idOf(3))]).toEqual([2, -1, 2]);
  expect((await library.items.get(1)).id).toBe(idOf(2));
  await expect(library.vectors.vectorsOf([1])).rejects.toMatchObject({ code: 'row-unknown' });
  store.put('restored', picture(2));
  await expect.poll(() => changes.length).toBe(2);
  expect(library.index.search(query, options)[0]?.row).toBe(3);
  expect(library.order()).toEqual(Uint32Array.of(0, 3, 2));
  expect(await ids()).toEqual([1, 2, 3].map(idOf));
});

test('a picture that is called otherwise keeps its row, of which it is told', async () => {
  const { store, library, changes } = await open([picture(1), picture(2)]);
  const item = { ...sampleItem(2), name: 'holidays/beach.jpg' };
  store.put('changed', picture(2, { item }));
  await expect.poll(() => changes).toEqual([{ changed: [1] }]);
  expect((await library.items.get(1)).name).toBe('holidays/beach.jpg');
});

test('changes that come while everything is being read are not lost', async () => {
  const store = createReads([picture(1)]);
  const all = store.all;
  store.all = async () => {
    const pictures = await all();
    store.put('added', picture(2));
    return pictures;
  };
  const library = await openLiveLibrary(store, model, { onChange() {}, onOutdated() {} });
  await expect.poll(() => library.count).toBe(2);
});

test('an item says all names of its content, also in folders that came later', async () => {
  const alone = { folder: null, path: 'a.jpg', bytes: 1, modified: 1 };
  const inside = { ...alone, folder: 3, path: 'sub/b.jpg' };
  const { store, library } = await open([picture(1, { files: [alone] })]);
  expect(copiesOf(await library.items.get(0))).toEqual([]);
  store.known = [{ id: 3, name: 'Photos', handle: {} as FileSystemDirectoryHandle }];
  store.put('changed', picture(1, { files: [alone, inside] }));
  await expect.poll(async () => copiesOf(await library.items.get(0))).toEqual(['a.jpg', 'Photos/sub/b.jpg']);
});

test('vectors of another model are never compared: the library says that it has to be opened again', async () => {
  const { store, library, changes, outdated } = await open([picture(1), picture(2)]);
  store.made = { ...model, model: { id: 'tiny-clip', sha256: 'b'.repeat(64) } };
  store.put('changed', picture(1, { vector: vectors[300] as Float32Array }));
  await expect.poll(outdated).toBe(1);
  expect([changes.length, store.listeners.size]).toEqual([0, 0]);
  library.close();
});

test('neither are those of another length, though the library was empty', async () => {
  const { store, outdated } = await open([]);
  store.made = { model: { id: 'other', sha256: 'b'.repeat(64) }, dim: 8 };
  store.put('added', picture(1, { vector: new Float32Array(8).fill(Math.sqrt(1 / 8)) }));
  await expect.poll(outdated).toBe(1);
});

test('an empty library takes pictures of the model it was opened for', async () => {
  const { store, library, outdated } = await open([]);
  store.put('added', picture(1));
  await expect.poll(() => library.count).toBe(1);
  store.tell({ type: 'cleared' });
  await expect.poll(() => library.count).toBe(0);
  expect([library.order(), outdated()]).toEqual([new Uint32Array(), 0]);
});

test('records say what pictures look like, so that copies can be found', async () => {
  const hash = '00ff00ff00ff00ff';
  const { store, library } = await open([picture(1, { phash: hash })]);
  store.put('added', picture(2));
  await expect.poll(() => library.count).toBe(2);
  const items = await Promise.all([0, 1].map((row) => library.items.get(row)));
  expect(items.map(perceptualHashOf)).toEqual([hash, undefined]);
});

test('what cannot be read of a change is read anew as a whole', async () => {
  const { store, outdated } = await open([picture(1)]);
  store.fails = true;
  store.put('added', picture(2));
  await expect.poll(outdated).toBe(1);
});

test('the sample for the cut-off follows the growth', async () => {
  const { store, library } = await open([picture(1)]);
  expect(library.sample.count).toBe(1);
  store.put('added', ...Array.from({ length: 40 }, (_, i) => picture(2 + i)));
  await expect.poll(() => library.count).toBe(41);
  expect([library.sample.count, library.sample.vectors.length]).toEqual([41, 41 * DIM]);
  expect(library.sample).toBe(library.sample);
});

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ add: fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 8 }) }) },
  { weight: 2, arbitrary: fc.record({ remove: fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 8 }) }) },
  fc.constant({ clear: true } as const),
);

test('it is what a library would be that is opened with the same pictures, whatever came before', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.nat(60)), fc.array(step, { maxLength: 12 }), async (first, steps) => {
      const keys = new Set(first);
      const { store, library, changes, ids } = await open([...keys].sort((a, b) => a - b).map((key) => picture(key)));
      for (const one of steps) {
        if ('add' in one) store.put('added', ...one.add.map((key) => picture(key)));
        else store.tell('remove' in one ? { type: 'removed', keys: one.remove } : { type: 'cleared' });
        if ('add' in one) for (const key of one.add) keys.add(key);
        else if ('remove' in one) for (const key of one.remove) keys.delete(key);
        else keys.clear();
      }
      while (changes.length < steps.length) await new Promise((resolve) => setTimeout(resolve));
      const there = [...keys].sort((a, b) => a - b);
      expect(await ids()).toEqual(there.map(idOf));
      const query = vectors[399] as (typeof vectors)[number];
      const found = library.index.search(query, { k: 5 });
      const kept = there.map((key) => vectors[key] as Embedding);
      const expected = createExactIndex(flatten(kept, DIM), DIM).search(query, { k: 5 });
      expect(found.length).toBe(expected.length);
      for (const [i, { similarity }] of expected.entries()) {
        expect(found[i]?.similarity).toBeCloseTo(similarity, 3);
      }
    }),
    { numRuns: 60 },
  );
});

test('items have their perceptual hashes, those that come later too', async () => {
  const phash = '0123456789abcdef';
  const store = createReads([picture(0), picture(1, { phash })]);
  const library = await openLiveLibrary(store, model, { onChange: () => {}, onOutdated: () => {} });
  store.put('added', picture(2, { phash }));
  store.put('changed', picture(0, { phash: 'f'.repeat(16) }));
  await expect.poll(async () => perceptualHashOf(await library.items.get(0))).toBe('f'.repeat(16));
  const hashes = await Promise.all([1, 2].map(async (row) => perceptualHashOf(await library.items.get(row))));
  expect(hashes).toEqual([phash, phash]);
  library.close();
});
