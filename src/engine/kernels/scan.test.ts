import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toBfloat16 } from '../numeric/bfloat16.ts';
import { fromFloat16 } from '../numeric/float16.ts';
import { BLOCK_ROWS, HALVES_QUERY_FACTOR } from './kernels.ts';
import { difference, LIST, MAXIMA, QUERY, ROWS, reference, SCALES, SCORES, wasm } from './testing.ts';

const expectSame = (...args: Parameters<typeof difference>) => expect(difference(...args)).toBeUndefined();

/** Values of few kinds, extremes most of all: what overflows or is cut off shows. */
const extreme = (limit: number) =>
  fc.oneof(fc.constantFrom(-limit, limit, limit, 0, 1, -1), fc.integer({ min: -limit, max: limit }));

/** Bits: zeros, subnormal, the smallest normal, one, the largest, and the exponent of infinity and NaN. */
const half = fc
  .oneof(fc.constantFrom(0, 1, 0x3ff, 0x400, 0x3c00, 0x7bff, 0x7c00, 0x7fff), fc.nat(0x7fff))
  .chain((bits) => fc.constantFrom(bits, bits | 0x8000));

/** What `dim` values take in a row, and how they and a query are written. */
interface Kind {
  readonly kernel: 'scan' | 'scanHalves';
  readonly scalesPerRow: number;
  readonly value: fc.Arbitrary<number>;
  readonly factor: fc.Arbitrary<number>;
  stride(dim: number): number;
  writeRows(buffer: ArrayBuffer, bytes: number, values: readonly number[]): void;
  writeQuery(buffer: ArrayBuffer, dim: number, query: readonly number[]): void;
}

const int8: Kind = {
  kernel: 'scan',
  scalesPerRow: 8,
  value: extreme(127),
  factor: extreme(32767),
  stride: (dim) => Math.ceil(dim / 16) * 16,
  writeRows(buffer, bytes, values) {
    const rows = new Int8Array(buffer, ROWS, bytes);
    for (let i = 0; i < rows.length; i++) rows[i] = values[i % values.length] as number;
  },
  writeQuery(buffer, dim, query) {
    // What the sums of a query of this dimension may come to without overflow.
    const limit = Math.min(32767, Math.floor((2 ** 31 - 1) / (127 * dim)));
    const factors = new Int16Array(buffer, QUERY, int8.stride(dim)).fill(0);
    for (let i = 0; i < dim; i++) factors[i] = Math.max(-limit, Math.min(limit, query[i % query.length] as number));
  },
};

const halves: Kind = {
  kernel: 'scanHalves',
  scalesPerRow: 1,
  value: half,
  factor: fc.oneof(
    fc.float({ min: -1, max: 1, noNaN: true }),
    fc.constantFrom(0, -0, 1, -1, 2 ** -126, 2 ** -149, 32767, -32767),
  ),
  stride: (dim) => Math.ceil(dim / 8) * 16,
  writeRows(buffer, bytes, values) {
    const rows = new Uint16Array(buffer, ROWS, bytes / 2);
    for (let i = 0; i < rows.length; i++) rows[i] = values[i % values.length] as number;
  },
  writeQuery(buffer, dim, query) {
    const factors = new Float32Array(buffer, QUERY, halves.stride(dim) / 2).fill(0);
    for (let i = 0; i < dim; i++) factors[placeOf(i)] = (query[i % query.length] as number) * HALVES_QUERY_FACTOR;
  },
};

/** Of value `i` of a query for halves. */
const placeOf = (i: number) => i - (i % 8) + ([0, 4, 1, 5, 2, 6, 3, 7][i % 8] as number);

const bfloat16 = (value: number) => (Number.isNaN(value) ? 0x7fc0 : toBfloat16(value));

interface Sample {
  readonly dim: number;
  readonly count: number;
  readonly list: readonly number[] | undefined;
  readonly values: readonly number[];
  readonly query: readonly number[];
  readonly scales: readonly number[];
  readonly step: number;
  readonly base: number;
}

const samples = (kind: Kind, dim: fc.Arbitrary<number>, count: fc.Arbitrary<number>): fc.Arbitrary<Sample> =>
  fc.record({
    dim,
    count,
    list: fc.option(fc.array(fc.nat(1000), { minLength: 1, maxLength: 300 }), { nil: undefined }),
    values: fc.array(kind.value, { minLength: 1, maxLength: 97 }),
    query: fc.array(kind.factor, { minLength: 1, maxLength: 89 }),
    scales: fc.array(
      fc.oneof(fc.float({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1e-3, Number.NaN)),
      { minLength: 1, maxLength: 41 }, // coprime with 32, so that blocks differ
    ),
    step: fc.float({ min: 0, max: 1, noNaN: true }),
    base: fc.float({ min: -1, max: 1, noNaN: true }),
  });

function expectSameScan(kind: Kind, { dim, count, list, values, query, scales, step, base }: Sample): void {
  const stride = kind.stride(dim);
  const positions = list === undefined ? count : list.length;
  expectSame(
    (buffer) => {
      kind.writeQuery(buffer, dim, query);
      kind.writeRows(buffer, count * stride, values);
      const bits = new Uint16Array(buffer, SCALES, count * kind.scalesPerRow);
      for (let i = 0; i < bits.length; i++) bits[i] = bfloat16(scales[i % scales.length] as number);
      new Uint32Array(buffer, LIST, list?.length ?? 0).set((list ?? []).map((row) => row % count));
    },
    (kernels) => {
      const listed = list === undefined ? 0 : LIST;
      kernels[kind.kernel](ROWS, SCALES, stride, listed, positions, QUERY, step, base, SCORES, MAXIMA);
    },
  );
}

describe.each([int8, halves])('$kernel gives the bits of the reference', (kind) => {
  const check = (sample: Sample) => expectSameScan(kind, sample);

  test('for every dimension', () => {
    for (let dim = 1; dim <= 70; dim++) {
      const some = samples(kind, fc.constant(dim), fc.integer({ min: 1, max: 40 }));
      fc.assert(fc.property(some, check), { numRuns: 4 });
    }
  });

  test('for every number of rows', () => {
    for (let count = 1; count <= 300; count++) {
      const [sample] = fc.sample(samples(kind, fc.constant(17), fc.constant(count)), { numRuns: 1, seed: count });
      check({ ...(sample as Sample), list: undefined });
    }
  });

  test.each([255, 256, 257, 511, 512, 513, 768, 1024])('for dimension %i', (dim) => {
    const some = samples(kind, fc.constant(dim), fc.integer({ min: 1, max: 127 }));
    fc.assert(fc.property(some, check), { numRuns: 6 });
  });

  test('of no rows', () => {
    expectSame(
      () => {},
      (kernels) => kernels[kind.kernel](ROWS, SCALES, 16, 0, 0, QUERY, 1, 0, SCORES, MAXIMA),
    );
  });
});

test('scan gives the bits of the reference where everything is as large as it may be', () => {
  for (const dim of [1, 512, 513, 1024]) {
    for (const sign of [1, -1]) {
      const all = { dim, count: 130, list: undefined, scales: [1], step: 1, base: 0 };
      expectSameScan(int8, { ...all, values: [127 * sign], query: [32767] });
    }
  }
});

test('the reference scores int8 rows by definition', () => {
  const { buffer } = reference.memory;
  const [first, second] = [
    Array.from({ length: 16 }, (_, i) => i - 8),
    Array.from({ length: 16 }, (_, i) => 127 - 9 * i),
  ];
  new Int8Array(buffer, ROWS, 32).set([...first, ...second]);
  // A power of two for each group, so that nothing is rounded.
  const scales = Array.from({ length: 16 }, (_, i) => 2 ** (i % 5));
  new Uint16Array(buffer, SCALES, 16).set(scales.map(toBfloat16));
  const factors = Array.from({ length: 16 }, (_, i) => 100 * i - 700);
  new Int16Array(buffer, QUERY, 16).set(factors);
  reference.scan(ROWS, SCALES, 16, 0, 2, QUERY, 2 ** -10, 0.125, SCORES, MAXIMA);
  const expected = [first, second].map((values, row) => {
    const sum = values.reduce((total, value, i) => {
      return total + value * (factors[i] as number) * (scales[8 * row + Math.floor(i / 2)] as number);
    }, 0);
    return Math.fround(0.125 + sum / 1024);
  });
  expect([...new Float32Array(buffer, SCORES, 2)]).toEqual(expected);
  expect(new Float32Array(buffer, MAXIMA, 1)[0]).toBe(Math.max(...expected));
  expect(BLOCK_ROWS).toBe(32);
});

test('the reference scores halves by definition', () => {
  const finite = half.filter((bits) => (bits & 0x7c00) !== 0x7c00);
  const floats = fc.array(halves.factor, { minLength: 21, maxLength: 21 });
  fc.assert(
    fc.property(fc.array(finite, { minLength: 24, maxLength: 24 }), floats, (values, query) => {
      const { buffer } = reference.memory;
      halves.writeRows(buffer, 48, values);
      halves.writeQuery(buffer, 21, query);
      new Uint16Array(buffer, SCALES, 1)[0] = toBfloat16(0.5);
      reference.scanHalves(ROWS, SCALES, 48, 0, 1, QUERY, 2, 0.25, SCORES, MAXIMA);
      const products = query.map((factor, i) => factor * fromFloat16(values[i] as number));
      const sum = products.reduce((total, product) => total + product, 0);
      const size = products.reduce((total, product) => total + Math.abs(product), 1);
      expect(Math.abs((new Float32Array(buffer, SCORES, 1)[0] as number) - 0.25 - sum)).toBeLessThan(1e-6 * size);
    }),
  );
});

test.each([wasm, reference])(
  '$kind widens every half to what it stands for, in every place',
  ({ memory, scanHalves }) => {
    const rows = 4096;
    halves.writeQuery(memory.buffer, 8, [1]);
    new Uint16Array(memory.buffer, SCALES, rows).fill(toBfloat16(1));
    for (let first = 0; first < 0x10000; first += rows) {
      const values = new Uint16Array(memory.buffer, ROWS, 8 * rows).fill(0);
      for (let row = 0; row < rows; row++) values[8 * row + ((row + (first >> 12)) % 8)] = first + row;
      scanHalves(ROWS, SCALES, 16, 0, rows, QUERY, 1, 0, SCORES, MAXIMA);
      const wanted = Float32Array.from({ length: rows }, (_, row) => numberOf(first + row) + 0);
      expect(new Float32Array(memory.buffer, SCORES, rows)).toEqual(wanted);
    }
  },
);

/** What stands for infinity or NaN is taken for the next larger numbers. */
function numberOf(bits: number): number {
  return (bits & 0x7c00) === 0x7c00 ? 2 * fromFloat16(bits - 0x400) : fromFloat16(bits);
}
