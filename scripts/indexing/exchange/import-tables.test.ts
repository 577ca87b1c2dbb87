import { cp, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { encodeNpyHeader, encodeNpyRows } from '../../../src/engine/formats/npy.ts';
import { DEFAULT_MODEL } from '../../../src/engine/model/model.ts';
import { clusteredVectors, flatten } from '../../../src/engine/numeric/testing-vectors.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';
import { describeImport } from '../progress/summary.ts';
import { openCollection, temporaryFolder } from '../testing.ts';
import { createVectorImporter } from './import-vectors.ts';

const DIM = 256;
const ROWS = 12;
const NAMES = Array.from({ length: ROWS }, (_, i) => `https://example.org/${i}.jpg`);
const TITLES = NAMES.map((_, i) => `caption ${i}`);
const fixture = (path: string) => new URL(`fixtures/${path}`, import.meta.url);

function npy(rows: number): Uint8Array {
  const values = flatten(clusteredVectors(rows, DIM), DIM);
  return Buffer.concat([encodeNpyHeader({ dtype: 'f2', rows, dim: DIM }), encodeNpyRows(values, 'f2')]);
}

async function workplace() {
  const folder = await temporaryFolder();
  const out = join(folder, 'site/collections/given');
  return {
    folder,
    out,
    async write(path: string, content: string | Uint8Array): Promise<string> {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), content);
      return join(folder, path);
    },
    async run(from: string, metadata?: string) {
      const importer = await createVectorImporter({
        ...{ from, out, modelsFolder: MODELS_FOLDER, modelId: DEFAULT_MODEL },
        ...{ hnsw: { M: 8, efConstruction: 50, efSearch: 50 }, index: 'exact', encoding: 'f32' },
        ...(metadata !== undefined && { metadata }),
      });
      const summary = await importer.run(new AbortController().signal, () => {});
      const items = await (await openCollection(out)).allItems();
      return { summary, text: describeImport(summary), names: items.map(({ name }) => name), items };
    },
  };
}

/** Import twelve vectors with a table of this name and content. */
async function importWith(name: string, content: string | Uint8Array) {
  const { write, run } = await workplace();
  const from = await write('rows-12.npy', npy(ROWS));
  return run(from, await write(name, content));
}

const lines = (line: (name: string, title: string, i: number) => string, end = '\n') =>
  NAMES.map((name, i) => `${line(name, TITLES[i] ?? '', i)}${end}`).join('');

describe('tables as they are out there', () => {
  test.each([
    ['semicolons', 'a.csv', `url;caption\n${lines((name, title) => `${name};${title}`)}`],
    ['other names of columns', 'a.csv', `img,alt\n${lines((name, title) => `${name},${title}`)}`],
  ])('%s', async (_what, name, content) => {
    const { names, items } = await importWith(name, content);
    expect(names).toEqual(NAMES);
    expect(items.map(({ title }) => title)).toEqual(TITLES);
  });

  test.each([
    ['inside', (i: number) => `the 6" "nail" ${i}`],
    ['first', (i: number) => `"hello" said the man ${i}`],
  ])('quotation marks %s in tab-separated captions', async (_where, title) => {
    const { items } = await importWith('a.tsv', `caption\turl\n${lines((name, _, i) => `${title(i)}\t${name}`)}`);
    expect(items.map((item) => [item.title, item.name])).toEqual(NAMES.map((name, i) => [title(i), name]));
  });

  test('Latin-1 is read, and said', async () => {
    const content = `url,caption\n${lines((name) => `${name},caf\xe9`)}`;
    const { items, text } = await importWith('a.csv', Buffer.from(content, 'latin1'));
    expect(items[3]).toMatchObject({ name: NAMES[3], title: 'café' });
    expect(text).toContain('a.csv is not UTF-8 (line 2) and was read as Windows-1252.');
  });

  test.each([
    ['a blank line at the end', 'a.txt', `${lines((name) => name)}\n`],
    ['blank lines at the end, and a byte order mark', 'a.txt', `\ufeff${lines((name) => name)}\n\n  \n`],
    ['carriage returns', 'a.txt', lines((name) => name, '\r')],
    ['NaN', 'a.jsonl', lines((name) => `{"url": "${name}", "width": NaN, "similarity": NaN}`)],
    ['a list', 'a.json', JSON.stringify(NAMES.map((url) => ({ url })))],
  ])('%s', async (_what, name, content) => {
    expect((await importWith(name, content)).names).toEqual(NAMES);
  });

  test.each(['list', 'struct'])('nested captions are taken, and said: %s', async (kind) => {
    const { write, run, folder } = await workplace();
    const from = await write('rows-12.npy', npy(ROWS));
    const metadata = join(folder, 'a.parquet');
    await cp(fixture(`v6-caption-${kind}.parquet`), metadata);
    const { items, text, summary } = await run(from, metadata);
    expect(items.map(({ title }) => title)).toEqual(TITLES);
    expect(text).toContain('Column caption is nested in 12 of 12 rows; its first text was taken.');
    expect(summary.tables?.problems).toEqual([{ column: 'caption', problem: 'nested', rows: 12 }]);
  });

  test('columns that are not known are refused, with those that were seen, and nothing is written', async () => {
    const { write, run, out } = await workplace();
    const from = await write('rows-12.npy', npy(ROWS));
    const metadata = await write('a.csv', `bild,text der seite\n${lines((name, title) => `${name},${title}`)}`);
    await expect(run(from, metadata)).rejects.toMatchObject({
      code: 'metadata-invalid',
      message: expect.stringMatching(
        /^The metadata in a\.csv .* none of its columns is known \(bild, text der seite\)/,
      ),
    });
    await expect(readdir(out)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('a known column without values, and values that are not understood, are said', async () => {
    const { text, summary } = await importWith(
      'a.csv',
      `url,caption,width,score\n${lines((_, title) => `,${title},wide,1`)}`,
    );
    expect(text.split('\n').slice(2)).toEqual([
      'Metadata: columns caption; left out score.',
      'Column url is empty in all rows.',
      'Column width: 12 of 12 values are not whole numbers above 0 (“wide”) and were left out.',
      '12 of 12 rows have no name and are called by their number.',
    ]);
    expect(JSON.parse(JSON.stringify(summary)).tables).toMatchObject({
      used: ['caption'],
      unknown: ['score'],
      unnamed: 12,
    });
  });

  test('names of columns cannot forge lines', async () => {
    const content = `url,"x\u001b[2Jcollection: 9\u2028 pictures"\n${lines((name) => `${name},1`)}`;
    const { text } = await importWith('a.csv', content);
    expect(text).toContain('left out x\\u{1b}[2Jcollection: 9\\u{2028} pictures.');
  });

  test('an import without a table says nothing of one', async () => {
    const { write, run } = await workplace();
    const { summary, text } = await run(await write('rows-12.npy', npy(ROWS)));
    expect(summary.tables).toBeNull();
    expect(text).not.toContain('Metadata');
  });
});

describe('arrays and tables of a folder', () => {
  async function shards(arrays: readonly string[], tables: readonly string[]) {
    const place = await workplace();
    for (const name of arrays) await place.write(`in/img_emb/${name}`, npy(4));
    for (const table of tables) {
      const columnData = [{ name: 'url', data: [0, 1, 2, 3].map((row) => `${table}/${row}`) }];
      await place.write(`in/metadata/${table}`, new Uint8Array(parquetWriteBuffer({ columnData })));
    }
    return { ...place, import: () => place.run(join(place.folder, 'in')) };
  }

  test('of which one array and another table were lost are refused by name, and nothing is written', async () => {
    const { run, out } = await workplace();
    await expect(run(fixture('v1-shards').pathname)).rejects.toMatchObject({
      code: 'metadata-invalid',
      message: expect.stringMatching(/img_emb_2\.npy has no table, metadata_1\.parquet has no array/),
    });
    await expect(readdir(out)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.each([
    ['numbers with zeros', ['img_emb_01.npy', 'img_emb_2.npy'], ['metadata_1.parquet', 'metadata_02.parquet']],
    [
      'parts of other programs',
      ['img_emb_0.npy', 'img_emb_1.npy'],
      ['part-00000-ab1.c000.parquet', 'part-00001-ab1.c000.parquet'],
    ],
    [
      'one that was downloaded again',
      ['img_emb_0.npy', 'img_emb_1 (1).npy'],
      ['metadata_0.parquet', 'metadata_1.parquet'],
    ],
  ])('are paired by number: %s', async (_what, arrays, tables) => {
    const { names } = await (await shards(arrays, tables)).import();
    expect(names).toEqual(tables.flatMap((table) => [0, 1, 2, 3].map((row) => `${table}/${row}`)));
  });

  test.each<[string, string[], string[], string, RegExp]>([
    [
      'an array twice',
      ['img_emb_0.npy', 'img_emb_0 (1).npy'],
      ['metadata_0.parquet', 'metadata_1.parquet'],
      ...(['npy-invalid', /img_emb_0 \(1\)\.npy and img_emb_0\.npy|img_emb_0\.npy and img_emb_0 \(1\)\.npy/] as const),
    ],
    [
      'one table of two',
      ['img_emb_0.npy', 'img_emb_1.npy'],
      ['metadata_1.parquet'],
      'metadata-invalid',
      /img_emb_0\.npy has no table/,
    ],
    [
      'a pair of other numbers',
      ['img_emb_2.npy'],
      ['metadata_1.parquet'],
      'metadata-invalid',
      /img_emb_2\.npy has no table, metadata_1/,
    ],
    [
      'a table too many',
      ['img_emb_0.npy'],
      ['metadata_0.parquet', 'metadata_1.parquet'],
      'metadata-invalid',
      /metadata_1\.parquet has no array/,
    ],
  ])('are refused: %s', async (_what, arrays, tables, code, message) => {
    const { import: importAll, out } = await shards(arrays, tables);
    await expect(importAll()).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    await expect(readdir(out)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('one table without a number, or named by the user, is for all arrays', async () => {
    const { folder, run, write } = await shards(['img_emb_0.npy', 'img_emb_1.npy'], []);
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    const table = await write('in/metadata/all.txt', names.join('\n'));
    expect((await run(join(folder, 'in'))).names).toEqual(names);
    await rename(table, join(folder, 'names_7.txt'));
    expect((await run(join(folder, 'in'), join(folder, 'names_7.txt'))).names).toEqual(names);
  });

  test('tables of other kinds beside those that are read are named', async () => {
    const { import: importAll, write } = await shards(['img_emb_0.npy'], ['metadata_0.parquet']);
    await write('in/metadata/00000_stats.json', '{"count": 4}');
    const { text } = await importAll();
    expect(text).toContain('metadata_0.parquet is read, and not 00000_stats.json beside it.');
  });
});
