import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTestItems, testItem } from '../collection/items/testing-items.ts';
import type { Item } from '../collection/types.ts';
import { countBits, hasBit } from '../index/bitset.ts';
import { createTest, filterRows } from './filter-rows.ts';
import type { Filter, FilterField } from './query.ts';

const photo = testItem(0, {
  name: '2023/Holiday/Beach at Cádiz.JPG',
  title: 'A dog on the sand',
  width: 4000,
  height: 3000,
  date: '2023-08-05T23:30:00+02:00',
  extensions: { camera: 'Canon EOS R5', place: [52.52, 13.405] },
});
const bare = testItem(1, { name: 'imported' });

const passes = (field: FilterField, value: string, item: Item) => createTest([{ field, value }])(item);

test.each<[FilterField, readonly string[], readonly string[]]>([
  ['type', ['jpg', 'jpeg'], ['png', 'j']],
  ['folder', ['holiday', '2023', '2023/holiday', '/2023/', 'HOLIDAY'], ['holi', 'beach', '023', 'holiday/2023']],
  [
    'near',
    ['52.52,13.4', '52.6,13.4', '52.52,13.405,0.1km', '48.8566,2.3522,900km'],
    ['52.7,13.4', '52.6,13.4,5km', '0,0'],
  ],
  ['camera', ['canon', 'EOS r5', 'Canon EOS R5'], ['nikon', 'canon r5']],
  ['name', ['beach', 'cádiz', 'Ca\u0301diz', '.jpg', 'DOG'], ['holiday', 'cat']],
  ['after', ['2023', '2023-08', '2023-08-05', '2022-12-31', '0001'], ['2023-08-06', '2023-09', '2024']],
  ['before', ['2024', '2023-09', '2023-08-06', '9999'], ['2023', '2023-08', '2023-08-05']],
  ['width', ['4000-', '4000-4000', '-4000', '0-5000', '3999-4001'], ['4001-', '-3999', '0-100']],
  ['height', ['3000-', '-3000'], ['3001-', '-2999']],
])('%s', (field, right, wrong) => {
  for (const value of right) expect(passes(field, value, photo), value).toBe(true);
  for (const value of wrong) expect(passes(field, value, photo), value).toBe(false);
  for (const value of right) expect(passes(field, value, bare), `${value}, of which nothing is known`).toBe(false);
});

test('rating is by what has been judged, and by nothing where nothing has', () => {
  const judgements = new Map([
    [photo.id, 'up'],
    ['other', 'down'],
  ] as const);
  const rated = (value: string, item: Item, context = { judgements }) =>
    createTest([{ field: 'rating', value }], context)(item);
  expect(['up', 'down', 'none'].map((value) => rated(value, photo))).toEqual([true, false, false]);
  expect(['up', 'down', 'none'].map((value) => rated(value, bare))).toEqual([false, false, true]);
  expect(passes('rating', 'up', photo)).toBe(false);
  expect(passes('rating', 'none', photo)).toBe(true);
});

test('in is the collection, whatever the picture', () => {
  const isIn = (...names: string[]) =>
    createTest(
      names.map((value) => ({ field: 'in', value })),
      { collection: 'demo' },
    )(bare);
  expect(isIn('demo')).toBe(true);
  expect(isIn('other', 'demo')).toBe(true);
  expect(isIn('other')).toBe(false);
});

test('what has no place is near none', () => {
  expect(passes('near', '52.52,13.405,20000km', testItem(2, { extensions: { place: [1e9, 0] } }))).toBe(false);
  expect(passes('near', '0,0.1', testItem(2))).toBe(false);
});

test('what a file says of its camera is no text where it is none', () => {
  const odd = testItem(2, { extensions: { camera: { make: 'Canon' } } });
  expect(passes('camera', 'Canon', odd)).toBe(false);
});

test('of several values for a field one is enough, and every field has to pass', () => {
  const filters = (...all: [FilterField, string][]) => createTest(all.map(([field, value]) => ({ field, value })));
  expect(filters(['type', 'png'], ['type', 'jpg'])(photo)).toBe(true);
  expect(filters(['type', 'jpg'], ['after', '2023'], ['before', '2024'])(photo)).toBe(true);
  expect(filters(['type', 'jpg'], ['after', '2024'])(photo)).toBe(false);
  expect(filters()(bare)).toBe(true);
});

test('marks the rows that pass, in collections of any size', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(2500), fc.integer({ min: 1, max: 9 }), async (count, step) => {
      const items = createTestItems(count, (row) => ({ name: row % step === 0 ? `${row}.gif` : `${row}.png` }));
      const passing = await filterRows([{ field: 'type', value: 'gif' }], items);
      expect(countBits(passing)).toBe(Math.ceil(count / step));
      for (let row = 0; row < count; row++) expect(hasBit(passing, row)).toBe(row % step === 0);
    }),
    { numRuns: 15 },
  );
});

test('ends when it is aborted, and fails with what reading fails with', async () => {
  const filters: Filter[] = [{ field: 'type', value: 'png' }];
  const stopped = AbortSignal.abort(new Error('stopped'));
  await expect(filterRows(filters, createTestItems(10), { signal: stopped })).rejects.toThrow('stopped');
  const get = async () => Promise.reject(new Error('damaged'));
  await expect(filterRows(filters, { count: 10, get })).rejects.toThrow('damaged');
});
