/** Collections that this version cannot read: what people wrote stays, no picture leaves unsaid, nothing newer is lost. */
import { appendFile, mkdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { forgeManifest } from '../../src/engine/collection/testing-additions.ts';
import { FORMAT_VERSION } from '../../src/engine/collection/types.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { type BuildOptions, createCollectionBuilder } from './build-collection.ts';
import { type MergeOptions, merge, openFolder } from './merge.ts';
import { buildOptions, draw, filesBelow, makeOlder, openCollection, type Workplace, workplace } from './testing.ts';

const TEXTS = { title: 'Holiday', description: 'By the sea', licence: 'CC0', examples: ['a boat'] };

async function damage(out: string): Promise<void> {
  await appendFile(join(out, (await openCollection(out)).manifest.parts[0]?.path ?? ''), 'x');
}

/** Run a build; its notes. */
async function notesOf({ build }: Workplace, more: Partial<BuildOptions> = {}): Promise<string[]> {
  const notes: string[] = [];
  await build(more, (event) => event.type === 'note' && notes.push(event.message));
  return notes;
}

test('a collection of an older format is built anew, and says of itself what it said', async () => {
  const place = await workplace();
  const { pictures, out, encoder, build } = place;
  await draw(join(pictures, 'a.png'), 1);
  await build(TEXTS);
  await makeOlder(out);
  await expect(openCollection(out)).rejects.toMatchObject({ code: 'collection-version' });
  expect(await notesOf(place)).toEqual([
    expect.stringMatching(/built anew, its pictures are embedded again: .*version 2/),
  ]);
  expect(encoder.encoded).toBe(2);
  expect((await openCollection(out)).manifest).toMatchObject({ version: FORMAT_VERSION, count: 1, ...TEXTS });

  await makeOlder(out);
  await build({ title: 'Sea', licence: '' });
  expect((await openCollection(out)).manifest).toMatchObject({ ...TEXTS, title: 'Sea', licence: null });

  await makeOlder(out, { title: '', description: 7, licence: 'x'.repeat(501) });
  await build();
  expect((await openCollection(out)).manifest).toMatchObject({
    ...{ title: 'test', description: '', licence: null },
    examples: TEXTS.examples,
  });
});

test('damaged parts leave the texts whole; a damaged manifest says nothing', async () => {
  const place = await workplace();
  const { pictures, out, build } = place;
  await draw(join(pictures, 'a.png'), 1);
  await build(TEXTS);
  await damage(out);
  expect(await notesOf(place)).toHaveLength(1);
  expect((await openCollection(out)).manifest).toMatchObject(TEXTS);

  await makeOlder(out, { version: FORMAT_VERSION, title: 'Holidaz' });
  expect(await notesOf(place)).toHaveLength(1);
  expect((await openCollection(out)).manifest).toMatchObject({ title: 'test', examples: [] });
});

test.each([
  ['of an older format', makeOlder],
  ['with damaged parts', damage],
])('one %s is not built anew without a folder whose disk is not there', async (_, spoil) => {
  const place = await workplace();
  const { pictures, out, encoder, build } = place;
  const drive = `${pictures}-drive`;
  const folders = [pictures, drive];
  for (const folder of folders) await draw(join(folder, 'a.png'), folder.length);
  await build({ folders, ...TEXTS });
  await spoil(out);
  const before = await filesBelow(out);
  await rename(drive, `${drive}-away`);
  await mkdir(drive);

  const refused = { code: 'usage', message: expect.stringMatching(/^pictures-drive\/ .* leave it out of the command/) };
  await expect(notesOf(place, { folders })).rejects.toMatchObject(refused);
  const builder = await createCollectionBuilder(buildOptions(folders, out, encoder));
  await rmdir(drive); // not even its mount point is there
  await expect(builder.run(new AbortController().signal, () => {})).rejects.toMatchObject(refused);
  expect(await filesBelow(out)).toEqual(before);
  expect(encoder.encoded).toBe(2);

  await rename(`${drive}-away`, drive);
  expect(await notesOf(place, { folders })).toHaveLength(1);
  expect((await place.items()).map(({ name }) => name)).toEqual(['pictures-drive/a.png', 'pictures/a.png']);
  expect(await notesOf(place, { folders })).toEqual([]);

  await spoil(out);
  await rm(drive, { recursive: true });
  expect(await notesOf(place)).toHaveLength(1);
  expect((await openCollection(out)).manifest).toMatchObject({ count: 1, ...TEXTS });
});

test('an empty folder stands in the way only where nobody can tell what was known from it', async () => {
  const place = await workplace();
  const { pictures, out } = place;
  const folders = [pictures, `${pictures}-inbox`];
  await mkdir(`${pictures}-inbox`);
  await draw(join(pictures, 'a.png'), 1);
  for (let run = 0; run < 2; run++) expect(await notesOf(place, { folders })).toEqual([]);
  await makeOlder(out);
  await expect(notesOf(place, { folders })).rejects.toMatchObject({ code: 'usage' });
});

test('merged into an older collection, the texts are those that it had; an older one cannot be merged, and is named', async () => {
  const { pictures, out, build } = await workplace();
  await draw(join(pictures, 'a.png'), 1);
  await build({ title: 'First', description: 'of all', licence: 'MIT', examples: ['first'] });
  const merged = join(dirname(out), 'merged');
  const run = async (more: Partial<MergeOptions> = {}) => {
    const hnsw = { M: 8, efConstruction: 50, efSearch: 50 };
    const options = { collections: [out], out: merged, hnsw, index: 'hnsw', encoding: 'int8', ...more } as const;
    const notes: string[] = [];
    await merge(options, new AbortController().signal, (event) => event.type === 'note' && notes.push(event.message));
    return notes;
  };
  await run(TEXTS);
  await makeOlder(merged);
  expect(await run()).toEqual([expect.stringMatching(/built anew: .*version 2/)]);
  expect((await openCollection(merged)).manifest).toMatchObject(TEXTS);
  await makeOlder(merged, { licence: null, examples: 7 });
  await run({ title: 'Sea' });
  const { manifest } = await openCollection(merged);
  expect(manifest).toMatchObject({ ...TEXTS, title: 'Sea', licence: null, examples: ['first'] });

  await makeOlder(out);
  const before = await readFile(join(merged, 'manifest.json'), 'utf8');
  const refused = { code: 'collection-version', message: expect.stringContaining(`${out}: The collection is of`) };
  await expect(run({ collections: [merged, out], out: `${merged}-2` })).rejects.toMatchObject(refused);
  await expect(openFolder(out)).rejects.toMatchObject(refused);
  expect(await readFile(join(merged, 'manifest.json'), 'utf8')).toBe(before);
});

test.each([
  ['version', { version: FORMAT_VERSION + 1 }],
  ['addition', { requires: ['segments'] }],
])('one of a later %s is left alone, unless everything is to be begun afresh', async (_, changes) => {
  const place = await workplace();
  const { pictures, out, encoder, build } = place;
  await draw(join(pictures, 'a.png'), 1);
  await build(TEXTS);
  const other = join(dirname(out), 'other');
  await build({ out: other });
  const { manifest } = await openCollection(out);
  await writeFile(join(out, 'manifest.json'), await forgeManifest(manifest, changes, sha256));
  const before = await filesBelow(out);
  const newer = /newer Afterimage wrote the collection test .* Update Afterimage\. .* delete its folder first\.$/;
  const refused = { code: 'collection-version', message: expect.stringMatching(newer) };
  await expect(build()).rejects.toMatchObject(refused);
  const options = {
    collections: [other],
    out,
    hnsw: { M: 8, efConstruction: 50 },
    index: 'hnsw',
    encoding: 'int8',
  } as const;
  await expect(merge(options, new AbortController().signal, () => {})).rejects.toMatchObject(refused);
  expect(await filesBelow(out)).toEqual(before);
  expect(encoder.encoded).toBe(2);
  expect(await notesOf(place, { fresh: true })).toEqual([expect.stringContaining('is built anew')]);
  expect((await openCollection(out)).manifest).toMatchObject({ version: FORMAT_VERSION, count: 1, ...TEXTS });
});
