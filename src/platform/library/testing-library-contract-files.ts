import { expect, it } from 'vitest';
import type { LibraryChange } from './library-store.ts';
import type { LibraryUnderTest } from './testing-library-contract.ts';
import { foundFile, newPicture, withPreview } from './testing-pictures.ts';

export function describeFolders({ fresh, open, directory }: LibraryUnderTest): void {
  it('keeps folders, each once, and tells what was found in them', async () => {
    const store = await fresh();
    const holiday = await store.addFolder(await directory('holiday'));
    const other = await store.addFolder(await directory('other'));
    expect((await store.addFolder(await directory('holiday'))).id).toBe(holiday.id);
    expect((await (await open()).folders()).map(({ id, name }) => ({ id, name }))).toEqual([
      { id: holiday.id, name: 'holiday' },
      { id: other.id, name: 'other' },
    ]);
    const inside = foundFile('2024/a.jpg', { folder: holiday.id });
    const [one] = await store.put([newPicture(1, { files: [inside, foundFile('b.jpg')] }), newPicture(2)], []);
    expect(one?.item.name).toBe('holiday/2024/a.jpg');
    expect(await store.filesOf(holiday.id)).toEqual(new Map([['2024/a.jpg', { key: one?.key, file: inside }]]));
    expect((await store.filesOf(other.id)).size).toBe(0);
    expect([await store.countIn(holiday.id), await store.countIn(other.id)]).toEqual([1, 0]);
    await store.remove([one?.key ?? -1]);
    expect([(await store.filesOf(holiday.id)).size, await store.countIn(holiday.id)]).toEqual([0, 0]);
    await store.restore([one?.key ?? -1]);
    expect([(await store.filesOf(holiday.id)).size, await store.countIn(holiday.id)]).toEqual([1, 1]);
  });

  it('remembers which files in a folder were deleted, until that is undone or the folder is forgotten', async () => {
    const store = await fresh();
    const { id } = await store.addFolder(await directory('holiday'));
    const inside = foundFile('2024/a.jpg', { folder: id });
    const [one, two] = await store.put([newPicture(1, { files: [inside, foundFile('b.jpg')] }), newPicture(2)], []);
    await store.remove([one?.key ?? -1, two?.key ?? -1]);
    await store.purge(-1);
    expect(await (await open()).deletedIn(id)).toEqual([inside]);
    expect(await store.deletedIn(id + 1)).toEqual([]);
    const [again] = await store.put([newPicture(3, { files: [foundFile('c.jpg', { folder: id })] })], []);
    await store.remove([again?.key ?? -1]);
    await store.restore([again?.key ?? -1]);
    expect(await store.deletedIn(id)).toEqual([inside]);
    await store.setFiles([{ key: again?.key ?? -1, files: [] }], []);
    expect(await store.deletedIn(id), 'a file that is gone was not deleted').toEqual([inside]);
    await store.removeFolder(id);
    expect(await store.deletedIn(id)).toEqual([]);
  });

  it('remembers that the index of a folder is kept beside its pictures, and what was written', async () => {
    const store = await fresh();
    const { id } = await store.addFolder(await directory('holiday'));
    const indexOf = async () => (await (await open()).folders()).find((folder) => folder.id === id)?.index;
    expect(await indexOf()).toBeUndefined();
    await store.setFolderIndex(id, { written: null });
    expect(await indexOf()).toEqual({ written: null });
    const written = { fingerprint: 'f', at: 5, pictures: 3, bytes: 100, modified: 4 };
    await store.setFolderIndex(id, { written });
    expect((await store.addFolder(await directory('holiday'))).index, 'added again').toEqual({ written });
    await store.setFolderIndex(id, undefined);
    await store.setFolderIndex(99_999, { written });
    expect([await indexOf(), (await store.folders()).length]).toEqual([undefined, 1]);
  });

  it('takes places from pictures, hidden ones too, from the queue, and from what was deleted', async () => {
    const store = await fresh();
    const { id: folder } = await store.addFolder(await directory('holiday'));
    const at = (path: string) => foundFile(path, { folder });
    const [one, two, three] = await store.put(
      [
        newPicture(1, { files: [at('a.jpg'), at('copy of a.jpg')] }),
        newPicture(2, { files: [at('b.jpg')] }),
        newPicture(3, { files: [at('c.jpg'), foundFile('c.jpg')] }),
      ],
      [],
    );
    const keys = [one, two, three].map((picture) => picture?.key ?? -1) as [number, number, number];
    await store.remove([keys[2]]);
    await store.enqueue([at('b.jpg'), at('d.jpg'), foundFile('b.jpg')]);
    const heard: LibraryChange[] = [];
    store.subscribe((change) => heard.push(change));
    const places: readonly [number, string][] = [
      [keys[0], 'a.jpg'],
      [keys[1], 'b.jpg'],
      [keys[2], 'c.jpg'],
      [99_999, 'x.jpg'],
    ];
    await store.takePlaces(places.map(([key, path]) => ({ key, folder, path })));
    await expect
      .poll(() => heard)
      .toEqual([
        { type: 'changed', keys: [keys[0]] },
        { type: 'removed', keys: [keys[1]] },
      ]);
    const other = await open();
    expect((await other.all()).map(({ item, files }) => [item.name, files])).toEqual([
      ['holiday/copy of a.jpg', [at('copy of a.jpg')]],
    ]);
    expect((await other.waiting(9)).map(({ file }) => file)).toEqual([at('d.jpg'), foundFile('b.jpg')]);
    expect(await other.deletedIn(folder)).toEqual([]);
    await other.restore([keys[2]]);
    expect((await other.get([keys[2]]))[0]?.files).toEqual([foundFile('c.jpg')]);
  });

  it('forgets a folder with what waits in it, and keeps its pictures', async () => {
    const store = await fresh();
    const { id } = await store.addFolder(await directory('holiday'));
    await store.put([newPicture(1, { files: [foundFile('a.jpg', { folder: id })] })], []);
    await store.enqueue([foundFile('b.jpg', { folder: id }), foundFile('c.jpg')]);
    await store.removeFolder(id);
    expect(await store.folders()).toEqual([]);
    expect((await store.waiting(9)).map(({ file }) => file.path)).toEqual(['c.jpg']);
    expect((await store.all()).map(({ item }) => item.name)).toEqual(['holiday/a.jpg']);
    const again = await store.addFolder(await directory('holiday'));
    expect(again.id).not.toBe(id);
  });
}

export function describeQueue({ fresh, open, directory }: LibraryUnderTest): void {
  it('gives out files in the order in which they came, until they are stored', async () => {
    const store = await fresh();
    await store.enqueue(['a.jpg', 'b.jpg', 'c.jpg'].map((path) => foundFile(path)));
    const other = await open();
    const waiting = await other.waiting(2);
    expect(waiting.map(({ file }) => file)).toEqual([foundFile('a.jpg'), foundFile('b.jpg')]);
    expect((await other.waiting(9, waiting[0]?.id)).map(({ file }) => file.path)).toEqual(['b.jpg', 'c.jpg']);
    await other.put(
      [newPicture(1)],
      waiting.map(({ id }) => id),
    );
    expect(await store.countWaiting()).toBe(1);
    await store.dequeue((await store.waiting(9)).map(({ id }) => id));
    expect(await store.waiting(9)).toEqual([]);
  });

  it('knows what failed, and tries it again', async () => {
    const store = await fresh();
    await store.enqueue([foundFile('a.jpg'), foundFile('b.jpg')]);
    const [a] = await store.waiting(1);
    const id = a?.id ?? -1;
    await store.fail([{ id, code: 'picture-unreadable', reason: 'It is empty.' }]);
    expect((await store.waiting(9)).map(({ file }) => file.path)).toEqual(['b.jpg']);
    const failure = { code: 'picture-unreadable', reason: 'It is empty.' };
    expect(await store.failed()).toEqual([{ id, file: foundFile('a.jpg'), failure }]);
    await store.retry([id]);
    expect([await store.failed(), await store.countWaiting()]).toEqual([[], 2]);
  });

  it('remembers what is being read', async () => {
    const store = await fresh();
    expect(await store.inReading()).toBeUndefined();
    await store.setInReading({ ids: [3, 4], together: 0 });
    expect(await (await open()).inReading()).toEqual({ ids: [3, 4], together: 0 });
    await store.setInReading(undefined);
    expect(await store.inReading()).toBeUndefined();
    await store.setInReading({ ids: [5], together: 1 });
    await store.clear();
    expect(await store.inReading()).toBeUndefined();
  });

  it('counts what failed, gives out the first of it, and takes what cannot be read from the start', async () => {
    const store = await fresh();
    const failure = { code: 'picture-unavailable', reason: 'It cannot be read.' };
    await store.enqueue([foundFile('a.jpg'), foundFile('b.jpg'), foundFile('c.jpg')], failure);
    await store.enqueue([foundFile('d.jpg')]);
    expect([await store.countFailed(), await store.countWaiting()]).toEqual([3, 1]);
    const first = await store.failed(2);
    expect(first.map(({ file }) => file.path)).toEqual(['a.jpg', 'b.jpg']);
    expect(first[0]?.failure).toEqual(failure);
    await store.retry(first.map(({ id }) => id));
    expect([await store.countFailed(), await store.countWaiting()]).toEqual([1, 3]);
  });

  it('has a file of a folder once, and files without a folder as often as they came', async () => {
    const store = await fresh();
    const { id: folder } = await store.addFolder(await directory('holiday'));
    await store.enqueue([foundFile('a.jpg', { folder }), foundFile('a.jpg'), foundFile('a.jpg')]);
    const [first] = await store.waiting(1);
    await store.fail([{ id: first?.id ?? -1, code: 'picture-unreadable', reason: 'It is empty.' }]);
    await store.enqueue([foundFile('a.jpg', { folder, bytes: 7 })]);
    expect(await store.failed()).toEqual([]);
    const waiting = await store.waiting(9);
    expect(waiting.map(({ file }) => file.bytes)).toEqual([7, 1_000, 1_000]);
  });
}

export function describeCheck({ fresh, open }: LibraryUnderTest): void {
  it('says nothing where all is well', async () => {
    const store = await fresh();
    expect(await store.check()).toEqual([]);
    await store.put([newPicture(1), withPreview(2)], []);
    expect(await store.check()).toEqual([]);
  });

  it('knows a picture by its content whose small copies have other names now, and keeps them where none is lost', async () => {
    const store = await fresh();
    const [one] = await store.put([withPreview(1)], []);
    const other = { path: 'thumbnails/other.webp', width: 20, height: 15 };
    const again = newPicture(1);
    await store.put([{ ...again, item: { ...again.item, thumbnail: other } }], []);
    expect((await store.all())[0]?.item).toEqual(one?.item);
  });

  const NONSENSE: readonly [string, Float32Array][] = [
    ['not finite', Float32Array.from({ length: 8 }, () => Number.NaN)],
    ['not of unit norm', new Float32Array(8).fill(1)],
    ['of another dimension', newPicture(1, {}, 12).vector],
    ['empty', new Float32Array(0)],
  ];
  it.each(NONSENSE)('lets a picture be read again whose vector is %s', async (_what, vector) => {
    const store = await fresh();
    await store.setModel({ model: { id: 'm', sha256: 'a' }, dim: 8 });
    const [one, two] = await store.put([newPicture(1), newPicture(2)], []);
    await store.setVectors([{ key: one?.key ?? -1, vector }]);
    expect(await (await open()).check()).toEqual([expect.stringMatching(/^1 picture .*read again/)]);
    expect(await store.all()).toEqual([two]);
    expect((await store.waiting(9)).map(({ file }) => file.path)).toEqual(['photo 1.jpg']);
    expect(await store.check(), 'what was put right is not said again').toEqual([]);
    await store.put(
      [newPicture(1)],
      (await store.waiting(9)).map(({ id }) => id),
    );
    expect(await store.all(), 'in its old place').toEqual([one, two]);
  });
}
