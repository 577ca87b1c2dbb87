/** Folders whose disk is not there: what is known from them stays. */
import { mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import type { IndexEvent } from '../../../src/indexing/request.ts';
import { type BuildOptions, createCollectionBuilder } from '../build-collection.ts';
import { buildOptions, draw, filesBelow, otherModel, type Workplace, workplace } from '../testing.ts';

/** Two folders of pictures, `pictures` and a drive that is not mounted any more: its mount point is empty. */
async function unmounted(): Promise<
  Workplace & { drive: string; run(more?: Partial<BuildOptions>, isGone?: boolean): Promise<string[]> }
> {
  const place = await workplace();
  const { pictures, out, encoder } = place;
  const drive = `${pictures}-drive`;
  for (const folder of [pictures, drive]) for (const i of [0, 1]) await draw(join(folder, `${i}.png`), i);
  await draw(join(drive, 'sub/2.png'), 2);
  /** The notes of a build; with `isGone` the empty drive is away while it runs, as in one that watches. */
  const run = async (more: Partial<BuildOptions> = {}, isGone = false) => {
    const notes: string[] = [];
    const builder = await createCollectionBuilder({ ...buildOptions([pictures, drive], out, encoder), ...more });
    if (isGone) await rmdir(drive);
    try {
      await builder.run(new AbortController().signal, (event) => event.type === 'note' && notes.push(event.message));
    } finally {
      if (isGone) await mkdir(drive);
    }
    return notes;
  };
  expect(await run()).toEqual([]);
  await rename(drive, `${drive}-away`);
  await mkdir(drive);
  return { ...place, drive, run };
}

test('pictures of a folder that is empty now stay, with thumbnails and vectors, and it is said how to remove them', async () => {
  const { pictures, drive, out, encoder, run, items } = await unmounted();
  const before = { items: await items(), files: [...(await filesBelow(out)).keys()] };
  const [note, ...more] = await run();
  expect(more).toEqual([]);
  expect(note).toMatch(/^pictures-drive\/ is empty now.* The 3 pictures known from it stay; .*leave the folder out/);
  expect(await items()).toEqual(before.items);
  expect([...(await filesBelow(out)).keys()]).toEqual(before.files);

  await rm(drive, { recursive: true });
  await rename(`${drive}-away`, drive);
  await rm(join(drive, '1.png'));
  expect(await run()).toEqual([]);
  expect((await items()).map(({ name }) => name)).toEqual([
    'pictures-drive/0.png',
    'pictures-drive/sub/2.png',
    'pictures/0.png',
    'pictures/1.png',
  ]);
  expect(encoder.encoded).toBe(3);

  await run({ folders: [pictures] });
  expect((await items()).map(({ name }) => name)).toEqual(['0.png', '1.png']);
});

test.each<[string, (place: Workplace) => Promise<Partial<BuildOptions>>]>([
  ['--fresh', async () => ({ fresh: true })],
  ['finer vectors', async () => ({ encoding: 'f16' })],
  ['another model', async ({ pictures }) => ({ modelsFolder: await otherModel(dirname(pictures)) })],
])('%s is refused where it would lose pictures that are not there, until their folder is left out', async (_, more) => {
  const { run, ...place } = await unmounted();
  const { out, encoder, pictures } = place;
  const state = async () => ({ items: await place.items(), files: [...(await filesBelow(out)).keys()] });
  const before = await state();
  const options = await more(place);
  const refused = {
    code: 'usage',
    message: expect.stringMatching(/^pictures-drive\/ .*leave it out of the command\.$/),
  };
  for (const isGone of [false, true]) await expect(run(options, isGone)).rejects.toMatchObject(refused);
  await rm(join(out, '.partial'), { recursive: true }); // for the next run
  expect(await state()).toEqual(before);
  expect(encoder.encoded).toBe(3);

  await run({ ...options, folders: [pictures] });
  expect(await place.items()).toHaveLength(2);
});

test('of a folder that cannot be listed it is said that its pictures stay', async () => {
  const { run, items } = await unmounted();
  expect(await run({}, true)).toEqual([
    expect.stringMatching(/^pictures-drive\/ cannot be listed\. The 3 pictures .* stay\.$/),
  ]);
  expect(await items()).toHaveLength(5);
});

test.each([
  ['a', 'b'],
  ['b', 'a'],
])('the last pictures of a folder %s that move to a folder %s are there once, under their ids', async (from, to) => {
  const { pictures, build, items } = await workplace();
  const folders = ['a', 'b'].map((folder) => join(pictures, folder));
  await draw(join(pictures, from, '1.png'), 1);
  await draw(join(pictures, to, '2.png'), 2);
  await build({ folders });
  const ids = (await items()).map(({ id }) => id).sort();
  await rename(join(pictures, from, '1.png'), join(pictures, to, '1.png'));
  const notes: IndexEvent[] = [];
  const summary = await build({ folders }, (event) => event.type === 'note' && notes.push(event));
  expect(summary).toMatchObject({ count: 2, kept: 2, copies: 0, removed: 0 });
  expect(notes).toEqual([]);
  expect((await items()).map(({ name }) => name)).toEqual([`${to}/1.png`, `${to}/2.png`]);
  expect((await items()).map(({ id }) => id).sort()).toEqual(ids);
});
