import { afterEach, expect, test } from 'vitest';
import { makeFolder, openTestLibrary, paint, type TestLibraryOptions, writeFile } from './testing-library.browser.ts';

/** Each test has a library of its own: names are scoped by the path of the site. */
const site = () => `${location.origin}/${crypto.randomUUID()}/`;
const removed: string[] = [];

afterEach(async () => {
  const root = await navigator.storage.getDirectory();
  for (const name of removed.splice(0)) await root.removeEntry(name, { recursive: true }).catch(() => undefined);
});

async function folderOf(pictures: Readonly<Record<string, number>>): Promise<FileSystemDirectoryHandle> {
  const folder = await makeFolder();
  removed.push(folder.name);
  for (const [path, n] of Object.entries(pictures)) await writeFile(folder, path, await paint(n));
  return folder;
}

async function fileOf(path: string, n: number) {
  return { path, file: new File([await paint(n)], path, { lastModified: 1 }) };
}

const open = (options: Partial<TestLibraryOptions> = {}) => openTestLibrary({ baseUrl: site(), ...options });

test('a folder: what is a picture is added, what systems keep is not, copies are one picture with both names', async () => {
  const { library, store, encoded, rest } = open();
  const folder = await folderOf({
    'a.png': 1,
    'sub/b.png': 2,
    'sub/copy of a.png': 1,
    '.hidden.png': 3,
    '@eaDir/c.png': 4,
  });
  await writeFile(folder, 'private/.nomedia', new Blob([]));
  await writeFile(folder, 'private/d.png', await paint(5));
  await writeFile(folder, 'notes.txt', new Blob(['no picture']));
  await writeFile(folder, 'damaged.png', (await paint(6)).slice(0, 60));
  await writeFile(folder, 'empty.png', new Blob([]));
  await library.add({ kind: 'folder', handle: folder });
  const queue = await rest();
  expect(queue).toMatchObject({ state: 'idle', done: 3, known: 1, failed: 2, left: 0, problem: null });
  expect(encoded()).toBe(2);
  const pictures = await store.all();
  expect(pictures.map(({ files }) => files.map(({ path }) => path).sort())).toEqual([
    ['a.png', 'sub/copy of a.png'],
    ['sub/b.png'],
  ]);
  expect(pictures[0]?.item).toMatchObject({ name: `${folder.name}/a.png`, width: 40, height: 20, preview: null });
  const failures = await library.failures(100);
  expect(failures.map(({ path, code, canRetry }) => [path, code, canRetry])).toEqual([
    ['damaged.png', 'picture-unreadable', true],
    ['empty.png', 'picture-unreadable', true],
  ]);
  expect(failures[1]?.reason).toBe('The file is empty.');
  const overview = await library.overview();
  expect(overview).toMatchObject({
    count: 2,
    failures: 2,
    folders: [{ name: folder.name, count: 2, access: 'granted' }],
  });
  const thumbnail = await library.thumbnail(pictures[0]?.item.id ?? '');
  expect(thumbnail?.type).toBe('image/webp');
  expect((await createImageBitmap(thumbnail as Blob)).width).toBe(40);
  expect(await (await library.original(pictures[1]?.item.id ?? ''))?.arrayBuffer()).toEqual(
    await (await paint(2)).arrayBuffer(),
  );
});

test('looked through again: renamed files keep their embedding, changed ones are embedded again, removed ones go', async () => {
  const { library, store, encoded, rest } = open();
  const folder = await folderOf({ 'same.png': 1, 'renamed.png': 2, 'changed.png': 3, 'gone.png': 4 });
  await library.add({ kind: 'folder', handle: folder });
  await rest();
  expect(encoded()).toBe(4);
  const before = new Map((await store.all()).map(({ files, key }) => [files[0]?.path, key]));
  await writeFile(folder, 'new/name.png', await paint(2));
  for (const name of ['renamed.png', 'gone.png']) await folder.removeEntry(name);
  await writeFile(folder, 'changed.png', await paint(33));
  const { id = 0 } = (await library.overview()).folders[0] ?? {};
  await library.look(id);
  await rest();
  expect(encoded()).toBe(5);
  const after = new Map((await store.all()).map(({ files, key }) => [files.map(({ path }) => path).join(), key]));
  expect([...after.keys()].sort()).toEqual(['changed.png', 'new/name.png', 'same.png']);
  expect(after.get('new/name.png')).toBe(before.get('renamed.png'));
  expect(after.get('same.png')).toBe(before.get('same.png'));
  expect(after.get('changed.png')).not.toBe(before.get('changed.png'));
});

test('a folder that is away or empty removes nothing, and says what it is', async () => {
  const { library, store, rest } = open();
  const folder = await folderOf({ 'a.png': 1, 'b.png': 2 });
  await library.add({ kind: 'folder', handle: folder });
  await rest();
  const { id = 0 } = (await library.overview()).folders[0] ?? {};
  for (const name of ['a.png', 'b.png']) await folder.removeEntry(name);
  await library.look(id);
  await rest();
  expect(await store.count()).toBe(2);
  await (await navigator.storage.getDirectory()).removeEntry(folder.name, { recursive: true });
  await expect(library.look(id)).rejects.toMatchObject({ code: 'picture-unavailable' });
  expect((await library.overview()).folders).toMatchObject([{ access: 'missing', count: 2 }]);
  expect(await store.count()).toBe(2);
});

test('the same folder twice is one folder, and nothing is embedded again', async () => {
  const { library, encoded, rest } = open();
  const folder = await folderOf({ 'a.png': 1 });
  await library.add({ kind: 'folder', handle: folder });
  await rest();
  await library.add({ kind: 'folder', handle: folder });
  await rest();
  expect((await library.overview()).folders).toHaveLength(1);
  expect(encoded()).toBe(1);
});

test('a tab that is closed in the middle: the next one goes on with the folder, and asks for single files again', async () => {
  const baseUrl = site();
  const never = new Promise<void>(() => {});
  let batches = 0;
  const first = open({ baseUrl, onEncode: () => (++batches > 1 ? never : undefined) });
  const folder = await folderOf(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${i}.png`, i])));
  await first.library.add({ kind: 'folder', handle: folder });
  await expect.poll(() => first.store.count()).toBe(4);
  await first.library.add({ kind: 'files', files: [await fileOf('alone.png', 100)] });
  expect(await first.store.countWaiting()).toBe(6);

  const second = openTestLibrary({ baseUrl });
  first.library.close();
  await expect.poll(() => second.store.count()).toBe(9);
  const queue = await second.rest();
  expect(queue).toMatchObject({ state: 'waiting', left: 1, toChoose: 1 });
  expect(second.encoded()).toBe(5);
  await second.library.add({ kind: 'files', files: [await fileOf('alone.png', 100)] });
  expect(await second.rest()).toMatchObject({ state: 'idle', left: 0, toChoose: 0 });
  expect(await second.store.count()).toBe(10);
});

test('files by themselves have a larger copy, and are read as long as the tab lives', async () => {
  const { library, store, rest } = open();
  const large = new File([await paint(7, 'image/png', 900)], 'large.png', { lastModified: 5 });
  await library.add({ kind: 'files', files: [{ path: 'large.png', file: large }, await fileOf('a.png', 1)] });
  await rest();
  const [first, second] = await store.all();
  expect(first?.item.preview).toMatchObject({ width: 900, height: 450 });
  expect(first?.item.thumbnail).toMatchObject({ width: 320, height: 160 });
  expect(second?.item.preview).toEqual(second?.item.thumbnail);
  expect(await store.rendition(first?.item.preview?.path ?? '')).toMatchObject({ type: 'image/webp' });
  expect(await library.original(first?.item.id ?? '')).toMatchObject({ name: 'large.png' });
});

test('pause, resume, cancel', async () => {
  let hold = Promise.resolve();
  let release = () => {};
  const { library, store, rest } = open({ onEncode: () => hold });
  const files = await Promise.all(Array.from({ length: 20 }, (_, i) => fileOf(`${i}.png`, i)));
  hold = new Promise((resolve) => {
    release = resolve;
  });
  await library.add({ kind: 'files', files });
  await expect.poll(async () => (await library.overview()).queue.state).toBe('running');
  const paused = library.command('pause');
  release();
  await paused;
  const stored = await store.count();
  expect((await library.overview()).queue).toMatchObject({ state: 'paused', problem: null });
  expect(stored).toBeLessThan(20);
  await library.command('resume');
  expect(await rest()).toMatchObject({ state: 'idle', done: 20, left: 0 });
  await library.command('pause');
  await library.add({ kind: 'files', files: [await fileOf('other.png', 50)] });
  expect((await library.overview()).queue).toMatchObject({ state: 'paused', left: 1 });
  await library.command('cancel');
  expect(await rest()).toMatchObject({ state: 'idle', left: 0 });
  expect(await store.count()).toBe(20);
});

test('removed pictures come back when that is undone', async () => {
  const { library, store, rest } = open();
  await library.add({ kind: 'files', files: [await fileOf('a.png', 1), await fileOf('b.png', 2)] });
  await rest();
  const ids = (await store.all()).map(({ item }) => item.id);
  const removal = await library.remove(ids);
  expect(await store.count()).toBe(0);
  await library.restore(removal);
  expect((await store.all()).map(({ item }) => item.id)).toEqual(ids);
  await expect(library.restore(removal)).rejects.toMatchObject({ code: 'picture-unavailable' });
  await library.remove(ids.slice(1));
  expect(await library.countRemoved()).toBe(1);
  await library.restoreAll();
  expect(await store.count()).toBe(2);
});

test('what fails is said, and tried again where it is at hand', async () => {
  const { library, store, rest } = open();
  const folder = await folderOf({});
  await writeFile(folder, 'a.png', new Blob(['<html>']));
  await library.add({ kind: 'folder', handle: folder });
  expect(await rest()).toMatchObject({ failed: 1, left: 0 });
  await writeFile(folder, 'a.png', await paint(1));
  await library.retry();
  expect(await rest()).toMatchObject({ state: 'idle', failed: 0, left: 0 });
  expect(await store.count()).toBe(1);
});

test('a worker that fails is replaced; one that always does pauses the queue and says why', async () => {
  let failures = 1;
  const { library, store, rest } = open({
    onEncode() {
      if (failures-- > 0) throw new Error('out of memory');
    },
  });
  await library.add({ kind: 'files', files: [await fileOf('a.png', 1)] });
  await rest();
  expect(await store.count()).toBe(1);
  failures = 100;
  await library.add({ kind: 'files', files: [await fileOf('b.png', 2)] });
  expect(await rest()).toMatchObject({ state: 'paused', left: 1, problem: { message: 'out of memory' } });
  failures = 0;
  await library.command('resume');
  expect(await rest()).toMatchObject({ state: 'idle', left: 0, problem: null });
});
