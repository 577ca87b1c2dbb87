import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { readCollection } from '../../../engine/collection/reader.ts';
import { createMemorySource } from '../../../engine/collection/testing.ts';
import { perceptualHashOf } from '../../../engine/collection/types.ts';
import { toFloat32 } from '../../../engine/collection/vectors/stored-vectors.ts';
import { dot } from '../../../engine/numeric/embedding.ts';
import { sha256 } from '../../hashes/sha256.ts';
import type { LibraryModel, LibraryStore, NewPicture } from '../library-store.ts';
import { createMemoryLibraryStore } from '../testing-library-store.ts';
import { foundFile, newPicture, withPreview } from '../testing-pictures.ts';
import { exportLibrary } from './export-library.ts';
import { importLibrary } from './import-library.ts';
import { changed, contentOf, libraryOf, MODEL, OPTIONS, threePictures, unpack } from './testing-exchange.ts';
import { createZip } from './zip.ts';

let store: LibraryStore;
beforeEach(async () => {
  store = await threePictures();
});

describe('an exported library', () => {
  it('is a collection that a site can serve', async () => {
    const files = await unpack(await exportLibrary(store, OPTIONS));
    const collection = await readCollection(createMemorySource(files, sha256), sha256, 'mine');
    expect(collection.manifest).toMatchObject({
      name: 'mine',
      title: 'My pictures',
      count: 3,
      index: 'exact',
      ...MODEL,
    });
    const pictures = await store.all();
    const items = await collection.allItems();
    expect(items.map(perceptualHashOf)).toEqual(pictures.map(({ phash }) => phash ?? undefined));
    expect(items.map(({ extensions: _, ...item }) => item)).toEqual(
      pictures.map(({ item: { extensions: _, ...item } }) => item),
    );
    expect(toFloat32(await collection.vectors())).toEqual(
      Float32Array.from(pictures.flatMap((one) => [...one.vector])),
    );
    const sizes = items.flatMap(({ thumbnail, preview }) =>
      [thumbnail, preview].flatMap((one) => (one ? [one.path] : [])),
    );
    expect(sizes).toHaveLength(4);
    const bytes = sizes.map((path) => files.get(`collections/mine/${path}`)?.length ?? Number.NaN);
    expect(bytes.reduce((sum, one) => sum + one, 0)).toBe(collection.manifest.pictures.bytes);
  });

  it('holds pictures that look the same to the last bit, and so have one thumbnail', async () => {
    const bytes = new TextEncoder().encode('of both');
    const path = `thumbs/${(await sha256(bytes)).slice(0, 16)}.webp`;
    const alike = [1, 2, 3].map((n): NewPicture => {
      const picture = newPicture(n);
      const item = { ...picture.item, thumbnail: { path, width: 40, height: 30 } };
      return { ...picture, item, thumbnail: { bytes, type: 'image/webp' } };
    });
    const before = await libraryOf(...alike);
    const elsewhere = createMemoryLibraryStore();
    expect(await importLibrary(elsewhere, await exportLibrary(before, OPTIONS))).toEqual({
      added: 3,
      known: 0,
      albums: 0,
    });
    expect(await contentOf(elsewhere)).toEqual(await contentOf(before));
  });

  it('is smaller, and its vectors nearly the same, with int8', async () => {
    const files = await unpack(await exportLibrary(store, { ...OPTIONS, vectors: 'int8' }));
    const collection = await readCollection(createMemorySource(files, sha256), sha256, 'mine');
    expect(collection.manifest.quantiser.encoding).toBe('int8');
    const library = createMemoryLibraryStore();
    await importLibrary(library, await exportLibrary(store, { ...OPTIONS, vectors: 'int8' }));
    const [before, after] = [await store.all(), await library.all()];
    for (const [row, { vector }] of after.entries()) {
      expect(dot(vector, before[row]?.vector ?? vector)).toBeGreaterThan(0.999);
      expect(dot(vector, vector)).toBeCloseTo(1, 5);
    }
  });

  it('says where pictures were taken only where that is asked for', async () => {
    const placed = async (withPlaces: boolean) => {
      const files = await unpack(await exportLibrary(store, { ...OPTIONS, withPlaces }));
      const items = await (await readCollection(createMemorySource(files, sha256), sha256, 'mine')).allItems();
      return items.map(({ extensions }) => [extensions?.place, extensions?.camera]);
    };
    const nothing = [undefined, undefined];
    expect(await placed(true)).toEqual([nothing, [[48.1, 11.5], 'Camera 1'], nothing]);
    expect(await placed(false)).toEqual([nothing, [undefined, 'Camera 1'], nothing]);
  });

  it('leaves out what was removed and small copies that are gone', async () => {
    const [first] = await store.all();
    await store.remove([first?.key ?? -1]);
    const library = createMemoryLibraryStore();
    const missing = { ...store, rendition: async () => undefined };
    await importLibrary(library, await exportLibrary(missing, OPTIONS));
    expect((await library.all()).map(({ item }) => [item.thumbnail, item.preview])).toEqual([
      [null, null],
      [null, null],
    ]);
    expect(await library.check()).toEqual([]);
  });

  it('tells how far it is', async () => {
    const many = await libraryOf(...Array.from({ length: 70 }, (_, n) => newPicture(n)));
    const told: number[] = [];
    const zip = await exportLibrary(many, OPTIONS, (done, total) => told.push(done / total));
    expect(told).toEqual([32 / 70, 64 / 70, 1]);
    told.length = 0;
    const onProgress = (done: number, total: number) => told.push(done / total);
    await importLibrary(createMemoryLibraryStore(), zip, { onProgress });
    expect(told).toEqual([64 / 140, 70 / 140, 134 / 140, 1]);
  });

  it.each(['', 'library', 'a b', '../x', 'x/y'])('is refused the name %j', async (name) => {
    await expect(exportLibrary(store, { ...OPTIONS, name })).rejects.toMatchObject({ code: 'usage' });
  });

  it('is refused where there is nothing', () =>
    expect(libraryOf().then((one) => exportLibrary(one, OPTIONS))).rejects.toMatchObject({ code: 'nothing-to-index' }));
});

describe('an imported library', () => {
  it('is the library that was exported', async () => {
    const library = createMemoryLibraryStore();
    expect(await importLibrary(library, await exportLibrary(store, OPTIONS))).toEqual({
      added: 3,
      known: 0,
      albums: 0,
    });
    expect(await contentOf(library)).toEqual(await contentOf(store));
    expect(await library.model()).toEqual(MODEL);
    expect(await library.check()).toEqual([]);
  });

  it('is the same for libraries of every kind', async () => {
    const path = fc.string({ minLength: 1, unit: 'binary' }).map((one) => one.toWellFormed());
    const file = fc.record(
      { path, bytes: fc.nat(), modified: fc.nat(), others: fc.array(path, { maxLength: 2 }) },
      { requiredKeys: ['path', 'bytes', 'modified'] },
    );
    const picture = fc.record({
      n: fc.nat(100_000),
      files: fc.array(file, { minLength: 1, maxLength: 3 }),
      large: fc.boolean(),
    });
    const pictures = fc.uniqueArray(picture, { selector: ({ n }) => n, minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(pictures, async (all) => {
        const made = all.map(({ n, files, large }): NewPicture => {
          const base = large ? withPreview(n) : newPicture(n);
          return { ...base, files: files.map((one) => foundFile(one.path, one)) };
        });
        const from = await libraryOf(...made);
        const library = createMemoryLibraryStore();
        await importLibrary(library, await exportLibrary(from, OPTIONS));
        expect(await contentOf(library)).toEqual(await contentOf(from));
      }),
      { numRuns: 60 },
    );
  });

  it('is merged by content: what is there stays, and is found at more places', async () => {
    const library = await libraryOf(newPicture(1, { files: [foundFile('own.jpg')] }), newPicture(7));
    const zip = await exportLibrary(store, OPTIONS);
    const keys = (await library.all()).map(({ key }) => key);
    expect(await importLibrary(library, zip)).toEqual({ added: 2, known: 1, albums: 0 });
    const all = await library.all();
    expect(all.slice(0, 2).map(({ key }) => key)).toEqual(keys);
    expect(all[0]?.files.map(({ path }) => path)).toEqual(['own.jpg', 'photo 1.jpg']);
    expect(await importLibrary(library, zip), 'a second time').toEqual({ added: 0, known: 3, albums: 0 });
    expect(await library.all()).toEqual(all);
  });

  it('does not name the places of a folder twice', async () => {
    const library = await libraryOf();
    const handle = { kind: 'directory', name: 'holiday', isSameEntry: async () => true };
    const { id } = await library.addFolder(handle as unknown as FileSystemDirectoryHandle);
    await library.put([newPicture(1, { files: [foundFile('a.jpg', { folder: id })] })], []);
    const before = await library.all();
    const zip = await exportLibrary(library, OPTIONS);
    await importLibrary(library, zip);
    expect(await library.all()).toEqual(before);
    const elsewhere = createMemoryLibraryStore();
    await importLibrary(elsewhere, zip);
    expect((await elsewhere.all()).map(({ files }) => files.map(({ path }) => path))).toEqual([['holiday/a.jpg']]);
  });

  it('is refused when it is of another model', async () => {
    const zip = await exportLibrary(store, OPTIONS);
    const other = { model: { id: 'other', sha256: 'b'.repeat(64) }, dim: 8 };
    const library = createMemoryLibraryStore();
    const mismatch = (message: RegExp) => ({ code: 'import-model-mismatch', message: expect.stringMatching(message) });
    const isAvailable = async ({ model }: LibraryModel) => model.id === 'other';
    await expect(importLibrary(library, zip, { isAvailable })).rejects.toMatchObject(
      mismatch(/tiny-clip.*does not have/),
    );
    expect(await library.model()).toBeUndefined();
    await library.setModel(other);
    await expect(importLibrary(library, zip)).rejects.toMatchObject(mismatch(/tiny-clip.*other/));
    expect(await library.count()).toBe(0);
  });

  it('may have been packed again, under another name or none', async () => {
    for (const folder of ['', 'other name/', 'a/b/']) {
      const writing = createZip();
      for (const [path, bytes] of await unpack(await exportLibrary(store, OPTIONS), '.')) {
        await writing.add(folder + path.slice('./mine/'.length), bytes);
      }
      const library = createMemoryLibraryStore();
      await importLibrary(library, await writing.close());
      expect(await contentOf(library)).toEqual(await contentOf(store));
    }
  });
});

describe('albums', () => {
  const id = newPicture(2).item.id;
  const picture = { collection: 'library', id };
  const seen = { sha256: 'b'.repeat(64), model: 'a'.repeat(64), embedding: [0.25, -1] };
  const thumbs = [{ id: 'e'.repeat(16), judgement: 'down' as const }];
  const search = { query: '1_w.dog', collection: '*', names: true, pictures: [seen], thumbs };

  beforeEach(async () => {
    await store.createAlbum('At sea', { kind: 'pictures', pictures: [picture] });
    await store.createAlbum('Dogs <b>', { kind: 'search', search });
  });

  it('go along, and come to those that are there', async () => {
    const zip = await exportLibrary(store, OPTIONS);
    const elsewhere = createMemoryLibraryStore();
    await elsewhere.createAlbum('at sea', { kind: 'pictures', pictures: [{ collection: 'demo', id: 'f'.repeat(16) }] });
    expect(await importLibrary(elsewhere, zip)).toEqual({ added: 3, known: 0, albums: 2 });
    expect(await elsewhere.albums()).toMatchObject([
      { name: 'at sea', count: 2, collections: ['demo', 'library'] },
      { name: 'Dogs <b>', search },
    ]);
    expect(await importLibrary(elsewhere, zip)).toEqual({ added: 0, known: 3, albums: 0 });
  });

  it('stay at home where the collection is made public', async () => {
    const files = await unpack(await exportLibrary(store, { ...OPTIONS, withAlbums: false }));
    expect([...files.keys()].filter((path) => path.includes('albums'))).toEqual([]);
    expect([...files.values()].some((bytes) => new TextDecoder().decode(bytes).includes('At sea'))).toBe(false);
  });

  it('are none in files of pages that knew none', async () => {
    const older = await changed(await exportLibrary(store, OPTIONS), (files) => files.delete('./mine/albums.json'));
    const elsewhere = createMemoryLibraryStore();
    expect(await importLibrary(elsewhere, older)).toEqual({ added: 3, known: 0, albums: 0 });
    expect(await elsewhere.albums()).toEqual([]);
  });

  it.each([
    ['no JSON', () => '{'],
    ['a later version', (json: string) => json.replace('"version":1', '"version":2')],
    ['a name that no album can have', (json: string) => json.replace('At sea', ' At sea')],
    ['an id that no picture has', (json: string) => json.replace(id, '../../x')],
    ['an album that is nothing', (json: string) => json.replace(/,"pictures":\[.*?\]/, '')],
    ['a thumb that is none', (json: string) => json.replace('"down"', '"sideways"')],
    ['a member that nobody knows', (json: string) => json.replace('"names":true', '"names":true,"x":1')],
  ])('that are damaged change nothing: %s', async (_, damage) => {
    const zip = await changed(await exportLibrary(store, OPTIONS), (files) => {
      const json = new TextDecoder().decode(files.get('./mine/albums.json'));
      const damaged = damage(json);
      expect(damaged).not.toBe(json);
      files.set('./mine/albums.json', new TextEncoder().encode(damaged));
    });
    const elsewhere = createMemoryLibraryStore();
    await expect(importLibrary(elsewhere, zip)).rejects.toMatchObject({ code: 'import-invalid' });
    expect(await elsewhere.count()).toBe(0);
    expect(await elsewhere.albums()).toEqual([]);
  });
});
