import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createTestItems } from '../collection/items/testing-items.ts';
import type { Item } from '../collection/types.ts';
import { createBitset, setBit } from '../index/bitset.ts';
import { shownTime } from '../timeline/timeline.ts';
import { listRows } from './listing.ts';

async function list(items: readonly Partial<Item>[], rows = [...items.keys()], most?: number) {
  const passing = createBitset(items.length);
  for (const row of rows) setBit(passing, row);
  const store = createTestItems(items.length, (row) => items[row] ?? {});
  const { rows: listed, order } = await listRows(passing, store, most);
  return { listed: [...listed], order };
}

test('the newest first, those without a date last, each by name with its numbers in order', async () => {
  const { listed, order } = await list([
    { name: 'img 10.jpg' },
    { name: 'B.jpg', date: '2021-05-01T10:00:00' },
    { name: 'IMG 2.jpg' },
    { name: 'new.jpg', date: '2023-01-01T00:00:00+09:00' },
    { name: 'a.jpg', date: '2021-05-01T10:00:00' },
    { name: 'a.jpg', date: '2021-05-01T10:00:00' },
  ]);
  expect(listed).toEqual([3, 4, 5, 1, 2, 0]);
  expect(order).toBe('newest');
});

test('too many to sort come as the collection has them', async () => {
  const items = [{ name: 'c' }, { name: 'b' }, { name: 'a' }];
  expect(await list(items, [0, 2], 1)).toEqual({ listed: [0, 2], order: 'unsorted' });
  expect(await list(items, [0, 2], 2)).toEqual({ listed: [2, 0], order: 'newest' });
});

test('every row that passes comes once, in an order that dates and names alone decide', async () => {
  const date = fc.option(fc.integer({ min: 0, max: 5 }).map((year) => `202${year}-01-01T00:00:00`));
  const item = fc.record({ name: fc.constantFrom('a1', 'a2', 'a10', 'b'), date });
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(item, fc.boolean()), { maxLength: 40 }), async (all) => {
      const items = all.map(([one]) => one);
      const rows = all.flatMap(([, passes], row) => (passes ? [row] : []));
      const { listed } = await list(items, rows);
      expect([...listed].sort((a, b) => a - b)).toEqual(rows);
      const keys = listed.map((row) => {
        const { name = '', date: at = null } = items[row] ?? {};
        return {
          time: at === null ? Number.NEGATIVE_INFINITY : shownTime(at),
          place: ['a1', 'a2', 'a10', 'b'].indexOf(name),
          row,
        };
      });
      expect(keys).toEqual(
        [...keys].sort((a, b) => (a.time === b.time ? a.place - b.place || a.row - b.row : b.time - a.time)),
      );
    }),
  );
});

test('reads all of many', async () => {
  const { listed } = await list(Array.from({ length: 2300 }, (_, i) => ({ name: `${2299 - i}.png` })));
  expect(listed).toEqual(Array.from({ length: 2300 }, (_, i) => 2299 - i));
});
