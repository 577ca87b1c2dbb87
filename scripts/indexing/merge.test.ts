import { appendFile, cp, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readCollection } from '../../src/engine/collection/reader.ts';
import type { IndexEvent } from '../../src/indexing/request.ts';
import { createFolderSource } from '../../src/platform/bytes/bytes.node.ts';
import { updateList } from '../../src/platform/collections/collection-list.node.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { type BuildOptions, createCollectionBuilder } from './build-collection.ts';
import { type MergeOptions, merge } from './merge.ts';
import { buildOptions, createFakeEncoder, draw, type FakeEncoder, filesBelow, temporaryFolder } from './testing.ts';

const HNSW = { M: 8, efConstruction: 50, efSearch: 50 };

async function workplace(encoder: FakeEncoder = createFakeEncoder()) {
  const folder = await temporaryFolder();
  const pictures = join(folder, 'pictures');
  const place = (name: string) => join(folder, 'site', name, 'collections', name.replace(/.*-/, ''));
  const build = async (out: string, more: Partial<BuildOptions> = {}) => {
    const builder = await createCollectionBuilder({ ...buildOptions([pictures], out, encoder), ...more });
    return builder.run(new AbortController().signal, () => {});
  };
  return {
    pictures,
    encoder,
    place,
    build,
    /** All shards of the pictures, and where they lie. */
    async shards(count: number, more: Partial<BuildOptions> = {}): Promise<string[]> {
      const outs = Array.from({ length: count }, (_, i) => place(`shard${i + 1}`));
      for (const [i, out] of outs.entries()) await build(out, { ...more, shard: { index: i + 1, count } });
      return outs;
    },
    merge: (collections: readonly string[], out: string, more: Partial<MergeOptions> = {}, events: IndexEvent[] = []) =>
      merge(
        { collections, out, hnsw: HNSW, index: 'hnsw', encoding: 'int8', ...more },
        new AbortController().signal,
        (event) => events.push(event),
      ),
  };
}

/** The collection and the list that it is in, without what this machine remembers of files that are some seconds old. */
async function publishedAt(out: string): Promise<Map<string, Buffer>> {
  return new Map([...(await filesBelow(dirname(out)))].filter(([path]) => !path.startsWith('.cache')));
}

async function namesIn(out: string): Promise<string[]> {
  const collection = await readCollection(createFolderSource(dirname(out)), sha256, basename(out), '.');
  return (await collection.allItems()).map(({ name }) => name);
}

test('shards that are merged are what one run makes, to the last byte', async () => {
  process.env.SOURCE_DATE_EPOCH = '1700000000';
  try {
    const { pictures, place, build, shards, merge, encoder } = await workplace();
    for (let i = 0; i < 40; i++) await draw(join(pictures, `${i % 3}/${i}.png`), i, 400, 300);
    // Copies of a content fall to several shards, where each has its own first one.
    for (let i = 0; i < 9; i++) await cp(join(pictures, '1/1.png'), join(pictures, `copies/${i}.png`));
    const captions = join(dirname(pictures), 'captions.json');
    await writeFile(captions, JSON.stringify({ '0/0.png': { title: 'Nought', licence: 'CC0' } }));
    const about = { title: 'All', description: 'Drawings', licence: 'CC0', examples: ['a spot'], captions };
    await build(place('one-all'), about);

    const parts = await shards(3, about);
    const counts = await Promise.all(parts.map(async (out) => (await namesIn(out)).length));
    // Nothing but the shards themselves: `merge shards/*` takes them all, and the page none.
    expect([...(await filesBelow(dirname(parts[0] ?? ''))).keys()]).not.toContain('index.json');
    expect(await updateList(dirname(parts[0] ?? ''))).toEqual({ added: [], removed: [] });
    expect(counts.reduce((sum, count) => sum + count)).toBe(49);
    expect(Math.min(...counts)).toBeGreaterThan(5);
    const encoded = encoder.encoded;
    const events: IndexEvent[] = [];
    const summary = await merge(parts, place('two-all'), {}, events);
    expect(summary).toMatchObject({ count: 49, merged: 3, duplicates: 0, copies: 9, unchanged: false });
    expect(events).toContainEqual({ type: 'progress', task: 'Pictures', done: 49, total: 49 });
    expect(encoder.encoded).toBe(encoded);
    expect(await publishedAt(place('two-all'))).toEqual(await publishedAt(place('one-all')));

    expect(await merge(parts, place('two-all'))).toMatchObject({ unchanged: true });
    expect(await merge([...parts].reverse(), place('three-all'))).toMatchObject({ count: 49 });
    expect(await publishedAt(place('three-all'))).toEqual(await publishedAt(place('one-all')));
  } finally {
    delete process.env.SOURCE_DATE_EPOCH;
  }
});

test('shards that grow embed what is new and merge again; what is gone leaves', async () => {
  process.env.SOURCE_DATE_EPOCH = '1700000000';
  try {
    const { pictures, place, build, shards, merge, encoder } = await workplace();
    for (let i = 0; i < 20; i++) await draw(join(pictures, `${i}.png`), i);
    await merge(await shards(2), place('merged-x'));
    await build(place('straight-x')); // so that both keep the same centre
    const before = encoder.encoded;
    await draw(join(pictures, 'new.png'), 99);
    await rm(join(pictures, '3.png'));
    expect(await merge(await shards(2), place('merged-x'))).toMatchObject({ count: 20, removed: 1 });
    expect(encoder.encoded).toBe(before + 1);
    await build(place('straight-x'));
    expect(await filesBelow(place('merged-x'))).toEqual(await filesBelow(place('straight-x')));
  } finally {
    delete process.env.SOURCE_DATE_EPOCH;
  }
});

test('a shard stays the same when other pictures come, and tells its own problems', async () => {
  const { pictures, place, build } = await workplace();
  for (let i = 0; i < 12; i++) await draw(join(pictures, `${i}.png`), i);
  for (let i = 0; i < 8; i++) await writeFile(join(pictures, `${i}.heic`), 'ftypheic');
  const shard = { index: 1, count: 2 };
  const first = await build(place('x-a'), { shard });
  const names = await namesIn(place('x-a'));
  const second = await build(place('x-b'), { shard: { index: 2, count: 2 } });
  expect(first.problems.length + second.problems.length).toBe(8);
  for (let i = 12; i < 24; i++) await draw(join(pictures, `${i}.png`), i);
  await build(place('x-a'), { shard });
  expect(await namesIn(place('x-a'))).toEqual(expect.arrayContaining(names));
});

test('what is in several collections is there once; other pictures of the same name stay', async () => {
  const { pictures, place, build, merge } = await workplace();
  for (const i of [1, 2, 3]) await draw(join(pictures, `${i}.png`), i);
  await build(place('x-a'));
  await draw(join(pictures, '3.png'), 33);
  await build(place('x-b'), { fresh: true });
  expect(await merge([place('x-a'), place('x-b')], place('x-all'))).toMatchObject({
    count: 4,
    duplicates: 2,
    copies: 0,
  });
  expect(await namesIn(place('x-all'))).toEqual(['1.png', '2.png', '3.png', '3.png']);
});

test('of vectors that were stored too roughly for what is asked for, it says so', async () => {
  const { pictures, place, build, merge } = await workplace();
  for (const i of [1, 2, 3]) await draw(join(pictures, `${i}.png`), i);
  await build(place('x-rough'));
  await build(place('x-fine'), { encoding: 'f16' });
  for (const [encoding, coarser] of [
    ['int8', []],
    ['f16', ['rough']],
    ['f32', ['rough', 'fine']],
  ] as const) {
    const events: IndexEvent[] = [];
    await merge([place('x-rough'), place('x-fine')], place(`x-${encoding}`), { encoding }, events);
    const notes = events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
    expect(notes).toEqual(coarser.map((name) => expect.stringContaining(`${name} are stored as`)));
  }
});

test('pictures are hard links where that is possible', async () => {
  const { pictures, place, build, merge } = await workplace();
  await draw(join(pictures, 'a.png'), 1);
  await build(place('x-a'));
  await merge([place('x-a')], place('x-all'));
  const [thumbnail] = [...(await filesBelow(join(place('x-all'), 'thumbs'))).keys()];
  const files = ['x-a', 'x-all'].map((name) => stat(join(place(name), 'thumbs', thumbnail ?? '')));
  const [before, after] = await Promise.all(files);
  expect(after?.ino).toBe(before?.ino);
});

test('what does not go together or is damaged is refused, and nothing is written', async () => {
  const { pictures, place, build, merge } = await workplace();
  for (let i = 0; i < 4; i++) await draw(join(pictures, `${i}.png`), i);
  await build(place('x-a'));
  await build(place('x-none'), { pictures: 'none' });
  await build(place('x-hurt'));
  await build(place('x-bare'));
  await rm(join(place('x-bare'), 'thumbs'), { recursive: true });
  const [part] = [...(await filesBelow(place('x-hurt'))).keys()].filter((path) => path.startsWith('vectors-'));
  await appendFile(join(place('x-hurt'), part ?? ''), 'x');

  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['x-none', 'merge-mismatch', /--pictures none and --pictures preview/],
    ['x-hurt', 'part-corrupt', /damaged/],
    ['x-bare', 'part-missing', /thumbs\/.* of bare is missing/],
    ['x-nowhere', 'collection-not-found', /nowhere/],
    ['x-all', 'usage', /--out writes to/],
  ];
  for (const [other, code, message] of cases) {
    const merging = merge([place(other), place('x-a')], place('x-all'));
    await expect(merging).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    await expect(stat(join(place('x-all'), 'manifest.json'))).rejects.toThrow();
  }
  await expect(merge([], place('x-all'))).rejects.toMatchObject({ code: 'usage' });
});
