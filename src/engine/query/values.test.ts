import { expect, test } from 'vitest';
import { createTestItems } from '../collection/items/testing-items.ts';
import { countBits } from '../index/bitset.ts';
import { filterRows } from './filter-rows.ts';
import type { FilterField } from './query.ts';
import { collectValues, valuesFrom } from './values.ts';

const items = createTestItems(2400, (row) => ({
  name: ['Holiday/Beach day/a.JPG', 'Holiday/b.png', 'c.png', '2019/Mountains/d.jpeg'][row % 4] ?? '',
  date: row % 2 ? '2019-05-01' : `202${row % 3}-01-02T03:04:05`,
  ...(row % 3 === 0 && { extensions: { camera: 'Canon EOS R5' } }),
}));

test('values of a collection are found by their beginnings, those of most pictures first', async () => {
  const values = await collectValues(items);
  const from = (field: FilterField, prefix: string) => valuesFrom(values, field, prefix).map(({ value }) => value);
  expect(valuesFrom(values, 'folder', 'h')).toEqual([
    { value: 'Holiday', count: 1200 },
    { value: 'Holiday/Beach day', count: 600 },
  ]);
  expect(from('folder', 'DAY')).toEqual(['Holiday/Beach day']);
  expect(from('folder', 'moun')).toEqual(['2019/Mountains']);
  expect(from('type', '')).toEqual(['png', 'jpeg', 'jpg']);
  expect(from('camera', 'eos')).toEqual(['Canon EOS R5']);
  expect(from('after', '')).toEqual(['2022', '2021', '2020', '2019']);
  expect(from('before', '202')).toEqual(['2022', '2021', '2020']);
  expect(from('name', '')).toEqual([]);
  expect(from('type', 'x')).toEqual([]);
});

test('a value is of as many pictures as a filter by it finds', async () => {
  const values = await collectValues(items);
  for (const field of ['folder', 'camera'] as const) {
    for (const { value, count } of valuesFrom(values, field, '')) {
      expect(countBits(await filterRows([{ field, value }], items)), value).toBe(count);
    }
  }
});

test('what no filter takes is no value', async () => {
  const odd = createTestItems(2, () => ({ name: `${'x'.repeat(101)}/ a /b`, date: null }));
  expect(valuesFrom(await collectValues(odd), 'folder', '')).toEqual([]);
});
