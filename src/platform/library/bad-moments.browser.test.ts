/** Folders and files that change, or may not be read any more, while they are looked through. */
import { afterEach, expect, test } from 'vitest';
import { makeFolder, openTestLibrary, paint, type TestLibraryOptions, writeFile } from './testing-library.browser.ts';

const removed: string[] = [];
const { getFile } = FileSystemFileHandle.prototype;
/** Of the File System Access API, which the DOM types of TypeScript do not have. */
interface WithPermissions {
  queryPermission(descriptor: { readonly mode: 'read' }): Promise<PermissionState>;
}
const permissions = FileSystemHandle.prototype as unknown as WithPermissions;
const { queryPermission } = permissions;

afterEach(async () => {
  FileSystemFileHandle.prototype.getFile = getFile;
  permissions.queryPermission = queryPermission;
  const root = await navigator.storage.getDirectory();
  for (const name of removed.splice(0)) await root.removeEntry(name, { recursive: true }).catch(() => undefined);
});

async function folderOf(paths: readonly string[]): Promise<FileSystemDirectoryHandle> {
  const folder = await makeFolder();
  removed.push(folder.name);
  for (const [i, path] of paths.entries()) await writeFile(folder, path, await paint(i));
  return folder;
}

const open = (options: Partial<TestLibraryOptions> = {}) =>
  openTestLibrary({ baseUrl: `${location.origin}/${crypto.randomUUID()}/`, ...options });

/** What happens before a file of this name is opened. */
function beforeOpening(act: (name: string) => void | Promise<void>): void {
  FileSystemFileHandle.prototype.getFile = async function () {
    await act(this.name);
    return getFile.call(this);
  };
}

const NUMBERED = Array.from({ length: 12 }, (_, i) => `${String(i).padStart(2, '0')}.png`);

test('a file that cannot be opened now keeps its picture; a new one is named with the reason, and tried again', async () => {
  const { library, store, rest } = open();
  const folder = await folderOf(['known.png', 'other.png']);
  await library.add({ kind: 'folder', handle: folder });
  await rest();
  await writeFile(folder, 'new.png', await paint(9));
  beforeOpening((name) => {
    if (name !== 'other.png') throw new DOMException('Locked.', 'NotReadableError');
  });
  const { id = 0 } = (await library.overview()).folders[0] ?? {};
  await library.look(id);
  expect(await rest()).toMatchObject({ state: 'idle', left: 0 });
  expect(await store.count()).toBe(2);
  const failures = await library.failures(9);
  expect(failures).toMatchObject([{ path: 'new.png', code: 'picture-unavailable', canRetry: true }]);
  expect(failures[0]?.reason).toMatch(/^It cannot be read: it changed/);
  FileSystemFileHandle.prototype.getFile = getFile;
  await library.retry();
  expect(await rest()).toMatchObject({ state: 'idle', left: 0 });
  const added = (await store.all()).find(({ files }) => files[0]?.path === 'new.png');
  expect(added?.item.bytes).toBe((await paint(9)).size);
  expect((await library.overview()).failures).toBe(0);
});

test('a folder that goes away while it is listed loses no pictures, and says so', async () => {
  const { library, store, rest } = open();
  const folder = await folderOf(NUMBERED);
  await library.add({ kind: 'folder', handle: folder });
  await rest();
  const root = await navigator.storage.getDirectory();
  beforeOpening(async (name) => {
    if (name === '05.png') await root.removeEntry(folder.name, { recursive: true });
    else if (name > '05.png') await new Promise((resolve) => setTimeout(resolve, 50));
  });
  const { id = 0 } = (await library.overview()).folders[0] ?? {};
  await expect(library.look(id)).rejects.toMatchObject({ code: 'picture-unavailable' });
  await rest();
  expect(await store.count()).toBe(NUMBERED.length);
  expect((await library.overview()).folders).toMatchObject([{ access: 'missing', count: NUMBERED.length }]);
});

test('so does a folder in it: what is known of there stays, and what is gone elsewhere goes', async () => {
  const { library, store, rest } = open();
  const folder = await folderOf(['a.png', 'gone.png', 'disk/b.png', 'disk/c.png']);
  await library.add({ kind: 'folder', handle: folder });
  await rest();
  await folder.removeEntry('gone.png');
  beforeOpening(async (name) => {
    if (name === 'b.png') await folder.removeEntry('disk', { recursive: true });
  });
  const { id = 0 } = (await library.overview()).folders[0] ?? {};
  await library.look(id);
  await rest();
  const paths = (await store.all()).flatMap(({ files }) => files.map(({ path }) => path));
  expect(paths.sort()).toEqual(['a.png', 'disk/b.png', 'disk/c.png']);
});

test('a permission that is taken back in the middle: the rest waits, and goes on when it is given again', async () => {
  let isAllowed = true;
  const { library, store, rest } = open({
    onEncode: () => {
      isAllowed = false;
    },
  });
  permissions.queryPermission = async () => (isAllowed ? 'granted' : 'prompt');
  beforeOpening(() => {
    if (!isAllowed) throw new DOMException('Not any more.', 'NotAllowedError');
  });
  const folder = await folderOf(Array.from({ length: 30 }, (_, i) => `${i}.png`));
  await library.add({ kind: 'folder', handle: folder });
  const queue = await rest();
  expect(queue).toMatchObject({ state: 'waiting', failed: 0, problem: null });
  expect(queue.left).toBeGreaterThan(0);
  expect((await library.overview()).folders).toMatchObject([{ access: 'prompt' }]);
  const before = await store.count();
  expect(before).toBeGreaterThan(0);

  permissions.queryPermission = async () => 'granted';
  FileSystemFileHandle.prototype.getFile = getFile;
  await library.command('resume');
  expect(await rest()).toMatchObject({ state: 'idle', left: 0, failed: 0 });
  expect(await store.count()).toBe(30);
});

test('a file that failed and is chosen again is tried again, and listed once', async () => {
  const { library, rest } = open();
  const damaged = new File([(await paint(1)).slice(0, 60)], 'damaged.png', { lastModified: 5 });
  for (let i = 0; i < 3; i++) {
    await library.add({ kind: 'files', files: [{ path: 'damaged.png', file: damaged }] });
    expect(await rest()).toMatchObject({ state: 'idle', failed: 1, left: 0 });
  }
  expect(await library.failures(9)).toMatchObject([{ path: 'damaged.png', canRetry: true }]);
  await library.dismissFailures();
  expect(await library.overview()).toMatchObject({ failures: 0, queue: { failed: 0 } });
  await library.add({ kind: 'files', files: [{ path: 'damaged.png', file: damaged }] });
  await rest();
  expect((await library.overview()).failures).toBe(1);
});

test('files that an earlier worker had are at hand again, and nothing is added by that', async () => {
  const { library, store, rest } = open();
  const damaged = { path: 'damaged.png', file: new File([(await paint(1)).slice(0, 60)], 'damaged.png') };
  const whole = { path: 'whole.png', file: new File([await paint(2)], 'whole.png') };
  await library.add({ kind: 'files', files: [damaged, whole] });
  await rest();
  const facts = { folder: null, path: 'late.png', bytes: (await paint(3)).size, modified: 7 };
  await store.enqueue([facts]);
  const late = { path: 'late.png', file: new File([await paint(3)], 'late.png', { lastModified: 7 }) };
  await library.add({ kind: 'files', files: [damaged, whole, late], isRestored: true });
  expect(await rest()).toMatchObject({ left: 0, known: 0, failed: 1 });
  expect(await store.count()).toBe(2);
  expect((await library.overview()).failures).toBe(1);
});

test('a folder inside one that was added, and both again: each picture once, with both places', async () => {
  const { library, store, encoded, rest } = open();
  const folder = await folderOf(['a.png', 'sub/b.png']);
  const sub = await folder.getDirectoryHandle('sub');
  for (const handle of [folder, sub, folder, sub]) {
    await library.add({ kind: 'folder', handle });
    await rest();
  }
  expect(encoded()).toBe(2);
  expect(await store.count()).toBe(2);
  const { folders } = await library.overview();
  expect(folders.map(({ name, count }) => [name, count])).toEqual([
    [folder.name, 2],
    ['sub', 1],
  ]);
  // Forgetting the one that contains the other leaves what the other has.
  await library.forgetFolder(folders[0]?.id ?? 0, true);
  await rest();
  expect((await store.all()).map(({ files }) => files.map(({ path }) => path))).toEqual([['b.png']]);
});

test('a picture that is added again while its deletion can be undone is there once, before and after', async () => {
  const { library, store, rest } = open();
  const file = new File([await paint(3)], 'a.png', { lastModified: 5 });
  const add = () => library.add({ kind: 'files', files: [{ path: 'a.png', file }] });
  await add();
  await rest();
  const [picture] = await store.all();
  const removal = await library.remove([picture?.item.id ?? '']);
  expect(await store.count()).toBe(0);
  const [, again] = await Promise.all([add(), library.remove([picture?.item.id ?? ''])]);
  await rest();
  expect(await store.count()).toBe(1);
  await library.restore(removal);
  await library.restore(again);
  expect((await store.all()).map(({ key }) => key)).toEqual([picture?.key]);
});
