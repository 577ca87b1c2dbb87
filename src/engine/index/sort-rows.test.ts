import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortRows } from './sort-rows.ts';

const scores = fc.array(
  fc.oneof(
    fc.float({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(0, -0, 1, -1, 0.5, Math.fround(1e-40), Math.fround(-1e-40)),
  ),
);

test('descending scores, ties in the order given', () => {
  fc.assert(
    fc.property(scores, (values) => {
      const rows = values.map((_, i) => i * 3);
      const expected = rows.toSorted((a, b) => (values[b / 3] as number) - (values[a / 3] as number) || a - b);
      const sorted = sortRows(Uint32Array.from(rows), Float32Array.from(values));
      expect([...sorted.rows]).toEqual(expected);
      expect(sorted.scores).toEqual(Float32Array.from(expected, (row) => values[row / 3] as number));
    }),
    { examples: [[[]]] },
  );
});
