import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellsIn, MOST, STEP_PX, scrollTo, stretchAround } from './window.ts';

const totals = fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 3_000_000 }));

test('a strip has the opened picture in it, with others on both sides, wherever one steps or jumps', () => {
  fc.assert(
    fc.property(totals, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1 }), (total, places) => {
      let stretch = stretchAround(0, total);
      for (const place of places) {
        const cell = Math.floor(place * (total - 1));
        stretch = stretchAround(cell, total, stretch);
        const end = stretch.from + stretch.count;
        expect(stretch.count).toBe(Math.min(total, MOST));
        expect(stretch.from).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(total);
        for (const near of [cell - 5, cell, cell + 5]) {
          if (near >= 0 && near < total) expect(near >= stretch.from && near < end).toBe(true);
        }
        // What shows the same pictures does not move under them.
        expect(stretchAround(cell, total, stretch)).toBe(stretch);
      }
    }),
  );
});

test('a strip of other results is another one', () => {
  const before = stretchAround(500_000, 1_000_000);
  expect(stretchAround(3, 40, before)).toEqual({ from: 0, count: 40 });
  expect(stretchAround(150_000, 200_000, before)).toEqual({ from: 100_000, count: MOST });
});

test('few thumbnails are in the document: those in sight, some beside them, and the one with the keyboard', () => {
  fc.assert(
    fc.property(totals, fc.nat(), fc.nat(), fc.integer({ min: 1, max: 4000 }), (total, at, kept, width) => {
      const stretch = stretchAround(at % total, total);
      const scrolled = scrollTo(at % total, stretch, width);
      const cells = cellsIn(stretch, scrolled, width, kept % total);
      expect(cells).toContain(at % total);
      expect(new Set(cells).size).toBe(cells.length);
      expect([...cells].sort((a, b) => a - b)).toEqual(cells);
      expect(cells.length).toBeLessThanOrEqual(width / STEP_PX + 12);
      const isInStretch = kept % total >= stretch.from && kept % total < stretch.from + stretch.count;
      expect(cells.includes(kept % total)).toBe(isInStretch);
    }),
  );
  expect(cellsIn({ from: 0, count: 9 }, 0, 0, 3)).toEqual([]);
});

test('the opened picture is in the middle, except at the ends', () => {
  const stretch = { from: 100, count: 100 };
  expect(scrollTo(150, stretch, 600)).toBe(50.5 * STEP_PX - 300);
  expect(scrollTo(100, stretch, 600)).toBe(0);
  expect(scrollTo(199, stretch, 600)).toBe(100 * STEP_PX - 600);
  expect(scrollTo(3, { from: 0, count: 4 }, 600)).toBe(0);
});
