import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, test } from 'vitest';
import { readCollection } from '../../../src/engine/collection/reader.ts';
import type { Item } from '../../../src/engine/collection/types.ts';
import { toFloat32 } from '../../../src/engine/collection/vectors/stored-vectors.ts';
import { encodeNpyHeader, encodeNpyRows } from '../../../src/engine/formats/npy.ts';
import { readCodeHeader } from '../../../src/engine/index/codes/section.ts';
import { chooseCentre } from '../../../src/engine/index/quantised/quantise.ts';
import { DEFAULT_MODEL } from '../../../src/engine/model/model.ts';
import { dot } from '../../../src/engine/numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../../src/engine/numeric/testing-vectors.ts';
import type { IndexEvent } from '../../../src/indexing/request.ts';
import { createFolderSource } from '../../../src/platform/bytes/bytes.node.ts';
import { sha256 } from '../../../src/platform/hashes/sha256.ts';
import { createSynthetic } from '../../bench/synthetic/synthetic.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';
import { filesBelow, makeOlder, openCollection, otherModel, temporaryFolder } from '../testing.ts';
import { createVectorImporter, type ImportOptions } from './import-vectors.ts';

const DIM = 256;
const vectors = clusteredVectors(60, DIM);
const flat = flatten(vectors, DIM);

function npy(values: Float32Array, dtype: 'f2' | 'f4' = 'f4', dim = DIM): Uint8Array {
  return Buffer.concat([encodeNpyHeader({ dtype, rows: values.length / dim, dim }), encodeNpyRows(values, dtype)]);
}

async function workplace() {
  const folder = await temporaryFolder();
  const out = join(folder, 'site/collections/given');
  const collections = dirname(out);
  return {
    folder,
    out,
    async write(path: string, bytes: Uint8Array | string): Promise<string> {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
      return join(folder, path);
    },
    async run(more: Partial<ImportOptions> = {}, onEvent: (event: IndexEvent) => void = () => {}) {
      const hnsw = { M: 8, efConstruction: 50, efSearch: 50 };
      const importer = await createVectorImporter({
        ...{ from: folder, out, modelsFolder: MODELS_FOLDER, modelId: DEFAULT_MODEL, hnsw },
        ...{ index: 'hnsw' as const, encoding: 'int8' as const },
        ...more,
      });
      return importer.run(new AbortController().signal, onEvent);
    },
    /** What int8 vectors are stored around. */
    async centre() {
      const stored = await (await openCollection(out)).vectors();
      return 'centre' in stored ? stored.centre : undefined;
    },
    /** What a row's code is like. */
    async codeShape() {
      const collection = await openCollection(out);
      const { width, bits } = readCodeHeader(await collection.codes(), collection.manifest).code;
      return { width, bits };
    },
    async read() {
      const source = createFolderSource(dirname(collections));
      const collection = await readCollection(source, sha256, basename(out), basename(collections));
      return {
        manifest: collection.manifest,
        items: await collection.allItems(),
        vectors: toFloat32(await collection.vectors()),
      };
    },
  };
}

test('an array becomes a collection, rows scaled to unit norm and in order', async () => {
  const { write, run, read, out } = await workplace();
  const from = await write('a.npy', npy(flat.map((value) => value * 3)));
  const events: IndexEvent[] = [];
  const summary = await run({ from, title: 'Given' }, (event) => events.push(event));
  expect(summary).toMatchObject({ collection: 'given', count: 60, dim: DIM, normalised: 60, copies: 0 });
  expect(events).toContainEqual({ type: 'progress', task: 'Vectors', done: 120, total: 120 });
  const { manifest, items, vectors: rows } = await read();
  expect(manifest).toMatchObject({ title: 'Given', count: 60, pictures: { mode: 'none', bytes: 0 } });
  expect(items[7]).toMatchObject({ name: 'row 7', title: null, width: 0, thumbnail: null, preview: null });
  for (const [row, vector] of vectors.entries()) {
    expect(dot(rows.subarray(row * DIM, (row + 1) * DIM), vector)).toBeGreaterThan(0.998);
  }
  expect(await run({ from, title: 'Given' })).toMatchObject({ unchanged: true, removed: 0 });
  await makeOlder(out);
  expect(await run({ from })).toMatchObject({ unchanged: false });
  expect((await openCollection(out)).manifest.title).toBe('Given');
});

test('more rows are stored around what is there, but for another model', async () => {
  const { folder, write, run, centre } = await workplace();
  const half = await write('half.npy', npy(flat.subarray(0, 30 * DIM)));
  const all = await write('all.npy', npy(flat));
  const mean = chooseCentre(flat, DIM);
  await run({ from: half });
  const before = await centre();
  expect(before).not.toEqual(mean);
  await run({ from: all });
  expect(await centre()).toEqual(before);
  await run({ from: all, modelsFolder: await otherModel(folder) });
  expect(await centre()).toEqual(mean);
});

test('vectors without structure have a bit a dimension, and stay in their order', async () => {
  const { write, run, read, codeShape } = await workplace();
  const rows = createSynthetic({ seed: 1, dim: DIM, isotropic: true }).pictures(0, 2000);
  const from = await write('isotropic.npy', npy(rows));
  const summary = await run({ from, index: 'codes' });
  expect(summary).toMatchObject({ index: 'codes', advice: null });
  expect(await codeShape()).toEqual({ width: DIM, bits: 1 });
  const { items } = await read();
  expect(items[1234]?.name).toBe('row 1234');
  expect(await run({ from, index: 'codes' })).toMatchObject({ unchanged: true, index: 'codes' });
});

test('vectors with structure have a few components of four bits', async () => {
  const { write, run, codeShape } = await workplace();
  const rows = createSynthetic({ seed: 1, dim: DIM }).pictures(0, 2000);
  const summary = await run({ from: await write('structured.npy', npy(rows)), index: 'codes' });
  expect(summary).toMatchObject({ index: 'codes', advice: null });
  expect(await codeShape()).toEqual({ width: 128, bits: 4 });
});

test('the folder of clip-retrieval, arrays by number and each with its metadata', async () => {
  const { write, run, read } = await workplace();
  const cut = [0, 10, 45, 60];
  for (const [i, number] of [2, 10, 11].entries()) {
    const [from = 0, to = 0] = cut.slice(i, i + 2);
    await write(`img_emb/img_emb_${number}.npy`, npy(flat.subarray(from * DIM, to * DIM), 'f2'));
    const row = (text: (row: number) => unknown) => Array.from({ length: to - from }, (_, j) => text(from + j));
    const columnData = [
      { name: 'image_path', data: row((n) => `/pictures/${n}.jpg`) as string[] },
      { name: 'caption', data: row((n) => (n === 3 ? null : `caption <b>${n}</b>`)) as string[], nullable: true },
      { name: 'original_width', data: row((n) => BigInt(640 + n)) as bigint[] },
      { name: 'similarity', data: row(() => 0.3) as number[], type: 'DOUBLE' as const },
    ];
    await write(`metadata/metadata_${number}.parquet`, new Uint8Array(parquetWriteBuffer({ columnData })));
    await write('text_emb/text_emb_0.npy', 'not looked at');
  }
  expect(await run()).toMatchObject({ count: 60, normalised: 0 });
  const { items } = await read();
  expect(items.map(({ name }) => name)).toEqual(vectors.map((_, row) => `/pictures/${row}.jpg`));
  expect(items[3]?.title).toBeNull();
  expect(items[59]).toMatchObject({ title: 'caption <b>59</b>', width: 699 });
});

test.each<[string, string, Partial<Item>]>([
  [
    'jsonl',
    '{"url":"https://a.example/1.jpg","license":"CC0","date":"2024-05-06"}\n{"key":7,"width":"12"}\n',
    {
      name: 'https://a.example/1.jpg',
      licence: 'CC0',
      date: '2024-05-06T00:00:00',
    },
  ],
  [
    'csv',
    '\ufeffImage_Path,caption\n"a ""quoted"",\nname.jpg",Rex\n2.jpg,\n',
    { name: 'a "quoted",\nname.jpg', title: 'Rex' },
  ],
  ['tsv', 'path\tcaption\na.jpg\tRex\n\t\n', { name: 'a.jpg', title: 'Rex' }],
  ['txt', '__proto__\r\nconstructor', { name: '__proto__', title: null }],
])('metadata as %s', async (extension, text, expected) => {
  const { write, run, read } = await workplace();
  const from = await write('a.npy', npy(flat.subarray(0, 2 * DIM)));
  const metadata = await write(`about.${extension}`, text);
  await run({ from, metadata });
  const { items } = await read();
  expect(items).toHaveLength(2);
  expect(items[0]).toMatchObject(expected);
});

test('ids are those of the metadata, else of the vectors; what is there twice gets one of its own', async () => {
  const { write, run, read } = await workplace();
  const from = await write(
    'a.npy',
    npy(Float32Array.from([...flat.subarray(0, 4 * DIM), ...flat.subarray(2 * DIM, 3 * DIM)])),
  );
  const hash = 'c'.repeat(64);
  const lines = [{ id: 'ab'.repeat(8) }, { sha256: hash }, { id: 'not one' }, { id: 'ab'.repeat(8) }, {}];
  const metadata = await write('about.jsonl', lines.map((line) => JSON.stringify(line)).join('\n'));
  expect(await run({ from, metadata })).toMatchObject({ count: 5, copies: 2 });
  const ids = (await read()).items.map(({ id }) => id);
  expect(ids.slice(0, 2)).toEqual(['ab'.repeat(8), 'c'.repeat(16)]);
  expect(new Set(ids).size).toBe(5);
});

test('what does not fit is refused, and the collection that is there stays', async () => {
  const { write, run, out } = await workplace();
  const good = await write('good.npy', npy(flat));
  await run({ from: good });
  const before = await filesBelow(dirname(out));
  const bad = flat.slice();
  bad[17 * DIM + 4] = Number.NaN;
  const zero = flat.slice().fill(0, 5 * DIM, 6 * DIM);
  const cases: readonly (readonly [Partial<ImportOptions>, string, RegExp])[] = [
    [{ from: await write('nan.npy', npy(bad)) }, 'npy-invalid', /nan\.npy .*row 17/],
    [{ from: await write('zero.npy', npy(zero)) }, 'npy-invalid', /[Rr]ow 5 .*zeros/],
    [{ from: await write('short.npy', npy(flat).subarray(0, -1)) }, 'npy-invalid', /ends in row 59 of 60/],
    [{ from: await write('dim.npy', npy(flat, 'f4', 128)) }, 'dimension-mismatch', /128.*256/],
    [{ from: await write('none.npy', npy(new Float32Array(0))) }, 'nothing-to-index', /no rows/],
    [{ from: good, metadata: await write('few.txt', 'a\nb\n') }, 'metadata-invalid', /few\.txt.* 2 records, fewer/],
    [{ from: good, metadata: await write('many.txt', 'a\n'.repeat(61)) }, 'metadata-invalid', /more records .*60/],
    [{ from: good, metadata: await write('b.jsonl', '{}\n[]\n') }, 'metadata-invalid', /line 2 is not an object/],
    [{ from: good, metadata: await write('b.parquet', 'PAR1 or not') }, 'metadata-invalid', /b\.parquet/],
    [{ from: good, metadata: await write('b.xlsx', '') }, 'metadata-invalid', /extension/],
    [{ from: good, modelId: 'nobody' }, 'model-not-found', /nobody/],
  ];
  for (const [options, code, message] of cases) {
    await expect(run(options)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  }
  expect(await filesBelow(dirname(out))).toEqual(before);
  expect(JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')).count).toBe(60);
});
