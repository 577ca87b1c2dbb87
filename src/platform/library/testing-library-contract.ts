import { afterEach, describe, expect, it } from 'vitest';
import { signatureOf } from '../../engine/collection/types.ts';
import { describeAlbums } from './albums/testing-albums-contract.ts';
import type { LibraryChange, LibraryStore } from './library-store.ts';
import { describeChangeover } from './testing-library-contract-changeover.ts';
import { describeCheck, describeFolders, describeQueue } from './testing-library-contract-files.ts';
import { foundFile, hashOf, newPicture, withPreview } from './testing-pictures.ts';

/** What the suite needs of an implementation. */
export interface LibraryUnderTest {
  /** A store of a library that is empty. */
  fresh(): Promise<LibraryStore>;
  /** Another store of the library that `fresh` made last, as another worker or tab would have. */
  open(): Promise<LibraryStore>;
  directory(name: string): Promise<FileSystemDirectoryHandle>;
  clear(): Promise<void>;
}

/** What every LibraryStore does. */
export function describeLibraryStore(title: string, library: LibraryUnderTest): void {
  afterEach(library.clear);
  describe(title, () => {
    describePictures(library);
    describeChanges(library);
    describeRemoval(library);
    describeFolders(library);
    describeQueue(library);
    describeAlbums(library);
    describeCheck(library);
    describeChangeover(library);
  });
}

const text = (bytes: Uint8Array | undefined) => bytes && new TextDecoder().decode(bytes);
const pathOf = (n: number) => newPicture(n).item.thumbnail?.path ?? '';

function describePictures({ fresh, open }: LibraryUnderTest): void {
  it('stores what it was given, in ascending key, for other stores too', async () => {
    const store = await fresh();
    const stored = await store.put([newPicture(1), withPreview(2), newPicture(3)], []);
    const other = await open();
    expect(await other.all()).toEqual(stored);
    expect(await other.count()).toBe(3);
    expect(stored.map(({ key }) => key)).toEqual(stored.map(({ key }) => key).toSorted((a, b) => a - b));
    const { thumbnail: _thumbnail, preview: _preview, ...first } = newPicture(1);
    expect(stored[0]).toEqual({ ...first, key: stored[0]?.key });
    expect(await other.get([stored[2]?.key ?? -1, 99_999, stored[0]?.key ?? -1])).toEqual([stored[2], stored[0]]);
    expect(await other.find([hashOf(2), hashOf(9)])).toEqual([stored[1], undefined]);
    expect(await other.findItem(newPicture(3).item.id)).toEqual(stored[2]);
    expect(await other.findItem('0'.repeat(16))).toBeUndefined();
  });

  it('keeps thumbnails and previews under the paths of their items', async () => {
    const store = await fresh();
    await store.put([newPicture(1), withPreview(2)], []);
    await store.put([newPicture(3)], []);
    const other = await open();
    const thumbnail = await other.rendition(pathOf(1));
    expect([thumbnail?.type, text(thumbnail?.bytes)]).toEqual(['image/webp', 'thumbnail 1']);
    expect(text((await other.rendition(withPreview(2).item.preview?.path ?? ''))?.bytes)).toBe('preview 2');
    expect(text((await other.rendition(pathOf(3)))?.bytes)).toBe('thumbnail 3');
    expect(await other.rendition('thumbnails/none.webp')).toBeUndefined();
    expect(await other.missingRenditions([pathOf(1), 'thumbnails/none.webp', pathOf(3)])).toEqual([
      'thumbnails/none.webp',
    ]);
  });

  it('stores a part of a larger array as what it is', async () => {
    const store = await fresh();
    const all = new Float32Array(800);
    all.set(newPicture(1).vector, 16);
    const [stored] = await store.put([newPicture(1, { vector: all.subarray(16, 24) })], []);
    expect(stored?.vector).toEqual(newPicture(1).vector);
    expect((await store.all())[0]?.vector.buffer.byteLength).toBe(32);
  });

  it('stores a content once, with all places where it is found', async () => {
    const store = await fresh();
    const [one, two, three] = ['a.jpg', 'b.jpg', 'c.jpg'].map((path) => foundFile(path)) as [never, never, never];
    const [first, same] = await store.put([newPicture(1, { files: [one] }), newPicture(1, { files: [two] })], []);
    expect(same).toEqual(first);
    await store.put([newPicture(1, { files: [two, three] })], []);
    const all = await store.all();
    expect(all.map(({ key, files, item }) => ({ key, files, name: item.name }))).toEqual([
      { key: first?.key, files: [one, two, three], name: 'a.jpg' },
    ]);
  });

  it('is empty again when it was cleared, and gives no key twice', async () => {
    const store = await fresh();
    await store.setModel({ model: { id: 'm', sha256: 'a' }, dim: 8 });
    const [before] = await store.put([newPicture(1)], []);
    await store.enqueue([foundFile('x.jpg')]);
    await store.clear();
    expect([await store.count(), await store.all(), await store.model(), await store.countWaiting()]).toEqual([
      0,
      [],
      undefined,
      0,
    ]);
    expect(await store.rendition(pathOf(1))).toBeUndefined();
    const [after] = await store.put([newPicture(1)], []);
    expect(after?.key).toBeGreaterThan(before?.key ?? Infinity);
    expect(text((await store.rendition(pathOf(1)))?.bytes)).toBe('thumbnail 1');
  });

  it('remembers the model', async () => {
    const store = await fresh();
    expect(await store.model()).toBeUndefined();
    const model = { model: { id: 'm', sha256: 'a' }, dim: 8 };
    await store.setModel(model);
    expect(await (await open()).model()).toEqual(model);
  });
}

function describeChanges({ fresh, open }: LibraryUnderTest): void {
  it('keeps signatures that pictures came without, and tells nobody', async () => {
    const store = await fresh();
    const pictures = [newPicture(1), newPicture(2)];
    await store.put(pictures, []);
    const heard: LibraryChange[] = [];
    store.subscribe((change) => heard.push(change));
    await store.setSignatures(
      new Map([
        [pictures[1]?.item.id ?? '', '1abc'],
        ['gone', '1def'],
      ]),
    );
    const again = await open();
    expect((await again.all()).map(({ item }) => signatureOf(item))).toEqual([undefined, '1abc']);
    expect((await again.all()).map(({ vector }) => [...vector])).toEqual(pictures.map(({ vector }) => [...vector]));
    expect(heard).toEqual([]);
  });

  it('tells changes here and elsewhere', async () => {
    const store = await fresh();
    const other = await open();
    const heard: [LibraryChange[], LibraryChange[]] = [[], []];
    const stop = store.subscribe((change) => heard[0].push(change));
    other.subscribe((change) => heard[1].push(change));
    const [key, second] = (await store.put([newPicture(1), newPicture(2)], [])).map((one) => one.key) as [
      number,
      number,
    ];
    await store.put([newPicture(1)], []);
    await store.put([newPicture(1, { files: [foundFile('again.jpg')] })], []);
    await store.setVectors([{ key, vector: newPicture(5).vector }]);
    await store.setFiles([{ key: second, files: [] }], []);
    await store.remove([key]);
    await store.put([newPicture(1)], []);
    await store.clear();
    const expected: LibraryChange[] = [
      { type: 'added', keys: [key, second] },
      { type: 'changed', keys: [key] },
      { type: 'changed', keys: [key] },
      { type: 'removed', keys: [second] },
      { type: 'removed', keys: [key] },
      { type: 'restored', keys: [key] },
      { type: 'cleared' },
    ];
    await expect.poll(() => heard[0]).toEqual(expected);
    await expect.poll(() => heard[1]).toEqual(expected);
    stop();
    await store.put([newPicture(7)], []);
    await expect.poll(() => heard[1].length).toBe(8);
    expect(heard[0]).toEqual(expected);
  });

  it('loses nothing of what two stores add at once', async () => {
    const stores = [await fresh(), await open()];
    const add = async (store: LibraryStore) => {
      for (let n = 0; n < 12; n += 3) await store.put([newPicture(n), newPicture(n + 1), newPicture(n + 2)], []);
    };
    await Promise.all(stores.map(add));
    const all = await (await open()).all();
    expect(all.map(({ sha256 }) => sha256).toSorted()).toEqual(Array.from({ length: 12 }, (_, n) => hashOf(n)));
    for (let n = 0; n < 12; n++) expect(text((await stores[0]?.rendition(pathOf(n)))?.bytes)).toBe(`thumbnail ${n}`);
    expect(await stores[1]?.check()).toEqual([]);
  });

  it('stores other vectors and other files', async () => {
    const store = await fresh();
    const [one] = await store.put([newPicture(1)], []);
    const key = one?.key ?? -1;
    await store.setVectors([
      { key, vector: newPicture(2).vector },
      { key: 99_999, vector: newPicture(3).vector },
    ]);
    await store.enqueue([foundFile('b.jpg'), foundFile('c.jpg')]);
    const [waiting] = await store.waiting(1);
    await store.setFiles([{ key, files: [foundFile('new name.jpg')] }], [waiting?.id ?? -1]);
    const [changed] = await store.all();
    expect(changed?.vector).toEqual(newPicture(2).vector);
    expect([changed?.item.name, changed?.files]).toEqual(['new name.jpg', [foundFile('new name.jpg')]]);
    expect((await store.waiting(5)).map(({ file }) => file.path)).toEqual(['c.jpg']);
  });
}

function describeRemoval({ fresh }: LibraryUnderTest): void {
  it('hides what is removed, and brings it back', async () => {
    const store = await fresh();
    const [one, two] = await store.put([newPicture(1), newPicture(2)], []);
    const key = one?.key ?? -1;
    await store.remove([key, 99_999]);
    expect(await store.all()).toEqual([two]);
    expect([await store.count(), await store.get([key]), await store.find([hashOf(1)])]).toEqual([1, [], [undefined]]);
    expect(await store.findItem(one?.item.id ?? '')).toBeUndefined();
    expect(await store.removed()).toEqual([key]);
    await store.purge(60_000);
    await store.restore([key]);
    expect(await store.all()).toEqual([one, two]);
    expect(text((await store.rendition(pathOf(1)))?.bytes)).toBe('thumbnail 1');
  });

  it('deletes for good what was removed long ago, and keeps the rest of its batch', async () => {
    const store = await fresh();
    const batch = Array.from({ length: 5 }, (_, n) => newPicture(n));
    const stored = await store.put(batch, []);
    const gone = stored.slice(0, 4).map(({ key }) => key);
    await store.remove(gone);
    await store.purge(0);
    await store.restore(gone);
    expect(await store.all()).toEqual([stored[4]]);
    expect(await store.rendition(pathOf(0))).toBeUndefined();
    expect(text((await store.rendition(pathOf(4)))?.bytes)).toBe('thumbnail 4');
    expect(await store.check()).toEqual([]);
  });

  it('takes back a removed picture that is added again, under its key', async () => {
    const store = await fresh();
    const [one] = await store.put([newPicture(1)], []);
    await store.remove([one?.key ?? -1]);
    const [again] = await store.put([newPicture(1, { files: [foundFile('elsewhere.jpg')] })], []);
    expect(again?.key).toBe(one?.key);
    expect((await store.all()).map(({ files }) => files.map(({ path }) => path))).toEqual([
      ['photo 1.jpg', 'elsewhere.jpg'],
    ]);
  });

  it('removes a picture that is found nowhere any more', async () => {
    const store = await fresh();
    const [one] = await store.put([newPicture(1)], []);
    await store.setFiles([{ key: one?.key ?? -1, files: [] }], []);
    expect([await store.count(), await store.removed()]).toEqual([0, []]);
    await store.restore([one?.key ?? -1]);
    expect((await store.all()).map(({ item, files }) => [item.name, files])).toEqual([['photo 1.jpg', []]]);
  });
}
