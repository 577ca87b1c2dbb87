/** Dates that leave a collection come back as they were, and dates of tables are what they say, on every machine. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterEach, describe, expect, test } from 'vitest';
import { withExtension } from '../../../src/engine/collection/extensions/facts.ts';
import { DATE_SOURCE, dateSourceOf } from '../../../src/engine/collection/types.ts';
import { encodeNpyHeader, encodeNpyRows } from '../../../src/engine/formats/npy.ts';
import { DEFAULT_MODEL } from '../../../src/engine/model/model.ts';
import { exportVectors } from '../../../src/platform/exchange/export-vectors.node.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';
import { rewriteItems } from '../fixtures/testing.ts';
import { asExported, drawing, openCollection, temporaryFolder, workplace } from '../testing.ts';
import { createVectorImporter } from './import-vectors.ts';

type SchemaElement = NonNullable<Parameters<typeof parquetWriteBuffer>[0]['schema']>[number];

const DIM = 256;
const LOCAL = '2011-11-11T11:11:11';
const ZONES: readonly [zone: string, offset: number][] = [
  ['UTC', 0],
  ['Asia/Tokyo', -540],
  ['America/New_York', 300],
];
const zone = process.env.TZ;

function moveTo([name, offset]: readonly [string, number]): void {
  process.env.TZ = name;
  expect(new Date(2011, 10, 11).getTimezoneOffset()).toBe(offset);
}
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

/** Import vectors with a table. @returns dates of the items */
async function importDates(table: string, content: string | Uint8Array, rows: number) {
  const folder = await temporaryFolder();
  const values = Float32Array.from({ length: rows * DIM }, (_, i) => (i % DIM === Math.floor(i / DIM) ? 1 : 0.01));
  const array = Buffer.concat([encodeNpyHeader({ dtype: 'f4', rows, dim: DIM }), encodeNpyRows(values, 'f4')]);
  await writeFile(join(folder, 'a.npy'), array);
  await writeFile(join(folder, table), content);
  const out = join(folder, 'site/collections/given');
  await importFrom(join(folder, 'a.npy'), out, join(folder, table));
  return (await (await openCollection(out)).allItems()).map(({ date }) => date);
}

async function importFrom(from: string, out: string, metadata?: string): Promise<void> {
  const importer = await createVectorImporter({
    ...{ from, out, modelsFolder: MODELS_FOLDER, modelId: DEFAULT_MODEL, index: 'exact', encoding: 'f32' },
    ...{ hnsw: { M: 8, efConstruction: 50, efSearch: 50 }, ...(metadata !== undefined && { metadata }) },
  });
  await importer.run(new AbortController().signal, () => {});
}

describe.each(ZONES)('in %s', (...place) => {
  test.each(['parquet', 'jsonl'] as const)(
    'exported as %s and imported again, items are the same',
    async (metadata) => {
      const { pictures, out, build, items } = await workplace();
      const dates = [
        ...[LOCAL, `${LOCAL}+05:30`, `${LOCAL}Z`, `${LOCAL}-00:00`, `${LOCAL}.250`, '2011-03-13T02:30:00'],
        ...['1865-04-10T12:00:00', '1947-05-04T00:00:00', '2099-12-31T23:59:59+14:00', null],
      ];
      for (const [seed] of dates.entries()) await drawing(seed).toFile(join(pictures, `${seed}.png`));
      await build({ index: 'exact', encoding: 'f32' });
      await rewriteItems(out, (item) => {
        const date = dates[Number.parseInt(item.name, 10)] ?? null;
        const plain = asExported(item);
        return { ...(date === null ? withExtension(plain, DATE_SOURCE, undefined) : plain), date };
      });
      moveTo(place);
      const from = join(await temporaryFolder(), 'exported');
      const { signal } = new AbortController();
      await exportVectors({
        collection: await openCollection(out),
        out: from,
        dtype: 'f4',
        metadata,
        signal,
        onEvent: () => {},
      });
      const again = join(await temporaryFolder(), 'site/collections/again');
      await importFrom(from, again);
      const before = (await items()).map((item) => ({ ...item, thumbnail: null, preview: null }));
      expect(before.map(({ date }) => date)).toEqual(dates);
      const after = await (await openCollection(again)).allItems();
      const inOrder = (all: readonly { readonly name: string }[]) =>
        [...all].sort((a, b) => (a.name < b.name ? -1 : 1));
      expect(inOrder(after)).toEqual(inOrder(before));
    },
  );

  test('text, numbers and the column types of Parquet', async () => {
    moveTo(place);
    const texts = [
      '2011-11-11 11:11:11',
      '2011:11:11 11:11:11',
      '1321009871',
      '1321009871000',
      '2011-11-11',
      '2011-02-30',
    ];
    const read = [LOCAL, LOCAL, `${LOCAL}Z`, `${LOCAL}Z`, '2011-11-11T00:00:00', null];
    const csv = ['date,name', ...texts.map((text, i) => `${text},${i}.jpg`)].join('\n');
    expect(await importDates('a.csv', csv, texts.length)).toEqual(read);
    const lines = [...texts, 1321009871, 1321009871000, null, 'NaT'].map((date) => JSON.stringify({ date }));
    const dates = await importDates('a.jsonl', lines.join('\n'), lines.length);
    expect(dates).toEqual([...read, `${LOCAL}Z`, `${LOCAL}Z`, null, null]);

    for (const unit of ['MILLIS', 'MICROS', 'NANOS'] as const) {
      for (const isAdjustedToUTC of [true, false]) {
        const logical_type = { type: 'TIMESTAMP', isAdjustedToUTC, unit } as const;
        const one = await parquetDate({ name: 'date', type: 'INT64', logical_type }, 1321009871n * UNITS[unit]);
        expect(one, JSON.stringify(logical_type)).toBe(isAdjustedToUTC ? `${LOCAL}Z` : LOCAL);
      }
    }
    const converted_type = 'TIMESTAMP_MILLIS';
    expect(await parquetDate({ name: 'date', type: 'INT64', converted_type }, 1321009871000n)).toBe(`${LOCAL}Z`);
    const day = { name: 'date', type: 'INT32', converted_type: 'DATE' } as const;
    expect(await parquetDate(day, 15289)).toBe('2011-11-11T00:00:00');
    expect(await parquetDate({ name: 'date', type: 'INT32', logical_type: { type: 'DATE' } }, 15289)).toBe(
      '2011-11-11T00:00:00',
    );
    expect(await parquetDate({ name: 'date', type: 'INT64' }, 1321009871n)).toBe(`${LOCAL}Z`);
    expect(await parquetDate({ name: 'date', type: 'DOUBLE' }, 1321009871.5)).toBe(`${LOCAL}Z`);
    expect(await parquetDate({ name: 'date', type: 'BYTE_ARRAY', converted_type: 'UTF8' }, '2011:11:11 11:11:11')).toBe(
      LOCAL,
    );
  });
});

const UNITS = { MILLIS: 1000n, MICROS: 1000_000n, NANOS: 1000_000_000n };

async function parquetDate(element: SchemaElement, value: unknown) {
  const schema = [
    { name: 'root', num_children: 1 },
    { ...element, repetition_type: 'REQUIRED' as const },
  ];
  const data = element.type === 'INT64' ? BigInt64Array.of(value as bigint) : [value];
  const buffer = parquetWriteBuffer({ schema, columnData: [{ name: 'date', data: data as unknown[] }] });
  const [date] = await importDates('a.parquet', new Uint8Array(buffer), 1);
  return date;
}

test('where a date was read is exported; of a table without that column nothing is said', async () => {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'metadata'));
  const line = (more: object) => JSON.stringify({ date: LOCAL, ...more });
  const lines = [{ date_source: 'exif-gps' }, { date_source: 'hearsay' }, { date_source: 7 }, {}].map(line);
  const values = Float32Array.from({ length: 4 * DIM }, (_, i) => i + 1);
  const array = Buffer.concat([encodeNpyHeader({ dtype: 'f4', rows: 4, dim: DIM }), encodeNpyRows(values, 'f4')]);
  await writeFile(join(folder, 'a.npy'), array);
  await writeFile(join(folder, 'a.jsonl'), lines.join('\n'));
  const out = join(folder, 'site/collections/given');
  await importFrom(join(folder, 'a.npy'), out, join(folder, 'a.jsonl'));
  const items = await (await openCollection(out)).allItems();
  expect(items.map(dateSourceOf)).toEqual(['exif-gps', undefined, undefined, undefined]);
  expect(items[3]).not.toHaveProperty('extensions');
});
