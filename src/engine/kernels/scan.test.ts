import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLOCK_ROWS } from './kernels.ts';
import { difference, LIST, MAXIMA, QUERY, ROWS, reference, SCALES, SCORES } from './test-kernels.ts';

const expectSame = (...args: Parameters<typeof difference>) => expect(difference(...args)).toBeUndefined();

/** Values of few kinds, extremes most of all: what overflows or is cut off shows. */
const extreme = (limit: number) =>
  fc.oneof(fc.constantFrom(-limit, limit, limit, 0, 1, -1), fc.integer({ min: -limit, max: limit }));

interface Scan {
  readonly dim: number;
  readonly count: number;
  readonly list: readonly number[] | undefined;
  readonly values: readonly number[];
  readonly query: readonly number[];
  readonly scales: readonly number[];
  readonly step: number;
  readonly base: number;
}

const scans = (dim: fc.Arbitrary<number>, count: fc.Arbitrary<number>): fc.Arbitrary<Scan> =>
  fc.record({
    dim,
    count,
    list: fc.option(fc.array(fc.nat(1000), { minLength: 1, maxLength: 300 }), { nil: undefined }),
    values: fc.array(extreme(127), { minLength: 1, maxLength: 97 }),
    query: fc.array(extreme(32767), { minLength: 1, maxLength: 89 }),
    scales: fc.array(
      fc.oneof(fc.float({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1e-3, Number.NaN)),
      { minLength: 1, maxLength: 41 }, // coprime with 32, so that blocks differ
    ),
    step: fc.float({ min: 0, max: 1, noNaN: true }),
    base: fc.float({ min: -1, max: 1, noNaN: true }),
  });

function expectSameScan({ dim, count, list, values, query, scales, step, base }: Scan): void {
  const stride = Math.ceil(dim / 16) * 16;
  // What the sums of a query of this dimension may come to without overflow.
  const limit = Math.min(32767, Math.floor((2 ** 31 - 1) / (127 * dim)));
  const positions = list === undefined ? count : list.length;
  expectSame(
    (buffer) => {
      const factors = new Int16Array(buffer, QUERY, stride).fill(0);
      for (let i = 0; i < dim; i++) factors[i] = Math.max(-limit, Math.min(limit, query[i % query.length] as number));
      const rows = new Int8Array(buffer, ROWS, count * stride);
      for (let i = 0; i < rows.length; i++) rows[i] = values[i % values.length] as number;
      const floats = new Float32Array(buffer, SCALES, count);
      for (let i = 0; i < count; i++) floats[i] = scales[i % scales.length] as number;
      new Uint32Array(buffer, LIST, list?.length ?? 0).set((list ?? []).map((row) => row % count));
    },
    (kernels) =>
      kernels.scan(ROWS, SCALES, stride, list && count > 0 ? LIST : 0, positions, QUERY, step, base, SCORES, MAXIMA),
  );
}

describe('scan gives the bits of the reference', () => {
  test('for every dimension', () => {
    for (let dim = 1; dim <= 70; dim++) {
      fc.assert(fc.property(scans(fc.constant(dim), fc.integer({ min: 1, max: 40 })), expectSameScan), { numRuns: 4 });
    }
  });

  test('for every number of rows', () => {
    for (let count = 1; count <= 300; count++) {
      const [sample] = fc.sample(scans(fc.constant(17), fc.constant(count)), { numRuns: 1, seed: count });
      expectSameScan({ ...(sample as Scan), list: undefined });
    }
  });

  test.each([255, 256, 257, 511, 512, 513, 768, 1024])('for dimension %i', (dim) => {
    fc.assert(fc.property(scans(fc.constant(dim), fc.integer({ min: 1, max: 200 })), expectSameScan), { numRuns: 6 });
  });

  test('where everything is as large as it may be', () => {
    for (const dim of [1, 512, 513, 1024]) {
      for (const sign of [1, -1]) {
        const all = { dim, count: 130, list: undefined, scales: [1], step: 1, base: 0 };
        expectSameScan({ ...all, values: [127 * sign], query: [32767] });
      }
    }
  });

  test('of no rows', () => {
    expectSame(
      () => {},
      (kernels) => kernels.scan(ROWS, SCALES, 16, 0, 0, QUERY, 1, 0, SCORES, MAXIMA),
    );
  });
});

test('the reference scores by definition', () => {
  const { buffer } = reference.memory;
  new Int8Array(buffer, ROWS, 32).set([1, -2, 3], 0);
  new Int8Array(buffer, ROWS, 32).set([127, 127, -127], 16);
  new Float32Array(buffer, SCALES, 2).set([0.5, 0.25]);
  new Int16Array(buffer, QUERY, 16).fill(0).set([10, 20, 32767]);
  reference.scan(ROWS, SCALES, 16, 0, 2, QUERY, 2 ** -10, 0.125, SCORES, MAXIMA);
  const dots = [10 - 40 + 3 * 32767, 127 * 30 - 127 * 32767] as const;
  const expected = [0.125 + (dots[0] * 0.5) / 1024, 0.125 + (dots[1] * 0.25) / 1024].map(Math.fround);
  expect([...new Float32Array(buffer, SCORES, 2)]).toEqual(expected);
  expect(new Float32Array(buffer, MAXIMA, 1)[0]).toBe(expected[0]);
  expect(BLOCK_ROWS).toBe(32);
});
