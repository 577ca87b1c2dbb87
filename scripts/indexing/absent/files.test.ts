/** What cannot be looked at now, behind a link or alone, stays in the collection and is named. */
import { mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { AfterimageError } from '../../../src/engine/errors.ts';
import type { IndexEvent } from '../../../src/indexing/request.ts';
import type { BuildOptions } from '../build-collection.ts';
import { draw, otherModel, type Workplace, workplace } from '../testing.ts';

/** Names of files that the disk does not give out for now: to be read, or even to be looked at. Tests may run as root. */
const refused = vi.hoisted(() => ({ read: new Set<string>(), look: new Set<string>() }));
beforeEach(() => {
  refused.read.clear();
  refused.look.clear();
});
vi.mock('../../../src/platform/pictures/walk.node.ts', async (original) => {
  const walk = await original<typeof import('../../../src/platform/pictures/walk.node.ts')>();
  const reason = 'There is no permission to read it.';
  const createFolderPictures: typeof walk.createFolderPictures = (options) => {
    const source = walk.createFolderPictures(options);
    return {
      ...source,
      async list(signal) {
        const listing = await source.list(signal);
        const gone = listing.files.filter(({ name }) => refused.look.has(name));
        const files = listing.files.filter(({ name }) => !refused.look.has(name));
        return { ...listing, files, unread: [...listing.unread, ...gone.map(({ name }) => ({ name, reason }))] };
      },
      async read(file, signal) {
        if (refused.read.has(file.name)) throw new AfterimageError('picture-unavailable', reason);
        return source.read(file, signal);
      },
    };
  };
  return { ...walk, createFolderPictures };
});

/** A build, and what it says. */
async function run({ build }: Workplace, more: Partial<BuildOptions> = {}) {
  const lines: string[] = [];
  const summary = await build(more, (event: IndexEvent) => {
    if (event.type === 'note') lines.push(event.message);
    if (event.type === 'problem') lines.push(`${event.problem.name}: ${event.problem.reason}`);
  });
  return { summary, lines };
}

const names = async ({ items }: Workplace) => (await items()).map(({ name }) => name);

/** A folder with a picture and a link `usb` to a folder of another disk. */
async function linked() {
  const place = await workplace();
  const disk = join(dirname(place.pictures), 'disk');
  await draw(join(place.pictures, 'home.png'), 1);
  for (const [i, name] of ['a.png', 'sub/b.png'].entries()) await draw(join(disk, name), 2 + i);
  await symlink('../disk', join(place.pictures, 'usb'));
  await place.build();
  return { place, disk, away: () => rename(disk, `${disk}-away`), back: () => rename(`${disk}-away`, disk) };
}
const ALL = ['home.png', 'usb/a.png', 'usb/sub/b.png'];

test('pictures of a disk behind a link stay while it is away, which is said; back again, nothing is embedded', async () => {
  const { place, away, back } = await linked();
  const before = await place.items();
  await away();
  const { summary, lines } = await run(place);
  expect(summary).toMatchObject({ count: 3, embedded: 0, removed: 0 });
  expect(lines).toEqual([
    'usb/ cannot be listed. The 2 pictures known from it stay.',
    expect.stringMatching(/^usb: It is a link to something that is not there/),
  ]);
  expect(await place.items()).toEqual(before);
  await back();
  expect((await run(place)).lines).toEqual([]);
  expect(place.encoder.encoded).toBe(3);
  expect(await place.items()).toEqual(before);
});

test('so they do where the place of the disk is there, but empty', async () => {
  const { place, disk, away } = await linked();
  await away();
  await mkdir(join(disk, 'lost+found'), { recursive: true });
  const { summary, lines } = await run(place);
  expect(summary).toMatchObject({ count: 3, removed: 0 });
  expect(lines).toEqual([expect.stringMatching(/^usb\/ is empty now, as when its disk .* The 2 pictures .* stay;/)]);
});

test('to remove them, the link is deleted or excluded; what is a bin by now is not kept either', async () => {
  const { place, disk, away } = await linked();
  await draw(join(disk, 'raw/c.png'), 4);
  await place.build();
  await away();
  expect((await run(place, { patterns: { exclude: ['raw'], include: [] } })).summary.removed).toBe(1);
  expect(await names(place)).toEqual(ALL);
  expect((await run(place, { patterns: { exclude: ['/usb'], include: [] } })).lines).toEqual([]);
  expect(await names(place)).toEqual(['home.png']);
});

test('what would read them again is refused while their disk is away', async () => {
  const { place, away } = await linked();
  await away();
  const refusal = { code: 'usage', message: expect.stringMatching(/^usb\/ .*--exclude it or leave it out/) };
  await expect(run(place, { fresh: true })).rejects.toMatchObject(refusal);
  expect(await names(place)).toEqual(ALL);
});

test('a link to one file stays while that is away; a broken link that was never known is named', async () => {
  const { place, disk } = await linked();
  await draw(join(dirname(disk), 'other/c.png'), 5);
  await symlink('../other/c.png', join(place.pictures, 'c.png'));
  await symlink('nowhere.png', join(place.pictures, 'd.png'));
  await place.build();
  await rename(join(dirname(disk), 'other'), join(dirname(disk), 'other-away'));
  const { summary, lines } = await run(place);
  expect(summary).toMatchObject({ count: 4, removed: 0, problems: [{ name: 'd.png' }] });
  expect(lines).toContainEqual(expect.stringMatching(/^It is a link to .* As it was, it stays: c\.png$/));
  await rename(join(dirname(disk), 'other-away'), join(dirname(disk), 'other'));
  await run(place);
  expect(place.encoder.encoded).toBe(4);
});

/** Four pictures. */
async function four() {
  const place = await workplace();
  for (const [i, name] of ['a', 'b', 'c', 'd'].entries()) await draw(join(place.pictures, `${name}.png`), i);
  await place.build();
  return place;
}

test.each(['read', 'look'] as const)(
  'a file that cannot be %sed at now stays as it was, which is said',
  async (what) => {
    const place = await four();
    const before = await place.items();
    refused[what].add('b.png');
    await utimes(join(place.pictures, 'b.png'), new Date(), new Date()); // so that it has to be read
    const { summary, lines } = await run(place);
    expect(summary).toMatchObject({ count: 4, embedded: 0, removed: 0, problems: [] });
    expect(lines).toEqual(['There is no permission to read it. As it was, it stays: b.png']);
    expect(await place.items()).toEqual(before);
    await expect(run(place, { strict: true })).rejects.toMatchObject({ code: 'picture-unreadable' });
    refused[what].clear();
    await run(place);
    expect(place.encoder.encoded).toBe(4);
  },
);

test('one that was never known is skipped with its reason, and one that was deleted leaves', async () => {
  const place = await four();
  await draw(join(place.pictures, 'new.png'), 9);
  refused.read.add('new.png');
  await rm(join(place.pictures, 'a.png'));
  const { summary, lines } = await run(place);
  expect(summary).toMatchObject({ count: 3, removed: 1, problems: [{ name: 'new.png' }] });
  expect(lines).toEqual(['new.png: There is no permission to read it.']);
});

test('what could be read and is no picture any more leaves, whatever it was', async () => {
  const place = await four();
  await writeFile(join(place.pictures, 'b.png'), 'not a picture');
  const { summary } = await run(place);
  expect(summary).toMatchObject({ count: 3, removed: 1, problems: [{ name: 'b.png' }] });
});

test('a file that would have to be embedded again, as with another model, is skipped and named', async () => {
  const place = await four();
  refused.read.add('b.png');
  const modelsFolder = await otherModel(dirname(place.pictures));
  const { summary, lines } = await run(place, { modelsFolder });
  expect(summary).toMatchObject({ count: 3, problems: [{ name: 'b.png' }] });
  expect(lines).toContain('b.png: There is no permission to read it.');
});

test('many that cannot be read are counted in one line', async () => {
  const place = await workplace();
  for (let i = 0; i < 7; i++) await draw(join(place.pictures, `${i}.png`), i);
  await place.build();
  for (let i = 0; i < 7; i++) refused.look.add(`${i}.png`);
  await draw(join(place.pictures, 'new.png'), 9);
  const { summary, lines } = await run(place);
  expect(summary).toMatchObject({ count: 8, embedded: 1 });
  expect(lines).toEqual([expect.stringMatching(/ they stay: 0\.png, 1\.png, 2\.png, 3\.png, 4\.png and 2 more$/)]);
});
