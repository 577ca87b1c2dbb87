import { afterEach, expect, test } from 'vitest';
import { makeFolder, openTestLibrary, paint, type TestLibraryOptions, writeFile } from './testing-library.browser.ts';

const removed: string[] = [];

afterEach(async () => {
  const root = await navigator.storage.getDirectory();
  for (const name of removed.splice(0)) await root.removeEntry(name, { recursive: true }).catch(() => undefined);
});

const site = () => `${location.origin}/${crypto.randomUUID()}/`;
const open = (options: Partial<TestLibraryOptions> = {}) => openTestLibrary({ baseUrl: site(), ...options });
const fileOf = async (path: string, n: number) => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return { path, file: new File([await paint(n)], name, { lastModified: n }) };
};

test('a long list that comes in pieces is paired as a whole', async () => {
  const { library, store, rest } = open();
  const [jpeg, other] = [await fileOf('Photos/a.jpg', 1), await fileOf('Photos/b.png', 2)];
  await library.give(1, [jpeg, other]);
  const raw = { path: 'Photos/a.dng', file: new File(['raw'], 'a.dng', { lastModified: 1 }) };
  await library.add({ kind: 'files', files: [raw] }, 1);
  expect(await rest()).toMatchObject({ state: 'idle', done: 2, failed: 0 });
  const files = (await store.all()).flatMap((picture) => picture.files);
  expect(files.map(({ path, others }) => [path, others])).toEqual([
    ['Photos/a.jpg', ['Photos/a.dng']],
    ['Photos/b.png', undefined],
  ]);
});

test('files of a folder that wait are chosen again by themselves, or in another folder', async () => {
  const baseUrl = site();
  const never = new Promise<void>(() => {});
  const first = open({ baseUrl, onEncode: () => never });
  await first.library.add({
    kind: 'files',
    files: [await fileOf('Photos/sub/a.png', 1), await fileOf('Photos/b.png', 2), await fileOf('Photos/c.png', 3)],
  });
  first.library.close();
  const { library, store, rest } = openTestLibrary({ baseUrl });
  expect(await rest()).toMatchObject({ state: 'waiting', left: 3, toChoose: 3 });
  await library.add({ kind: 'files', files: [await fileOf('a.png', 1), await fileOf('b.png', 2)] });
  expect(await rest()).toMatchObject({ state: 'waiting', left: 1, toChoose: 1 });
  await library.add({ kind: 'files', files: [await fileOf('Elsewhere/Photos/c.png', 3)] });
  expect(await rest()).toMatchObject({ state: 'idle', left: 0 });
  expect((await store.all()).map(({ files }) => files.map(({ path }) => path)).sort()).toEqual([
    ['Photos/b.png'],
    ['Photos/c.png'],
    ['Photos/sub/a.png'],
  ]);
});

test('cancelled while a folder is looked through, nothing more of it comes', async () => {
  const { library, store, rest } = open();
  const folder = await makeFolder();
  removed.push(folder.name);
  const places = Array.from({ length: 40 }, (_, i) => `${i}`);
  for (const place of places) await writeFile(folder, `${place}/${place}.png`, await paint(Number(place)));
  await library.add({ kind: 'folder', handle: folder });
  await expect.poll(() => store.countWaiting()).toBeGreaterThan(0);
  await library.command('cancel');
  expect(await rest()).toMatchObject({ state: 'idle', left: 0 });
  expect(await store.count()).toBeLessThan(places.length);
});

test('a picture that was chosen before its folder was kept has one place, not two', async () => {
  const { library, store, rest } = open();
  const folder = await makeFolder();
  removed.push(folder.name);
  await writeFile(folder, 'a.png', await paint(1));
  const file = await (await folder.getFileHandle('a.png')).getFile();
  await library.add({ kind: 'files', files: [{ path: `${folder.name}/a.png`, file }] });
  await rest();
  await library.add({ kind: 'folder', handle: folder });
  await rest();
  expect(await library.withCopies()).toEqual([]);
  expect((await store.all()).map(({ files }) => files.map((one) => one.folder !== null))).toEqual([[true]]);
});
