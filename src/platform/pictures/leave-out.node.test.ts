/** What is left out of folders, as storage boxes, photo programs and telephones leave them. */
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { createRules, IGNORE_FILE, NO_PATTERNS, type Patterns, UnusableIgnoreFile } from './leave-out.ts';
import { createFolderPictures } from './walk.node.ts';

const { signal } = new AbortController();

async function tree(files: Readonly<Record<string, string>> | readonly string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'afterimage-leave-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const entries = Array.isArray(files) ? files.map((file) => [file, 'x'] as const) : Object.entries(files);
  for (const [file, text] of entries) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text);
  }
  return root;
}

async function list(root: string | readonly string[], more: Partial<Patterns> = {}) {
  const folders = typeof root === 'string' ? [root] : root;
  const source = createFolderPictures({ folders, exclude: [], patterns: { ...NO_PATTERNS, ...more } });
  const { files, leftOut, ...rest } = await source.list(signal);
  const left = leftOut.map(({ why, what, count }) => `${why} ${what} ${count}`);
  return { ...rest, names: files.map(({ name }) => name), left, isLeftOut: source.isLeftOut };
}

const NAS = [
  'beach.jpg',
  '@eaDir/beach.jpg/SYNOPHOTO_THUMB_SM.jpg',
  '@eaDir/beach.jpg/SYNOPHOTO_THUMB_XL.jpg',
  '2019/@eaDir/a.jpg',
  '#recycle/deleted.jpg',
  '#snapshot/GMT-2020/beach.jpg',
  '@Recycle/deleted-too.jpg',
  '$RECYCLE.BIN/S-1-5-21/$R123.jpg',
  'System Volume Information/x.jpg',
  'lost+found/x.jpg',
  '.@__thumb/s100beach.jpg',
  '.Trash-1000/files/gone.jpg',
  '@eaDir/beach.jpg@SynoEAStream',
];

test('of a storage box the bins, snapshots and thumbnails are left out, and named with counts', async () => {
  const { names, left, others } = await list(await tree(NAS));
  expect(names).toEqual(['beach.jpg']);
  expect(others).toBe(0);
  expect(left).toEqual([
    'system @eaDir 2',
    'system #recycle 1',
    'system #snapshot 1',
    'system $RECYCLE.BIN 1',
    'system @Recycle 1',
    'system System Volume Information 1',
    'system lost+found 1',
  ]);
});

test('of photo programs the originals are taken, once, and nothing that was made of them', async () => {
  const library = 'Photos Library.photoslibrary';
  const root = await tree([
    'dog.jpg',
    '._dog.jpg',
    `${library}/originals/4/4A1.jpeg`,
    `${library}/resources/derivatives/4/4A1_1_105_c.jpeg`,
    `${library}/resources/derivatives/masters/4/4A1_4_5005_c.jpeg`,
    `${library}/private/x.jpg`,
    'Old.aplibrary/Masters/2009/a.jpg',
    'Old.aplibrary/Previews/2009/a.jpg',
    'Cloud.lrlibrary/0af/originals/2020/b.jpg',
    'Cloud.lrlibrary/0af/previews/b.jpg',
    'Catalog Previews.lrdata/4/4A/4A1.jpg',
    'Job/CaptureOne/Cache/Thumbnails/c.jpg',
    '__MACOSX/real.jpg',
  ]);
  const { names, left } = await list(root);
  expect(names).toEqual([
    'Cloud.lrlibrary/0af/originals/2020/b.jpg',
    'Old.aplibrary/Masters/2009/a.jpg',
    `${library}/originals/4/4A1.jpeg`,
    'dog.jpg',
  ]);
  expect(left).toContain(`system ${library}/resources 1`);
  expect(left).toContain('system Catalog Previews.lrdata 1');
  expect((await list(join(root, library))).names).toEqual(['originals/4/4A1.jpeg']);
});

test('a folder with .nomedia is left out with what is below it; a given one was named', async () => {
  const root = await tree(['DCIM/1.jpg', 'stickers/a.jpg', 'stickers/more/b.jpg', 'stickers/.nomedia']);
  expect(await list(root)).toMatchObject({ names: ['DCIM/1.jpg'], left: ['nomedia stickers 1'], empty: [] });
  expect((await list(join(root, 'stickers'))).names).toEqual(['a.jpg', 'more/b.jpg']);
  expect((await list(root, { include: ['/stickers'] })).names).toHaveLength(3);
  expect((await list([root, join(root, 'stickers')])).names).toContain('stickers/more/b.jpg');
});

test('--exclude and --include change it: a pattern for names, or for a path below the folder', async () => {
  const root = await tree([...NAS, 'raw/1.jpg', 'b/raw/2.jpg', 'b/scan.PNG', 'b/keep.png', '#x.jpg', '!y.jpg']);
  const exclude = ['/raw', '*.png', '#x.jpg', '!y.jpg'];
  const { names, left } = await list(root, { exclude, include: ['#recycle', 'keep.png'] });
  expect(names).toEqual(['#recycle/deleted.jpg', 'b/keep.png', 'b/raw/2.jpg', 'beach.jpg']);
  expect(left).toEqual(
    expect.arrayContaining(['exclude /raw 1', 'exclude *.png 1', 'exclude #x.jpg 1', 'exclude !y.jpg 1']),
  );
  expect(left).not.toContain('system #recycle 1');
  expect((await list(root, { include: ['*.jpg'] })).names).not.toContain('#recycle/deleted.jpg');
});

test('patterns are relative to each given folder, and a bin that is given is taken', async () => {
  const root = await tree(['a/raw/1.jpg', 'a/2.jpg', 'b/raw/3.jpg', '#recycle/4.jpg']);
  const folders = ['a', 'b', '#recycle'].map((name) => join(root, name));
  expect((await list(folders, { exclude: ['/raw/'] })).names).toEqual(['#recycle/4.jpg', 'a/2.jpg']);
});

test('an ignore file leaves out for its folder and those below, a deeper one is stronger, the command strongest', async () => {
  const root = await tree({
    'a.jpg': '',
    'b/[x] y/private.jpg': '',
    'b/[x] y/only.jpg': '',
    'b/[x] y/deep/only.jpg': '',
    'b/[x] y/deep/private.jpg': '',
    'b/[x] y/deep/#1.jpg': '',
    'private.jpg': '',
    'b/lent/@eaDir/c.jpg': '',
    [`b/${IGNORE_FILE}`]: '\uFEFF# notes\r\n\r\nprivate.jpg\r\nlent/\r\n',
    [`b/[x] y/${IGNORE_FILE}`]: '/only.jpg\n\\#1.jpg\n',
    [`b/[x] y/deep/${IGNORE_FILE}`]: '!private.jpg\n',
  });
  const { names, left } = await list(root);
  expect(names).toEqual(['a.jpg', 'b/[x] y/deep/only.jpg', 'b/[x] y/deep/private.jpg', 'private.jpg']);
  expect(left).toEqual([`file b/${IGNORE_FILE} 2`, `file b/[x] y/${IGNORE_FILE} 2`]);
  const stronger = await list(root, { exclude: ['private.jpg'], include: ['lent'] });
  expect(stronger.names).toEqual(['a.jpg', 'b/[x] y/deep/only.jpg']); // of lent only its thumbnails are there
});

test('where an ignore file cannot be read nothing of its folder is taken, and it is named', async () => {
  const root = await tree(['a.jpg', 'b/c.jpg']);
  await mkdir(join(root, 'b', IGNORE_FILE));
  const { names, unlisted, problems } = await list(root);
  expect({ names, unlisted }).toEqual({ names: ['a.jpg'], unlisted: ['b/'] });
  expect(problems).toEqual([
    { name: 'b/', reason: expect.stringMatching(/^Its \.afterimageignore cannot be used\. It cannot be read/) },
  ]);
});

test.each([
  ['too many lines', 'x\n'.repeat(1001), /more than 1000 patterns/],
  ['a line that is too long', 'x'.repeat(1001), /more than 1000 characters/],
  ['a line that may take long to match', '**/a/**/a/**/a/**/b', /more than 3 times “\*\*”/],
])('an ignore file with %s is not used, and nothing of its folder is taken', async (_, text, reason) => {
  const { names, unlisted, problems } = await list(
    await tree({ 'a.jpg': '', 'b/c.jpg': '', [`b/${IGNORE_FILE}`]: text }),
  );
  expect({ names, unlisted }).toEqual({ names: ['a.jpg'], unlisted: ['b/'] });
  expect(problems).toEqual([{ name: 'b/', reason: expect.stringMatching(reason) }]);
});

test('a linked folder is left out by its own name as others are', async () => {
  const root = await tree(['a.jpg', 'elsewhere/b.jpg']);
  await mkdir(join(root, 'in'));
  await symlink('../elsewhere', join(root, 'in/@eaDir'));
  await symlink('../elsewhere', join(root, 'in/raw'));
  expect((await list(join(root, 'in'))).names).toEqual(['raw/b.jpg']);
  expect((await list(join(root, 'in'), { exclude: ['raw/'] })).names).toEqual([]);
});

test('letters that file systems compose in different ways are the same, and so are upper and lower case', async () => {
  const root = await tree(['Caf\u0065\u0301/a.jpg', 'B/b.jpg']);
  expect((await list(root, { exclude: ['caf\u00e9'] })).names).toEqual(['B/b.jpg']);
});

test('a known name is told to be left out without looking at the disk, whatever name it is', async () => {
  const { isLeftOut } = await list(await tree(['a.jpg']), { exclude: ['raw'] });
  const names = ['@eaDir/x.jpg', 'b/raw/x.jpg', '.x.jpg', 'a.jpg', 'b/c.jpg', '/etc/x.jpg', '../x.jpg', './x.jpg'];
  expect(names.filter(isLeftOut)).toEqual(['@eaDir/x.jpg', 'b/raw/x.jpg', '.x.jpg']);
});

function unlessUnusable<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (error instanceof UnusableIgnoreFile) return undefined;
    throw error;
  }
}

test('no pattern, no ignore file and no name is too strange', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab/*?![]\\# .\n\r\uFEFF\u0301é-') });
  const segment = text.map((one) => one.replaceAll('/', '')).filter((one) => !/^\.{0,2}$/.test(one));
  const path = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
  fc.assert(
    fc.property(fc.array(text), fc.array(text), text, path, path, (exclude, include, file, folder, name) => {
      const rules = unlessUnusable(() => createRules({ exclude, include }, folder).within(`${folder}/`, file));
      for (const one of [name, `${folder}/${name}`, `${folder}/`]) {
        expect(['undefined', 'object']).toContain(typeof rules?.test(one));
        expect(['undefined', 'boolean']).toContain(typeof rules?.isIncluded(one));
      }
    }),
  );
});

test('a line of an ignore file says in a folder what it says at the top', () => {
  const word = fc.string({ unit: fc.constantFrom(...'ab*?.'), minLength: 1, maxLength: 4 });
  const line = fc.tuple(
    fc.constantFrom('', '/'),
    fc.array(word, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('', '/'),
  );
  const segment = fc.string({ unit: fc.constantFrom(...'ab.[]*? '), minLength: 1, maxLength: 4 });
  const folder = segment.filter((one) => !/^\.|\s$/.test(one));
  const name = fc.array(fc.constantFrom('a', 'b', 'ab', 'a.b'), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(line, folder, name, ([start, words, end], below, segments) => {
      const text = start + words.join('/') + end;
      const path = segments.join('/');
      const top = createRules(NO_PATTERNS, 'x').within('', text).test(path);
      const inside = createRules(NO_PATTERNS, 'x').within(`${below}/`, text).test(`${below}/${path}`);
      expect(inside === undefined).toBe(top === undefined);
    }),
  );
});
