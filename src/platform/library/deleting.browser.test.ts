import { afterEach, expect, test, vi } from 'vitest';
import type { PicturePlace } from '../../protocol/library-files.ts';
import { makeFolder, openTestLibrary, paint, writeFile } from './testing-library.browser.ts';

const removed: string[] = [];
let close = () => {};

afterEach(async () => {
  vi.restoreAllMocks();
  close();
  const root = await navigator.storage.getDirectory();
  for (const name of removed.splice(0)) await root.removeEntry(name, { recursive: true }).catch(() => undefined);
});

/** A library with a folder of these pictures; other files have no number. */
async function openWith(files: Readonly<Record<string, number | undefined>>) {
  const handle = await makeFolder();
  removed.push(handle.name);
  for (const [path, n] of Object.entries(files)) {
    await writeFile(handle, path, n === undefined ? new Blob([path]) : await paint(n, typeOf(path)));
  }
  const { library, store, rest } = openTestLibrary({ baseUrl: `${location.origin}/${crypto.randomUUID()}/` });
  close = library.close;
  await library.add({ kind: 'folder', handle });
  await rest();
  const idOf = async (path: string) =>
    (await store.all()).find((one) => one.files.some((file) => file.path === path))?.item.id ?? '';
  const folder = (await store.folders())[0]?.id ?? -1;
  const place = async (path: string): Promise<PicturePlace> => ({ itemId: await idOf(path), folder, path });
  return { handle, library, store, rest, idOf, place, folder };
}

const typeOf = (path: string) => (path.endsWith('.jpg') ? 'image/jpeg' : 'image/png');

async function pathsIn(folder: FileSystemDirectoryHandle, prefix = ''): Promise<string[]> {
  const paths: string[] = [];
  for await (const entry of folder.values()) {
    if (entry.kind === 'file') paths.push(prefix + entry.name);
    else paths.push(...(await pathsIn(entry as FileSystemDirectoryHandle, `${prefix}${entry.name}/`)));
  }
  return paths.sort();
}

test('files of pictures that were taken out are deleted with all that belongs to them, and cannot come back', async () => {
  const { handle, library, store, idOf, rest, folder } = await openWith({
    'a.jpg': 1,
    'a.dng': undefined,
    'a.mov': undefined,
    'sub/copy of b.png': 2,
    'b.png': 2,
    'c.png': 3,
  });
  expect(await store.count()).toBe(3);
  const removal = await library.remove([await idOf('a.jpg'), await idOf('b.png')]);
  const plan = await library.planDeletion({ removal });
  expect(plan).toMatchObject({ files: 5, elsewhere: 0, folders: [{ name: handle.name }] });
  expect(plan.names).toContain(`${handle.name}/a.dng`);
  expect(await pathsIn(handle), 'a plan changes nothing').toHaveLength(6);
  expect(await library.deleteFiles(plan.id)).toEqual({ deleted: 5, kept: [] });
  expect(await pathsIn(handle)).toEqual(['c.png']);
  await expect(library.restore(removal)).rejects.toMatchObject({ code: 'picture-unavailable' });
  expect(await store.count()).toBe(1);
  await writeFile(handle, 'b.png', await paint(2));
  await library.look(folder);
  await rest();
  expect(await store.count(), 'the same picture, put there again, is a new one').toBe(2);
});

test('what is not what was added stays, and what belongs to it: each is said', async () => {
  const { handle, library, store, idOf } = await openWith({
    'a.jpg': 1,
    'a.dng': undefined,
    'b.png': 2,
    'c.jpg': 3,
    'c.dng': undefined,
    'gone.png': 4,
    'fine.png': 5,
  });
  const removal = await library.remove(
    await Promise.all(['a.jpg', 'b.png', 'c.jpg', 'gone.png', 'fine.png'].map(idOf)),
  );
  const plan = await library.planDeletion({ removal });
  await writeFile(handle, 'a.dng', new Blob(['edited since']));
  // As long as before, of the same date for all that a date can tell: only its content is another one.
  const before = new Uint8Array(await (await (await handle.getFileHandle('b.png')).getFile()).arrayBuffer());
  before[before.length - 1] = (before.at(-1) ?? 0) ^ 1;
  await writeFile(handle, 'b.png', before);
  await writeFile(handle, 'c.jpg', new Blob(['another picture']));
  await handle.removeEntry('gone.png');
  const name = (path: string) => `${handle.name}/${path}`;
  expect(await library.deleteFiles(plan.id)).toEqual({
    deleted: 1,
    kept: [
      { name: name('a.jpg'), why: 'with-pair' },
      { name: name('a.dng'), why: 'changed' },
      { name: name('b.png'), why: 'changed' },
      { name: name('c.jpg'), why: 'changed' },
      { name: name('c.dng'), why: 'with-pair' },
      { name: name('gone.png'), why: 'gone' },
    ],
  });
  expect(await pathsIn(handle)).toEqual(['a.dng', 'a.jpg', 'b.png', 'c.dng', 'c.jpg']);
  await library.restore(removal);
  expect((await store.all()).flatMap(({ files }) => files.map(({ path }) => path)).sort()).toEqual([
    'a.jpg',
    'b.png',
    'c.jpg',
  ]);
});

test('where the browser may not change the folder, or it is away, nothing is deleted', async () => {
  const { handle, library, idOf } = await openWith({ 'a.png': 1, 'b.png': 2 });
  const query = vi
    .spyOn(
      FileSystemHandle.prototype as unknown as { queryPermission(of: { mode: string }): Promise<string> },
      'queryPermission',
    )
    .mockImplementation(async ({ mode }) => (mode === 'read' ? 'granted' : 'prompt'));
  const removal = await library.remove([await idOf('a.png')]);
  const kept = [{ name: `${handle.name}/a.png`, why: 'not-allowed' }];
  const plan = await library.planDeletion({ removal });
  expect(await library.deleteFiles(plan.id)).toEqual({ deleted: 0, kept });
  expect(await pathsIn(handle)).toEqual(['a.png', 'b.png']);
  query.mockRestore();
  await expect(library.deleteFiles(plan.id), 'a plan is done once').rejects.toMatchObject({ code: 'internal' });

  await (await navigator.storage.getDirectory()).removeEntry(handle.name, { recursive: true });
  const again = await library.planDeletion({ removal });
  expect(await library.deleteFiles(again.id)).toMatchObject({ deleted: 0, kept: [{ why: 'away' }] });
});

test('files that were added by themselves are counted, and left alone', async () => {
  const { library, store, idOf, rest } = await openWith({ 'a.png': 1 });
  const file = new File([await paint(2)], 'alone.png', { lastModified: 1 });
  await library.add({ kind: 'files', files: [{ path: 'alone.png', file }] });
  await rest();
  const removal = await library.remove([await idOf('a.png'), await idOf('alone.png')]);
  expect(await library.planDeletion({ removal })).toMatchObject({ files: 1, elsewhere: 1 });
  const alone = await library.planDeletion({ removal: 99 });
  expect(alone).toMatchObject({ files: 0, elsewhere: 0, folders: [] });
  expect(await store.count()).toBe(0);
});

test('one place of several is deleted, and the picture stays; the last one never is', async () => {
  const { handle, library, store, place } = await openWith({ 'a.png': 1, 'sub/a.png': 1, 'b.png': 2 });
  const [one, two] = [await place('a.png'), await place('sub/a.png')];
  const names = ['a.png', 'sub/a.png'].map((path) => `${handle.name}/${path}`);
  expect(await library.withCopies()).toEqual([
    {
      itemId: one.itemId,
      places: [
        { ...one, name: names[0], canDelete: true },
        { ...two, name: names[1], canDelete: true },
      ],
    },
  ]);
  expect(await library.planDeletion({ places: [one, two] }), 'all of them').toMatchObject({ files: 0 });
  expect(await library.planDeletion({ places: [await place('b.png')] })).toMatchObject({ files: 0 });
  const plan = await library.planDeletion({ places: [one] });
  expect(plan).toMatchObject({ files: 1, names: [`${handle.name}/a.png`] });
  expect(await library.deleteFiles(plan.id)).toEqual({ deleted: 1, kept: [] });
  expect(await pathsIn(handle)).toEqual(['b.png', 'sub/a.png']);
  expect(await library.withCopies()).toEqual([]);
  expect((await store.all()).map(({ item }) => item.name)).toEqual([
    `${handle.name}/sub/a.png`,
    `${handle.name}/b.png`,
  ]);
});

test('a copy that is to stay has to be there, as it was, and to be another file', async () => {
  const { handle, library, store, place, rest } = await openWith({ 'a.png': 1, 'sub/a.png': 1 });
  const one = await place('a.png');
  const attempt = async () => {
    const plan = await library.planDeletion({ places: [one] });
    return await library.deleteFiles(plan.id);
  };
  const refused = { deleted: 0, kept: [{ name: `${handle.name}/a.png`, why: 'only-copy' }] };
  await writeFile(handle, 'sub/a.png', await paint(9));
  expect(await attempt()).toEqual(refused);
  await (await handle.getDirectoryHandle('sub')).removeEntry('a.png');
  expect(await attempt()).toEqual(refused);
  expect(await pathsIn(handle)).toEqual(['a.png']);

  // A folder inside of a folder that was added: the same file at two places.
  await writeFile(handle, 'inner/b.png', await paint(3));
  await library.add({ kind: 'folder', handle });
  await library.add({ kind: 'folder', handle: await handle.getDirectoryHandle('inner') });
  await rest();
  const twice = async () => (await store.all()).find(({ files }) => files.some(({ path }) => path === 'inner/b.png'));
  await vi.waitFor(async () => expect((await twice())?.files).toHaveLength(2));
  const plan = await library.planDeletion({ places: [await place('inner/b.png')] });
  expect(await library.deleteFiles(plan.id)).toMatchObject({ deleted: 0, kept: [{ why: 'only-copy' }] });
  expect(await pathsIn(handle)).toContain('inner/b.png');
});
