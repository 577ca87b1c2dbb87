import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFloat16, encodeFloat16 } from '../../numeric/float16.ts';
import { clusteredVectors, flatten } from '../../numeric/testing-vectors.ts';
import { weightAlong } from './balance.ts';
import { toHalves } from './halves.ts';

const value = fc.oneof(
  fc.float({ min: -1, max: 1, noNaN: true }),
  fc.constantFrom(0, -0, 1, -1, 2 ** -14, 2 ** -24, -(2 ** -25), 1e-38),
);
const someRows = fc.integer({ min: 1, max: 40 }).chain((dim) =>
  fc.record({
    dim: fc.constant(dim),
    rows: fc.array(fc.array(value, { minLength: dim, maxLength: dim }), { maxLength: 6 }),
  }),
);

/** What is lost of the row that starts at `from`: along itself and in all, squared. */
function lossOf(vectors: Float32Array, from: number, dim: number, halves: Uint16Array) {
  const back = decodeFloat16(halves);
  let [along, all] = [0, 0];
  for (let i = from; i < from + dim; i++) {
    const error = (vectors[i] as number) - (back[i] as number);
    along += error * (vectors[i] as number);
    all += error ** 2;
  }
  return { along: along ** 2, all };
}

test('what halves stand for gives the same halves again', () => {
  fc.assert(
    fc.property(someRows, ({ dim, rows }) => {
      const halves = toHalves(Float32Array.from(rows.flat()), dim);
      expect(toHalves(decodeFloat16(halves), dim)).toEqual(halves);
    }),
  );
});

test('every number is one of the two halves about it, and no row loses more than by rounding to the nearest', () => {
  fc.assert(
    fc.property(someRows, ({ dim, rows }) => {
      const vectors = Float32Array.from(rows.flat());
      const halves = toHalves(vectors, dim);
      const nearest = encodeFloat16(vectors);
      const back = decodeFloat16(halves);
      for (let i = 0; i < vectors.length; i++) {
        const [given, found] = [vectors[i] as number, back[i] as number];
        const step = Math.max(2 ** -24, Math.abs(given) * 2 ** -10);
        expect(Math.abs(given - found)).toBeLessThanOrEqual(step);
        if (decodeFloat16(nearest.subarray(i, i + 1))[0] === given) expect(found).toBe(given);
      }
      for (let from = 0; from < vectors.length; from += dim) {
        const [ours, plain] = [lossOf(vectors, from, dim, halves), lossOf(vectors, from, dim, nearest)];
        expect(ours.all + weightAlong(dim) * ours.along).toBeLessThanOrEqual(
          (plain.all + weightAlong(dim) * plain.along) * (1 + 1e-9),
        );
      }
    }),
  );
});

test('next to nothing is lost along a row, and hardly more than by rounding in all', () => {
  const dim = 256;
  const vectors = flatten(clusteredVectors(100, dim), dim);
  const sumOf = (halves: Uint16Array) => {
    const total = { along: 0, all: 0 };
    for (let from = 0; from < vectors.length; from += dim) {
      const { along, all } = lossOf(vectors, from, dim, halves);
      total.along += along;
      total.all += all;
    }
    return total;
  };
  const [ours, nearest] = [sumOf(toHalves(vectors, dim)), sumOf(encodeFloat16(vectors))];
  expect(ours.along).toBeLessThan(0.05 * nearest.along);
  expect(ours.all).toBeLessThan(1.05 * nearest.all);
});
