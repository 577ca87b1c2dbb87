/** Folders whose disk is not there: what is known from them stays. */
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { BuildOptions } from './build-collection.ts';
import { draw, filesBelow, type Workplace, workplace } from './testing.ts';

/** Two folders of pictures, `pictures` and a drive that is not mounted any more: its mount point is empty. */
async function unmounted(): Promise<
  Workplace & { drive: string; run(more?: Partial<BuildOptions>): Promise<string[]> }
> {
  const place = await workplace();
  const drive = `${place.pictures}-drive`;
  for (const folder of [place.pictures, drive]) for (const i of [0, 1]) await draw(join(folder, `${i}.png`), i);
  await draw(join(drive, 'sub/2.png'), 2);
  const run = async (more: Partial<BuildOptions> = {}) => {
    const notes: string[] = [];
    const folders = [place.pictures, drive];
    await place.build({ folders, ...more }, (event) => event.type === 'note' && notes.push(event.message));
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

test('embedded afresh, pictures that are not there cannot stay, and that is said', async () => {
  const { run, items } = await unmounted();
  expect(await run({ fresh: true })).toEqual([expect.stringMatching(/Of the 3 pictures known from it 3 leave/)]);
  expect(await items()).toHaveLength(2);
});
