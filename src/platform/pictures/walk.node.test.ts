import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createFolderPictures } from './walk.node.ts';

const { signal } = new AbortController();

async function tree(files: readonly string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'afterimage-walk-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const file of files) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), file);
  }
  return root;
}

const names = async (folders: readonly string[], exclude: readonly string[] = []) => {
  const listing = await createFolderPictures({ folders, exclude }).list(signal);
  return { ...listing, files: listing.files.map(({ name }) => name) };
};

test('pictures by their extension, in any case, sorted, with "/" between; the others are counted', async () => {
  const root = await tree([
    'b/2.PNG',
    'b/1.jpeg',
    'a.svg',
    'notes.txt',
    'b/c/x.HEIC',
    'movie.mp4',
    'b/clip.MP4',
    'noextension',
  ]);
  expect(await names([root])).toEqual({
    files: ['a.svg', 'b/1.jpeg', 'b/2.PNG', 'b/c/x.HEIC'],
    problems: [],
    others: 4,
    otherExtensions: { '.mp4': 2, '': 1, '.txt': 1 },
    unlisted: [],
    empty: [],
    unread: [],
    leftOut: [],
  });
});

test('a folder that cannot be listed is a problem, and is told apart from an empty one', async () => {
  const root = await tree(['a/a.jpg']);
  const listing = await names([join(root, 'a'), join(root, 'gone')]);
  expect(listing).toMatchObject({ files: ['a/a.jpg'], unlisted: ['gone/'], problems: [{ name: 'gone/' }] });
  expect(listing.problems[0]?.reason).toMatch(/^It is gone.*Unicode\.$/); // whether its pictures stay is not known here
});

test('a given folder without any file is told, however its disk left it; other folders may be empty', async () => {
  const root = await tree(['a/a.jpg', 'notes/notes.txt', 'broken/gone', 'hidden/.trash/b.jpg']);
  await rm(join(root, 'broken/gone'));
  await symlink('nowhere.jpg', join(root, 'broken/b.jpg'));
  for (const folder of ['a/inner', 'bare', 'deep/mount']) await mkdir(join(root, folder), { recursive: true });
  const folders = ['a', 'a/inner', 'notes', 'broken', 'hidden', 'bare', 'deep', 'gone'];
  const listing = await names(folders.map((folder) => join(root, folder)));
  expect(listing).toMatchObject({ files: ['a/a.jpg'], empty: ['hidden/', 'bare/', 'deep/'], unlisted: ['gone/'] });
});

test('a given folder that holds another given one is not empty; one that holds only what is left out is', async () => {
  const root = await tree(['pictures/inner/a.jpg', 'drive/out/thumbs/b.jpg']);
  const folders = ['pictures/inner', 'pictures', 'drive'].map((folder) => join(root, folder));
  expect(await names(folders, [join(root, 'drive/out')])).toMatchObject({ files: ['inner/a.jpg'], empty: ['drive/'] });
});

test('hidden files and folders and the excluded folder are left out', async () => {
  const root = await tree(['a.jpg', '.trash/b.jpg', '._a.jpg', 'out/thumbs/c.jpg', 'output/d.jpg']);
  expect((await names([root], [join(root, 'out')])).files).toEqual(['a.jpg', 'output/d.jpg']);
});

test('several folders: their names come first, and stay apart where they are the same', async () => {
  const one = await tree(['x/a.jpg']);
  const two = await tree(['x/a.jpg']);
  expect((await names([join(one, 'x'), join(two, 'x')])).files).toEqual(['x-2/a.jpg', 'x/a.jpg']);
});

test('links are followed, loops end, broken ones are reported', async () => {
  const root = await tree(['album/a.jpg', 'album/inner/b.jpg']);
  await symlink('..', join(root, 'album/inner/up'));
  await symlink('../album', join(root, 'album/self'));
  await symlink(join(root, 'album/a.jpg'), join(root, 'linked.jpg'));
  await symlink('nowhere.jpg', join(root, 'broken.jpg'));
  await symlink('loop.jpg', join(root, 'loop.jpg'));
  const listing = await names([root]);
  expect(listing.files).toEqual(['album/a.jpg', 'album/inner/b.jpg', 'linked.jpg']);
  expect(listing.unread).toEqual([
    { name: 'broken.jpg', reason: expect.stringMatching(/^It is a link to something that is not there/) },
    { name: 'loop.jpg', reason: 'It is a link that leads back to itself.' },
  ]);
  expect(listing.problems).toEqual([]);
});

test('a link without a picture’s name that leads nowhere may be a folder: it is named, and its pictures are unknown', async () => {
  const root = await tree(['a.jpg', 'there/b.jpg']);
  for (const name of ['usb', 'Trip 2.0', 'lib.so']) await symlink('/nowhere/at/all', join(root, name));
  await symlink('there', join(root, 'link'));
  await mkdir(join(root, 'mount-point'));
  await symlink('mount-point', join(root, 'z-mounted'));
  const listing = await names([root]);
  expect(listing.files).toEqual(['a.jpg', 'link/b.jpg']);
  expect(listing.unlisted.toSorted()).toEqual(['Trip 2.0/', 'lib.so/', 'usb/']);
  expect(listing.problems.map(({ name }) => name)).toEqual(['usb']);
  expect(listing.otherExtensions).toEqual({ '.0': 1, '.so': 1 });
  expect(listing.empty).toEqual([]); // mount-point itself had been entered
});

test('a linked folder that holds nothing is told, however deep; a plain one is just empty', async () => {
  const root = await tree(['pictures/a.jpg', 'disk/lost+found/x.jpg', 'disk/.Trash/y.jpg']);
  await mkdir(join(root, 'pictures/plain'));
  await symlink('../disk', join(root, 'pictures/usb'));
  expect(await names([join(root, 'pictures')])).toMatchObject({ files: ['a.jpg'], empty: ['usb/'] });
});

test('a picture that iCloud has taken away is there, but cannot be looked at', async () => {
  const root = await tree(['a.jpg', '.b.jpg.icloud', '.notes.txt.icloud']);
  const reason = 'It is in iCloud and not downloaded.';
  expect(await names([root])).toMatchObject({ files: ['a.jpg'], unread: [{ name: 'b.jpg', reason }] });
});

test('hostile names are names', async () => {
  const hostile = ['<img src=x onerror=alert(1)>.jpg', 'line\nbreak.png', 'ünïcödé 猫.webp', `${'x'.repeat(240)}.gif`];
  expect((await names([await tree(hostile)])).files).toEqual([...hostile].sort());
});

test('what cannot be read says so', async () => {
  const root = await tree(['a.jpg']);
  const source = createFolderPictures({ folders: [root], exclude: [] });
  const { files } = await source.list(signal);
  await rm(join(root, 'a.jpg'));
  for (const file of files)
    await expect(source.read(file, signal)).rejects.toMatchObject({ code: 'picture-unreadable' });
  await mkdir(join(root, 'a.jpg')); // there, but not to be read
  for (const file of files)
    await expect(source.read(file, signal)).rejects.toMatchObject({ code: 'picture-unavailable' });
});
