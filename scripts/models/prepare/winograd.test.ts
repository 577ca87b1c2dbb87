import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LARGEST_TILE, tileLine, winograd } from './winograd.ts';

const number = fc.integer({ min: -100, max: 100 });
const numbers = (count: number) => fc.array(number, { minLength: count, maxLength: count });
const times = (matrix: readonly (readonly number[])[], vector: readonly number[]) =>
  matrix.map((row) => row.reduce((sum, one, i) => sum + one * (vector[i] as number), 0));

test('tiles of every size are filtered with as many products as they have values', () => {
  const tile = fc
    .integer({ min: 1, max: LARGEST_TILE })
    .chain((m) => fc.tuple(fc.constant(m), numbers(m + 2), numbers(3)));
  fc.assert(
    fc.property(tile, ([m, values, taps]) => {
      const { n, input, filter, output } = winograd(m, 3);
      expect([n, input.length, filter.length, output.length]).toEqual([m + 2, m + 2, m + 2, m]);
      const products = times(input, values).map((value, i) => value * (times(filter, taps)[i] as number));
      const expected = output.map((_, i) => taps.reduce((sum, tap, k) => sum + tap * (values[i + k] as number), 0));
      for (const [i, value] of times(output, products).entries()) expect(value).toBeCloseTo(expected[i] as number, 6);
    }),
  );
});

test('a line of any length is taken into tiles and back, with zeros around it', () => {
  const line = fc
    .tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 2, max: LARGEST_TILE }))
    .chain(([length, m]) => fc.tuple(fc.constant(m), numbers(length), numbers(3)));
  fc.assert(
    fc.property(line, ([m, values, taps]) => {
      const { tiles, n, into, back } = tileLine(values.length, m);
      const rows = (matrix: readonly number[], width: number) =>
        Array.from({ length: matrix.length / width }, (_, i) => matrix.slice(i * width, (i + 1) * width));
      const weights = times(winograd(m, 3).filter, taps);
      const products = times(rows(into, values.length), values).map(
        (value, i) => value * (weights[Math.floor(i / tiles)] as number),
      );
      const byTile = Array.from(
        { length: n * tiles },
        (_, i) => products[(i % n) * tiles + Math.floor(i / n)] as number,
      );
      const expected = values.map((_, i) => taps.reduce((sum, tap, k) => sum + tap * (values[i + k - 1] ?? 0), 0));
      const filtered = times(rows(back, n * tiles), byTile);
      expect(filtered).toHaveLength(values.length);
      for (const [i, value] of filtered.entries()) expect(value).toBeCloseTo(expected[i] as number, 6);
    }),
  );
});
