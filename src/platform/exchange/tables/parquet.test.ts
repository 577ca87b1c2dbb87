import { readFile } from 'node:fs/promises';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { ByteWriter, parquetWrite } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { readTable } from '../testing-tables.node.ts';
import { COMPRESSORS } from './codecs.node.ts';

const NAMES = ['0.jpg', '1.jpg', '2.jpg'];
const TITLES = ['caption 0', 'caption 1', 'caption 2'];

/** Made by `fixtures/make.py`. */
async function fixture(name: string) {
  return readTable('a.parquet', await readFile(new URL(`fixtures/${name}.parquet`, import.meta.url)));
}

type Writing = Omit<Parameters<typeof parquetWrite>[0], 'writer'>;

function parquet(writing: Writing): Uint8Array {
  const writer = new ByteWriter();
  parquetWrite({ ...writing, writer });
  return new Uint8Array(writer.getBuffer());
}

const url = { name: 'url', data: NAMES };

test.each(['snappy', 'gzip', 'brotli', 'zstd', 'lz4', 'none', 'pages-2', 'delta', 'groups', 'types'])(
  'as PyArrow writes it: %s',
  async (name) => {
    expect(await fixture(name)).toMatchObject({ names: NAMES, titles: TITLES });
  },
);

test('columns that are not known are of any type; of those that are, numbers are read', async () => {
  const { pictures, report } = await fixture('types');
  expect(pictures.map(({ width, height }) => [width, height])).toEqual([
    [640, 480],
    [0, 481],
    [0, 482],
  ]);
  expect(report).toMatchObject({ used: ['url', 'caption', 'width', 'height'], problems: [] });
  expect(report.unknown).toContain('money');
});

test.each([
  ['nested/list-of-one', TITLES, 3],
  ['nested/list', ['caption 0', undefined, undefined], 1],
  ['nested/struct', TITLES, 3],
  ['nested/map', TITLES, 3],
  ['nested/list-of-structs', TITLES, 3],
])('of nested captions the first text is taken, and it is reported: %s', async (name, titles, rows) => {
  const read = await fixture(name);
  expect(read).toMatchObject({ names: NAMES, titles });
  expect(read.report.problems).toEqual([{ column: 'caption', problem: 'nested', rows }]);
});

test('JSON in a text column', async () => {
  expect((await fixture('nested/json-text')).titles).toEqual(TITLES);
});

describe('columns of types that are not read', () => {
  const bson = { name: 'doc', type: 'BYTE_ARRAY', converted_type: 'BSON', repetition_type: 'OPTIONAL' } as const;
  const interval = { ...bson, type: 'FIXED_LEN_BYTE_ARRAY', type_length: 12, converted_type: 'INTERVAL' } as const;
  const text = { name: 'url', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' } as const;
  const data = NAMES.map(() => new Uint8Array(12));

  test.each([
    ['BSON', bson],
    ['INTERVAL', interval],
  ])('%s does not matter where it is not used, and is named where it would be', async (type, element) => {
    const write = (name: string) =>
      parquet({
        columnData: [url, { name, data }],
        schema: [{ name: 'root', num_children: 2 }, text, { ...element, name }],
      });
    expect(await readTable('a.parquet', write('doc'))).toMatchObject({ names: NAMES, report: { unknown: ['doc'] } });
    const { names, report } = await readTable('a.parquet', write('caption'));
    expect(names).toEqual(NAMES);
    expect(report.problems).toEqual([{ column: 'caption', problem: 'type', rows: 3, example: type }]);
  });

  test('geometries in a broken description of GeoParquet', async () => {
    const shape = { name: 'place', data: NAMES.map(() => new Uint8Array([1, 2])) };
    const kvMetadata = [{ key: 'geo', value: '{ not JSON' }];
    expect((await readTable('a.parquet', parquet({ columnData: [url, shape], kvMetadata }))).names).toEqual(NAMES);
  });
});

describe('compression', () => {
  const pack = {
    GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)),
    BROTLI: (bytes: Uint8Array) => new Uint8Array(brotliCompressSync(bytes)),
  };

  test.each(['GZIP', 'BROTLI'] as const)('what %s unpacks to is never more than the page says', async (codec) => {
    const bomb = pack[codec](new Uint8Array(1 << 24));
    expect(() => COMPRESSORS[codec]?.(bomb, 1000)).toThrow();
    expect(() => COMPRESSORS[codec]?.(bomb, 2 ** 31 - 1)).toThrow(/too large; write smaller row groups/);
  });

  // Of LZ4: a token with the number of literals, then these.
  const block = Uint8Array.from([0x30, 1, 2, 3]);
  const framed = Uint8Array.from([0, 0, 0, 3, 0, 0, 0, 4, ...block]);

  test('LZ4 is read with the frames of Hadoop and without', () => {
    const whole = Uint8Array.from([1, 2, 3]);
    expect(COMPRESSORS.LZ4?.(framed, 3)).toEqual(whole);
    expect(COMPRESSORS.LZ4?.(Uint8Array.from([...framed, ...framed]), 6)).toEqual(
      Uint8Array.from([...whole, ...whole]),
    );
    expect(COMPRESSORS.LZ4?.(block, 3)).toEqual(whole);
    expect(COMPRESSORS.LZ4_RAW?.(block, 3)).toEqual(whole);
  });

  test('a frame that says that it is of negative length does not go in circles', () => {
    const circle = Uint8Array.from([0, 0, 0, 0, 255, 255, 255, 248, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(() => COMPRESSORS.LZ4?.(circle, 3)).toThrow();
  });
});

describe('refused', () => {
  const whole = parquet({ columnData: [url] });
  test.each<[string, Uint8Array | string, RegExp]>([
    ['nothing', '', /too short for Parquet/],
    ['something else', 'this is no Parquet at all', /does not end as Parquet does/],
    ['half a file', whole.subarray(0, whole.length - 20), /does not end as Parquet does/],
    [
      'a long description',
      Uint8Array.from([...whole.subarray(0, -8), 255, 255, 255, 1, 80, 65, 82, 49]),
      /description has/,
    ],
  ])('%s', async (_what, content, message) => {
    await expect(readTable('a.parquet', content)).rejects.toMatchObject({
      ...{ code: 'metadata-invalid', message: expect.stringMatching(message) },
    });
  });

  test('other numbers of rows, before any is read', async () => {
    await expect(readTable('a.parquet', whole, 2)).rejects.toThrow(
      /it has 3 records, more than there are vectors \(2\)/,
    );
    await expect(readTable('a.parquet', whole, 4)).rejects.toThrow(
      /it has 3 records, fewer than there are vectors \(4\)/,
    );
  });

  test('LZO, with what to take in its place', async () => {
    const bytes = parquet({ columnData: [url], codec: 'LZO', compressors: { LZO: (input) => input } });
    await expect(readTable('a.parquet', bytes)).rejects.toThrow(/codec: LZO; save it with compression zstd or snappy/);
  });
});
