import { afterEach, expect, test } from 'vitest';
import { makeFolder, openTestLibrary, paint, type TestLibrary, writeFile } from '../testing-library.browser.ts';
import { INDEX_FILE } from './index-file.ts';

const cleanups: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

async function folderOf(pictures: Readonly<Record<string, number>>): Promise<FileSystemDirectoryHandle> {
  const folder = await makeFolder();
  cleanups.push(async () => {
    const root = await navigator.storage.getDirectory();
    await root.removeEntry(folder.name, { recursive: true }).catch(() => undefined);
  });
  for (const [path, n] of Object.entries(pictures)) await writeFile(folder, path, await paint(n));
  return folder;
}

/** A library of another browser, as far as it knows. */
function open(): TestLibrary {
  const baseUrl = `${location.origin}/${crypto.randomUUID()}/`;
  const opened = openTestLibrary({ baseUrl, indexing: { quietMs: 20, everyMs: 20 } });
  cleanups.push(opened.library.close);
  return opened;
}

async function withFolder(handle: FileSystemDirectoryHandle) {
  const opened = open();
  await opened.library.add({ kind: 'folder', handle });
  const queue = await opened.rest();
  const folder = async () => {
    const [first] = (await opened.library.overview()).folders;
    if (!first) throw new Error('no folder');
    return first;
  };
  return { ...opened, queue, folder };
}

/** An index in the folder, made by a browser that is closed by now. */
async function indexed(handle: FileSystemDirectoryHandle): Promise<void> {
  const { library, folder } = await withFolder(handle);
  await library.keepIndex((await folder()).id, 'keep');
  await expect.poll(async () => (await folder()).index?.written).toBeTruthy();
  library.close();
}

const indexFile = async (handle: FileSystemDirectoryHandle) => (await handle.getFileHandle(INDEX_FILE)).getFile();
const NAMES = { 'a.png': 1, 'b.png': 2, 'sub/c.png': 3, 'sub/copy of a.png': 1 };

test('it is written where it is wanted, again when the folder changed, and left or deleted', async () => {
  const handle = await folderOf(NAMES);
  const { library, store, rest, folder, encoded } = await withFolder(handle);
  expect((await folder()).index).toBeNull();
  const { id } = await folder();
  await library.keepIndex(id, 'keep');
  await expect.poll(async () => (await folder()).index).toMatchObject({ written: { pictures: 3 }, mayWrite: true });
  const first = await indexFile(handle);
  expect(first.size).toBeGreaterThan(1000);
  expect(encoded()).toBe(3);

  await library.look(id);
  expect(await rest(), 'the index is no picture, and none that failed').toMatchObject({ failed: 0, left: 0 });
  await writeFile(handle, 'd.png', await paint(4));
  await library.look(id);
  await rest();
  await expect.poll(async () => (await folder()).index?.written?.pictures).toBe(4);
  await library.remove([(await store.all())[0]?.item.id ?? '']);
  await expect.poll(async () => (await folder()).index?.written?.pictures).toBe(3);

  await library.keepIndex(id, 'leave');
  expect((await folder()).index).toBeNull();
  expect((await indexFile(handle)).size).toBeGreaterThan(0);
  await library.keepIndex(id, 'keep');
  await expect.poll(async () => (await folder()).index?.written).toBeTruthy();
  await library.keepIndex(id, 'delete');
  await expect(indexFile(handle)).rejects.toMatchObject({ name: 'NotFoundError' });
});

test('another browser takes it over: nothing is embedded but what is new or changed', async () => {
  const handle = await folderOf(NAMES);
  await indexed(handle);
  await writeFile(handle, 'b.png', await paint(22));
  await writeFile(handle, 'renamed.png', await paint(3));
  await (await handle.getDirectoryHandle('sub')).removeEntry('c.png');
  await writeFile(handle, 'new.png', await paint(5));

  const { library, store, queue, folder, encoded } = await withFolder(handle);
  expect(queue).toMatchObject({ state: 'idle', done: 5, indexed: 2, known: 1, failed: 0, left: 0 });
  expect(encoded()).toBe(2);
  expect((await folder()).found).toEqual({ kind: 'used', pictures: 3 });
  const all = await store.all();
  expect(all.map(({ item }) => item.name).sort()).toEqual(
    ['a.png', 'b.png', 'new.png', 'renamed.png'].map((name) => `${handle.name}/${name}`),
  );
  for (const { item } of all) {
    const thumbnail = await library.thumbnail(item.id);
    expect((await createImageBitmap(thumbnail as Blob)).width).toBe(40);
    expect((await library.original(item.id))?.size).toBe(item.bytes);
  }
  expect(await store.check()).toEqual([]);
});

test('it is found among files that were chosen without a handle, as in Firefox', async () => {
  const handle = await folderOf(NAMES);
  await indexed(handle);
  const paths = ['a.png', 'b.png', 'sub/c.png', INDEX_FILE];
  const files = await Promise.all(
    paths.map(async (path) => {
      const names = path.split('/');
      const parent = names.length > 1 ? await handle.getDirectoryHandle('sub') : handle;
      const file = await (await parent.getFileHandle(names.at(-1) ?? '')).getFile();
      return { path: `Photos/${path}`, file };
    }),
  );
  const { library, store, rest, encoded } = open();
  await library.add({ kind: 'files', files });
  expect(await rest()).toMatchObject({ done: 3, indexed: 3, failed: 0 });
  expect(encoded()).toBe(0);
  expect((await library.overview()).foundIndex).toEqual({ kind: 'used', pictures: 3 });
  expect((await store.all()).map(({ item }) => item.name).sort()).toEqual([
    'Photos/a.png',
    'Photos/b.png',
    'Photos/sub/c.png',
  ]);
});

test.each([
  ['empty', async () => new Uint8Array()],
  ['no zip file', async () => new TextEncoder().encode('PK? no.')],
  ['cut off', async (whole: Uint8Array<ArrayBuffer>) => whole.slice(0, whole.length - 200)],
  [
    'damaged inside',
    async (whole: Uint8Array<ArrayBuffer>) => whole.map((byte, at) => (at % 97 === 50 ? byte ^ 255 : byte)),
  ],
])('one that is %s is named and ignored, and everything is embedded', async (_what, damage) => {
  const handle = await folderOf(NAMES);
  await indexed(handle);
  const whole = new Uint8Array(await (await indexFile(handle)).arrayBuffer());
  await writeFile(handle, INDEX_FILE, await damage(whole));
  const { queue, folder, encoded } = await withFolder(handle);
  expect(queue).toMatchObject({ done: 4, indexed: 0, failed: 0 });
  expect(encoded()).toBe(3);
  expect((await folder()).found).toMatchObject({ kind: 'ignored', reason: expect.stringMatching(/damaged/) });
});

test('one of another model is said and ignored', async () => {
  const handle = await folderOf(NAMES);
  await indexed(handle);
  const { library, store, rest, encoded } = open();
  await store.setModel({ model: { id: 'other', sha256: 'e'.repeat(64) }, dim: 3 });
  await library.add({ kind: 'folder', handle });
  expect(await rest()).toMatchObject({ done: 4, indexed: 0 });
  expect(encoded()).toBe(3);
  const [folder] = (await library.overview()).folders;
  expect(folder?.found).toMatchObject({ kind: 'ignored', reason: expect.stringMatching(/the model test,/) });
});

test('small copies that are gone are made again from the files, with the same vectors', async () => {
  const handle = await folderOf({ 'a.png': 1, 'b.png': 2 });
  const { library, store, rest, encoded } = await withFolder(handle);
  const file = new File([await paint(7)], 'alone.png', { lastModified: 1 });
  await library.add({ kind: 'files', files: [{ path: 'alone.png', file }] });
  await rest();
  const before = await store.all();
  const root = await navigator.storage.getDirectory();
  for await (const [name, entry] of root.entries()) {
    if (!name.startsWith('afterimage-library') || entry.kind !== 'directory') continue;
    const packs = entry as FileSystemDirectoryHandle;
    for await (const pack of packs.keys()) if (pack.endsWith('.pack')) await packs.removeEntry(pack);
  }
  expect(await store.check()).toEqual([
    expect.stringMatching(/^The small copies of 2 pictures are gone.* made again/),
    expect.stringMatching(/^The small copies of 1 picture are gone.* add their files again/),
  ]);
  expect(await store.countWaiting()).toBe(2);
  await library.command('resume');
  expect(await rest()).toMatchObject({ left: 0, failed: 0 });
  expect(encoded()).toBe(3);
  expect(await store.all()).toEqual(before);
  expect(await library.thumbnail(before[0]?.item.id ?? '')).toBeTruthy();
  expect(await store.check(), 'only that of the one that cannot be read').toHaveLength(1);
  await library.add({ kind: 'files', files: [{ path: 'alone.png', file }] });
  await rest();
  expect(await store.check()).toEqual([]);
});
