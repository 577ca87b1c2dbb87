import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBfloat16 } from '../../numeric/bfloat16.ts';
import { dot } from '../../numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../numeric/testing-vectors.ts';
import { weightAlong } from './balance.ts';
import { chooseCentre, createMean, dequantise, GROUPS, groupOf, quantise } from './quantise.ts';
import { leastScale } from './scales.ts';

const value = fc.oneof(fc.float({ min: -1, max: 1, noNaN: true }), fc.constantFrom(0, 1, -1, 1e-3, 1e-8, 1e-38));

/** Rows × dim values and a centre, which need not be their mean. */
const someRows = fc.integer({ min: 1, max: 40 }).chain((dim) =>
  fc.record({
    dim: fc.constant(dim),
    centre: fc.array(value, { minLength: dim, maxLength: dim }).map((values) => Float32Array.from(values)),
    rows: fc.array(fc.array(value, { minLength: dim, maxLength: dim }), { maxLength: 6 }),
    /** From rows that are all but equal to rows far from the centre. */
    spread: fc.constantFrom(1, 0.01, 1e-4, 1e-7),
  }),
);

test('what was dequantised gives the same bytes again', () => {
  fc.assert(
    fc.property(someRows, ({ dim, centre, rows, spread }) => {
      const vectors = Float32Array.from(rows.flatMap((row) => row.map((v, i) => (centre[i] as number) + spread * v)));
      const once = quantise(vectors, dim, centre);
      const twice = quantise(dequantise(once, dim, centre), dim, centre);
      expect(twice).toEqual(once);
    }),
    { numRuns: 2000 },
  );
});

test('nothing is balanced then, even where all that float32 rounds off points the same way', () => {
  const dim = 64;
  const centre = new Float32Array(dim).fill(3);
  // 2^-18 and a 128th: by code 83 the sum is 3/8 of its last bit too large for a float32, which is 3/128 of a step.
  const scales = new Uint16Array(GROUPS).fill(0x3681);
  const codes = Int8Array.from({ length: dim }, (_, i) => (i < 16 && i % 2 === 0 ? 127 : 83));
  expect(quantise(dequantise({ codes, scales }, dim, centre), dim, centre)).toEqual({ codes, scales });
});

test('and so it is with embeddings, whose scales are those that lose least: about an eighth less than by the least', () => {
  const dim = 512;
  const vectors = flatten(clusteredVectors(200, dim), dim);
  const centre = chooseCentre(vectors, dim);
  const once = quantise(vectors, dim, centre);
  expect(quantise(dequantise(once, dim, centre), dim, centre)).toEqual(once);
  const lost = (scales: Uint16Array) =>
    lossesOf(vectors, dim, centre, nearestCodes(vectors, dim, centre, scales), scales).reduce(
      (a, { all }) => a + all,
      0,
    );
  expect(lost(once.scales)).toBeLessThan(0.9 * lost(leastScales(vectors, dim, centre)));
});

/** Of each row and group, the scale by which its largest number comes to 127. */
function leastScales(vectors: Float32Array, dim: number, centre: Float32Array): Uint16Array {
  const largest = new Float64Array((vectors.length / dim) * GROUPS);
  for (const [i, value] of vectors.entries()) {
    const at = Math.floor(i / dim) * GROUPS + groupOf(i % dim);
    largest[at] = Math.max(largest[at] as number, Math.abs(value - (centre[i % dim] as number)));
  }
  return Uint16Array.from(largest, leastScale);
}

test('no value is off by more than about a step', () => {
  fc.assert(
    fc.property(someRows, ({ dim, centre, rows }) => {
      const vectors = Float32Array.from(rows.flat());
      const quantised = quantise(vectors, dim, centre);
      const back = dequantise(quantised, dim, centre);
      expect(quantised.codes.every((code) => code >= -127)).toBe(true);
      for (let i = 0; i < vectors.length; i++) {
        const error = Math.abs((vectors[i] as number) - (back[i] as number));
        expect(error).toBeLessThanOrEqual(1.01 * stepAt(quantised.scales, dim, i) + 1e-6);
      }
    }),
  );
});

/** The scale of value `i` of rows × dim. */
function stepAt(scales: Uint16Array, dim: number, i: number): number {
  const at = Math.floor(i / dim) * GROUPS + groupOf(i % dim);
  return decodeBfloat16(scales.subarray(at, at + 1))[0] as number;
}

/** The codes of the same vectors, each rounded to the nearest. */
function nearestCodes(vectors: Float32Array, dim: number, centre: Float32Array, scales: Uint16Array): Int8Array {
  return Int8Array.from(vectors, (value, i) => {
    const steps = (value - (centre[i % dim] as number)) / stepAt(scales, dim, i);
    return Math.max(-127, Math.min(127, Math.round(steps)));
  });
}

/** Of each row: the square of its error, and that of the error's product with the row. */
function lossesOf(vectors: Float32Array, dim: number, centre: Float32Array, codes: Int8Array, scales: Uint16Array) {
  return Array.from({ length: vectors.length / dim }, (_, row) => {
    let [all, along] = [0, 0];
    for (let i = 0; i < dim; i++) {
      const at = row * dim + i;
      const lost = (vectors[at] as number) - (centre[i] as number) - stepAt(scales, dim, at) * (codes[at] as number);
      all += lost ** 2;
      along += lost * (vectors[at] as number);
    }
    return { all, along: along ** 2 };
  });
}

test('what a row loses, most of all along itself, is never more than by rounding to the nearest', () => {
  fc.assert(
    fc.property(someRows, ({ dim, centre, rows, spread }) => {
      const vectors = Float32Array.from(rows.flatMap((row) => row.map((v, i) => (centre[i] as number) + spread * v)));
      const { codes, scales } = quantise(vectors, dim, centre);
      const nearest = lossesOf(vectors, dim, centre, nearestCodes(vectors, dim, centre, scales), scales);
      for (const [row, { all, along }] of lossesOf(vectors, dim, centre, codes, scales).entries()) {
        const bound = nearest[row] as { all: number; along: number };
        expect(all + weightAlong(dim) * along).toBeLessThanOrEqual(
          (bound.all + weightAlong(dim) * bound.along) * (1 + 1e-9) + 1e-18,
        );
      }
    }),
  );
});

test('next to nothing is lost along a row, and hardly more than by rounding in all', () => {
  const dim = 256;
  const vectors = flatten(clusteredVectors(200, dim), dim).map((value, i) => value + Math.sin(i % dim) / 10);
  const centre = chooseCentre(vectors, dim);
  const { codes, scales } = quantise(vectors, dim, centre);
  const sumOf = (of: Int8Array) =>
    lossesOf(vectors, dim, centre, of, scales).reduce((a, b) => ({ all: a.all + b.all, along: a.along + b.along }));
  const [ours, nearest] = [sumOf(codes), sumOf(nearestCodes(vectors, dim, centre, scales))];
  expect(ours.along).toBeLessThan(0.05 * nearest.along);
  expect(ours.all).toBeLessThan(1.02 * nearest.all);
});

test('a row has the same bytes whatever it comes with', () => {
  const dim = 64;
  const vectors = flatten(clusteredVectors(50, dim), dim);
  const centre = chooseCentre(vectors, dim);
  const { codes, scales } = quantise(vectors, dim, centre);
  for (const row of [0, 17, 49]) {
    const alone = quantise(vectors.subarray(row * dim, (row + 1) * dim), dim, centre);
    expect(alone.codes).toEqual(codes.slice(row * dim, (row + 1) * dim));
    expect(alone.scales).toEqual(scales.slice(row * GROUPS, (row + 1) * GROUPS));
  }
});

test('each group has a scale of its own: what is small beside large numbers loses little', () => {
  const dim = 32;
  const sizes = Array.from({ length: dim }, (_, i) => ([6, 7, 22, 23].includes(i) ? 1 : 1e-3));
  const row = Float32Array.from(sizes, (size, i) => size * Math.sin(i + 1));
  const back = dequantise(quantise(row, dim, new Float32Array(dim)), dim, new Float32Array(dim));
  for (const [i, size] of sizes.entries()) {
    expect(Math.abs((row[i] as number) - (back[i] as number))).toBeLessThan(size / 127);
  }
});

test('similarities of embeddings hardly change', () => {
  const dim = 256;
  const vectors = clusteredVectors(200, dim);
  const flat = flatten(vectors, dim);
  const centre = chooseCentre(flat, dim);
  const back = dequantise(quantise(flat, dim, centre), dim, centre);
  for (const query of clusteredVectors(20, dim, 2)) {
    for (let row = 0; row < vectors.length; row++) {
      const similarity = dot(query, back.subarray(row * dim, (row + 1) * dim));
      expect(similarity).toBeCloseTo(dot(query, flat.subarray(row * dim, (row + 1) * dim)), 2);
    }
  }
});

test('the centre is the mean, in one go or in parts, and the variance is told of what lies around it', () => {
  const vectors = Float32Array.from([1, 2, 3, 4, 5, 9]);
  expect([...chooseCentre(vectors, 2)]).toEqual([3, 5]);
  const mean = createMean(2);
  mean.add(vectors.subarray(0, 2));
  mean.add(vectors.subarray(2));
  expect([...mean.mean()]).toEqual([3, 5]);
  expect(mean.variance()).toBeCloseTo((13 + 1 + 20) / 3, 6);
  expect([...chooseCentre(new Float32Array(0), 3)]).toEqual([0, 0, 0]);
  expect(createMean(3).variance()).toBe(0);
});

test('rows that equal the centre are the centre', () => {
  const centre = Float32Array.from([0.5, -0.25]);
  const quantised = quantise(Float32Array.from([0.5, -0.25]), 2, centre);
  expect([...quantised.codes]).toEqual([0, 0]);
  expect(dequantise(quantised, 2, centre)).toEqual(centre);
});

test('refuses what does not fit together', () => {
  const mismatch = expect.objectContaining({ code: 'dimension-mismatch' });
  const centre = new Float32Array(4);
  expect(() => chooseCentre(new Float32Array(5), 4)).toThrow(mismatch);
  expect(() => quantise(new Float32Array(5), 4, centre)).toThrow(mismatch);
  expect(() => quantise(new Float32Array(8), 4, new Float32Array(3))).toThrow(mismatch);
  const quantised = quantise(new Float32Array(8), 4, centre);
  expect(() => dequantise(quantised, 4, new Float32Array(3))).toThrow(mismatch);
  expect(() => dequantise({ ...quantised, scales: new Uint16Array(GROUPS) }, 4, centre)).toThrow(mismatch);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %s', (bad) => {
  const vectors = Float32Array.from([0, 1, bad, 0]);
  expect(() => quantise(vectors, 4, new Float32Array(4))).toThrow(
    expect.objectContaining({ code: 'embedding-invalid' }),
  );
});
