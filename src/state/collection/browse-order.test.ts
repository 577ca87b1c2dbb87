import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createBrowseOrder, createLiveOrder } from './browse-order.ts';

const totals = fc.oneof(fc.integer({ min: 0, max: 400 }), fc.integer({ min: 400, max: 3000 }), fc.constant(100_001));

it('shows every picture once, and knows where', () => {
  fc.assert(
    fc.property(totals, (total) => {
      const { rowAt, cellOf } = createBrowseOrder(total);
      const rows = Array.from({ length: total }, (_, cell) => rowAt(cell));
      expect(new Set(rows).size).toBe(total);
      expect(rows.every((row) => row >= 0 && row < total)).toBe(true);
      expect(rows.every((row, cell) => cellOf(row) === cell)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

it('begins with pictures from all over, no two of them near each other', () => {
  const { rowAt } = createBrowseOrder(1594);
  const first = Array.from({ length: 40 }, (_, cell) => rowAt(cell));
  expect(Math.min(...first.slice(1).map((row, i) => Math.abs(row - (first[i] ?? 0))))).toBeGreaterThan(400);
  expect([Math.min(...first), Math.max(...first)]).toEqual([0, expect.any(Number)]);
  expect(Math.max(...first)).toBeGreaterThan(1400);
});

it('keeps the order of the others, and of few pictures or very many', () => {
  const others = Array.from({ length: 100 }, (_, i) => createBrowseOrder(1594).rowAt(72 + i));
  expect(others).toEqual([...others].sort((a, b) => a - b));
  for (const total of [0, 1, 7, 31, 100_001]) expect(createBrowseOrder(total).rowAt(3)).toBe(3);
});

it('live pictures are shown in the order in which they came', () => {
  const plain = createLiveOrder(undefined);
  expect([plain.rowAt(7), plain.cellOf(7)]).toEqual([7, 7]);
  const order = createLiveOrder(Uint32Array.of(4, 0, 2));
  expect([0, 1, 2, 3].map(order.rowAt)).toEqual([4, 0, 2, -1]);
  expect([4, 0, 2, 1].map(order.cellOf)).toEqual([0, 1, 2, -1]);
});
