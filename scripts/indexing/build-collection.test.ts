import { cp, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { toFloat32, vectorOf } from '../../src/engine/collection/vectors/stored-vectors.ts';
import type { IndexEvent } from '../../src/indexing/request.ts';
import { createFolderSource } from '../../src/platform/bytes/bytes.node.ts';
import { loadHnswIndex } from '../../src/platform/indexes/hnsw/hnsw-index.ts';
import { draw, filesBelow, openCollection, otherModel, workplace } from './testing.ts';

const thumbnails = async (out: string) =>
  [...(await filesBelow(out)).keys()].filter((path) => path.startsWith('thumbs'));

test('a folder becomes a collection that can be read and searched', async () => {
  const { pictures, out, build, items } = await workplace();
  for (let i = 0; i < 40; i++) await draw(join(pictures, `${i % 3}/${i}.png`), i, 500, 400);
  const captions = join(dirname(pictures), 'captions.json');
  await writeFile(captions, JSON.stringify({ '0/0.png': { title: 'Nought', licence: 'CC0' } }));
  const about = { title: 'Tests', description: 'Drawings', licence: 'CC0', examples: ['a spot'], captions };
  const summary = await build(about);
  expect(summary).toMatchObject({
    collection: 'test',
    count: 40,
    embedded: 40,
    kept: 0,
    problems: [],
    unchanged: false,
  });

  const collection = await openCollection(out);
  expect(collection.manifest).toMatchObject({
    title: 'Tests',
    description: 'Drawings',
    licence: 'CC0',
    examples: ['a spot'],
  });
  const [first] = await items();
  expect(first).toMatchObject({ name: '0/0.png', title: 'Nought', licence: 'CC0', width: 500, height: 400 });
  expect(first?.thumbnail).toMatchObject({ width: 320, height: 256 });
  expect(first?.preview).toMatchObject({ width: 500, height: 400 });
  for (const path of [first?.thumbnail?.path, first?.preview?.path]) await stat(join(out, String(path)));

  const vectors = toFloat32(await collection.vectors());
  const index = await loadHnswIndex({ graph: await collection.graph(), vectors, dim: 256, efSearch: 50 });
  expect(index.size).toBe(40);
  index.dispose();

  const list = await createFolderSource(dirname(dirname(out))).readText('collections/index.json');
  expect(JSON.parse(String(list)).collections).toMatchObject([{ name: 'test', title: 'Tests', count: 40 }]);
});

test('a second run embeds nothing and writes nothing', async () => {
  const { pictures, out, encoder, build } = await workplace();
  const anHourAgo = Date.now() / 1000 - 3600; // hashes of files that have just been changed are not kept
  for (let i = 0; i < 10; i++) {
    await draw(join(pictures, `${i}.png`), i);
    await utimes(join(pictures, `${i}.png`), anHourAgo, anHourAgo);
  }
  await build({ title: 'Kept' });
  const before = await filesBelow(dirname(out));
  const { mtimeMs } = await stat(join(out, 'manifest.json'));
  const summary = await build();
  expect(summary).toMatchObject({ unchanged: true, embedded: 0, kept: 10 });
  expect(await filesBelow(dirname(out))).toEqual(before);
  expect((await stat(join(out, 'manifest.json'))).mtimeMs).toBe(mtimeMs);
  expect(encoder.encoded).toBe(10);
});

test('renamed, changed, new and deleted pictures; what no longer belongs to it goes', async () => {
  const { pictures, out, encoder, build, items } = await workplace();
  for (let i = 0; i < 6; i++) await draw(join(pictures, `${i}.png`), i, 400, 300);
  await build();
  const ids = new Map((await items()).map(({ name, id }) => [name, id]));
  await rename(join(pictures, '0.png'), join(pictures, 'z.png'));
  await rm(join(pictures, '1.png'));
  await draw(join(pictures, '2.png'), 77, 400, 300);
  await draw(join(pictures, 'sub/new.png'), 88, 400, 300);
  const summary = await build();
  expect(summary).toMatchObject({ count: 6, embedded: 2, kept: 4, removed: 2 });
  expect(encoder.encoded).toBe(8);
  const after = await items();
  expect(after.map(({ name }) => name)).toEqual(['2.png', '3.png', '4.png', '5.png', 'sub/new.png', 'z.png']);
  expect(after.find(({ name }) => name === 'z.png')?.id).toBe(ids.get('0.png'));

  const { manifest } = await openCollection(out);
  const kept = [...(await filesBelow(out)).keys()].sort();
  const pathsOf = after.flatMap(({ thumbnail, preview }) => [String(thumbnail?.path), String(preview?.path)]);
  expect(kept).toEqual(['manifest.json', ...manifest.parts.map(({ path }) => path), ...pathsOf].sort());
});

test('a run from nothing gives the same bytes each time; many small steps give the same pictures and all but the same vectors', async () => {
  process.env.SOURCE_DATE_EPOCH = '1700000000';
  try {
    const { pictures, out, build, items } = await workplace();
    for (let i = 0; i < 30; i++) {
      await draw(join(pictures, `${(i * 7) % 30}.png`), i);
      if (i % 9 === 0) await build();
    }
    await build();
    const inSteps = { items: await items(), vectors: toFloat32(await (await openCollection(out)).vectors()) };
    const fresh: Map<string, Buffer>[] = [];
    for (let i = 0; i < 2; i++) {
      await rm(out, { recursive: true });
      await build();
      fresh.push(await filesBelow(out));
    }
    expect(fresh[1]).toEqual(fresh[0]);
    expect(await items()).toEqual(inSteps.items);
    const vectors = toFloat32(await (await openCollection(out)).vectors());
    const differences = vectors.map((value, i) => Math.abs(value - (inSteps.vectors[i] as number)));
    expect(Math.max(...differences)).toBeLessThan(0.005);
  } finally {
    delete process.env.SOURCE_DATE_EPOCH;
  }
});

test('pictures that are there keep the bytes of their vectors when others come', async () => {
  const { pictures, out, build } = await workplace();
  const draws = (from: number, to: number) =>
    Promise.all(Array.from({ length: to - from }, (_, i) => draw(join(pictures, `${from + i}.png`), from + i)));
  await draws(10, 20);
  await build();
  const before = await (await openCollection(out)).vectors();
  await draws(20, 29);
  expect(await build()).toMatchObject({ embedded: 9 });
  const after = await (await openCollection(out)).vectors();
  if (before.encoding !== 'int8' || after.encoding !== 'int8') throw new Error('The default is int8.');
  expect(after.centre).toEqual(before.centre);
  expect(after.scales.subarray(0, before.scales.length)).toEqual(before.scales);
  expect(after.codes.subarray(0, 10 * 256)).toEqual(before.codes);
});

test('vectors of another model, and those of a fresh start, are stored as if nothing had been there', async () => {
  process.env.SOURCE_DATE_EPOCH = '1700000000';
  try {
    const { pictures, out, build } = await workplace();
    const modelsFolder = await otherModel(dirname(pictures));
    const later = join(pictures, 'later');
    for (let i = 0; i < 19; i++) await draw(join(i < 10 ? pictures : later, `${i}.png`), i);
    for (const more of [{ modelsFolder }, { fresh: true }]) {
      await build(more);
      const whole = await filesBelow(out);
      await rm(out, { recursive: true });
      await rename(later, `${pictures}-away`);
      await build();
      await rename(`${pictures}-away`, later);
      expect(await build(more)).toMatchObject({ embedded: 19, kept: 0 });
      expect(await filesBelow(out)).toEqual(whole);
    }
  } finally {
    delete process.env.SOURCE_DATE_EPOCH;
  }
});

test('no graph where none is asked for; either change writes the collection anew', async () => {
  const { pictures, out, encoder, build } = await workplace();
  for (let i = 0; i < 8; i++) await draw(join(pictures, `${i}.png`), i);
  await build({ encoding: 'f16' });
  expect((await openCollection(out)).manifest.quantiser).toMatchObject({ encoding: 'f16', rowBytes: 512 });
  expect(await build({ encoding: 'f16', index: 'exact' })).toMatchObject({ unchanged: false, bytes: { graph: 0 } });
  const collection = await openCollection(out);
  expect(collection.has('graph')).toBe(false);
  expect([...(await filesBelow(out)).keys()].filter((path) => path.startsWith('graph'))).toEqual([]);
  expect(await build({ encoding: 'f16', index: 'exact' })).toMatchObject({ unchanged: true });
  expect(await build({ encoding: 'f16' })).toMatchObject({ unchanged: false });
  expect(encoder.encoded).toBe(8);
});

test('finer vectors are those of a run from nothing: all is embedded again, and said; coarser ones are made of what is there', async () => {
  process.env.SOURCE_DATE_EPOCH = '1700000000';
  try {
    const { pictures, out, encoder, build } = await workplace();
    for (let i = 0; i < 8; i++) await draw(join(pictures, `${i}.png`), i);
    const fresh = new Map<string, Map<string, Buffer>>();
    for (const encoding of ['f16', 'f32'] as const) {
      await build({ encoding });
      fresh.set(encoding, await filesBelow(out));
      await rm(out, { recursive: true });
    }
    const notes: string[] = [];
    const note = (event: IndexEvent) => event.type === 'note' && notes.push(event.message);
    await build({}, note);
    const { ino } = await stat(join(out, (await thumbnails(out))[0] ?? ''));
    expect(notes).toEqual([]);
    for (const encoding of ['f16', 'f32'] as const) {
      expect(await build({ encoding }, note)).toMatchObject({ unchanged: false, embedded: 8, kept: 0, removed: 0 });
      expect(await filesBelow(out)).toEqual(fresh.get(encoding));
    }
    expect((await stat(join(out, (await thumbnails(out))[0] ?? ''))).ino).toBe(ino);
    expect(notes).toEqual([expect.stringMatching(/int8.*f16.*again/), expect.stringMatching(/f16.*f32.*again/)]);
    const { encoded } = encoder;
    for (const encoding of ['f32', 'f16', 'int8'] as const) {
      expect(await build({ encoding }, note)).toMatchObject({ embedded: 0, kept: 8 });
    }
    expect(encoder.encoded).toBe(encoded);
    // A shard's vectors are single precision, whatever was in its folder.
    expect(await build({ shard: { index: 1, count: 1 } }, note)).toMatchObject({ embedded: 8 });
    expect(notes).toHaveLength(3);
  } finally {
    delete process.env.SOURCE_DATE_EPOCH;
  }
});

const ORDERED = [
  { index: 'codes', manifest: { quantiser: { rowsPerBlock: 8 } }, none: { graph: 0 } },
  { index: 'cells', manifest: { requires: ['cells'] }, none: { graph: 0, codes: 0 } },
] as const;

test.each(ORDERED)('with $index, like pictures lie together, and every picture keeps its vector', async (ordered) => {
  const { index, manifest, none } = ordered;
  const { pictures, out, encoder, build, items } = await workplace();
  for (let i = 0; i < 70; i++) await draw(join(pictures, `${i}.png`), i);
  const plain = new Map<string, Float32Array>();
  await build();
  const flat = toFloat32(await (await openCollection(out)).vectors());
  for (const [row, { id }] of (await items()).entries()) plain.set(id, flat.subarray(row * 256, (row + 1) * 256));
  expect(await build({ index })).toMatchObject({ unchanged: false, embedded: 0, bytes: none });
  const collection = await openCollection(out);
  expect(collection.manifest).toMatchObject({ index, ...manifest });
  const vectors = await collection.vectors();
  for (const [row, { id }] of (await items()).entries()) expect(vectorOf(vectors, row)).toEqual(plain.get(id));
  if (index === 'codes') expect((await collection.codes()).length).toBe(16 + 4 * 256 * (1 + 128) + 70 * 64);
  expect(await build({ index })).toMatchObject({ unchanged: true });
  expect(encoder.encoded).toBe(70);
  await expect(build({ index, encoding: 'f16' })).rejects.toMatchObject({ code: 'usage' });
  // What only this index needs goes with it.
  expect(await build()).toMatchObject({ unchanged: false, embedded: 0, bytes: { codes: 0, cells: 0, members: 0 } });
  expect((await openCollection(out)).manifest.requires).toBeUndefined();
});

test('files with the same content are items of their own, embedded once', async () => {
  const { pictures, encoder, build, items } = await workplace();
  await draw(join(pictures, 'a.png'), 1);
  for (const name of ['b.png', 'c.png']) await cp(join(pictures, 'a.png'), join(pictures, name));
  expect(await build()).toMatchObject({ count: 3, embedded: 1, kept: 0, copies: 2 });
  expect(encoder.encoded).toBe(1);
  expect(new Set((await items()).map(({ id }) => id)).size).toBe(3);
  expect(await build()).toMatchObject({ unchanged: true, embedded: 0, kept: 1, copies: 2 });
  await rm(join(pictures, 'a.png'));
  expect(await build()).toMatchObject({ count: 2, embedded: 0 });
});

test('in another mode pictures are drawn again, not embedded; a fresh start embeds them', async () => {
  process.env.SOURCE_DATE_EPOCH = '1700000000';
  try {
    const { pictures, out, encoder, build, items } = await workplace();
    for (let i = 0; i < 10; i++) await draw(join(pictures, `${i}.jpg`), i, 400, 300);
    await cp(join(pictures, '0.jpg'), join(pictures, 'copy.jpg'));
    await build();
    const first = { files: await filesBelow(out), items: await items() };
    const dropped = { embedded: 0, kept: 10, copies: 1, removed: 0, unchanged: false };
    expect(await build({ pictures: 'none' })).toMatchObject({ ...dropped, milliseconds: { decode: 0, encode: 0 } });
    expect(await items()).toEqual(first.items.map((item) => ({ ...item, preview: null })));
    expect((await filesBelow(out)).has(String(first.items[0]?.preview?.path))).toBe(false);
    expect(await build({ pictures: 'copy' })).toMatchObject(dropped);
    for (const { preview } of await items()) expect(preview?.path).toMatch(/^previews\/..\/[0-9a-f]{16}\.jpg$/);
    expect(await build()).toMatchObject(dropped);
    expect(await filesBelow(out)).toEqual(first.files);
    expect(encoder.encoded).toBe(10);
    expect(await build({ fresh: true })).toMatchObject({ embedded: 10, kept: 0 });
  } finally {
    delete process.env.SOURCE_DATE_EPOCH;
  }
});

test('other parameters build another graph without embedding; new titles keep the graph', async () => {
  const { pictures, out, build } = await workplace();
  for (let i = 0; i < 5; i++) await draw(join(pictures, `${i}.png`), i);
  await build();
  const graph = (await openCollection(out)).parts('graph')[0]?.sha256;
  expect(await build({ hnsw: { M: 4, efConstruction: 20, efSearch: 20 } })).toMatchObject({
    embedded: 0,
    unchanged: false,
  });
  expect((await openCollection(out)).parts('graph')[0]?.sha256).not.toBe(graph);
  await build();
  expect(await build({ title: 'Other' })).toMatchObject({ embedded: 0, unchanged: false });
  expect((await openCollection(out)).parts('graph')[0]?.sha256).toBe(graph);
});

test('hostile names survive as names', async () => {
  const { pictures, build, items } = await workplace();
  const hostile = [
    '<img src=x onerror=alert(1)>.png',
    'line\nbreak.png',
    '__proto__.png',
    '猫 “quoted”.png',
    `${'x'.repeat(240)}.png`,
  ];
  for (const [i, name] of hostile.entries()) await draw(join(pictures, name), i);
  expect(await build()).toMatchObject({ count: hostile.length });
  expect((await items()).map(({ name }) => name)).toEqual([...hostile].sort());
});
