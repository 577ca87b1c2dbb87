import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BLOCK_ROWS, type Kernels } from './kernels.ts';
import { createKernels, type KernelHost } from './load.ts';
import { createReferenceKernels } from './reference.ts';

const BYTES = 2 ** 20;
const wasm = createKernels(BYTES);
const reference = createReferenceKernels(createKernels(BYTES).memory);

test('WebAssembly is what runs here', () => {
  expect(wasm.kind).toBe('wasm');
});

/** Fill both memories alike, run both, and compare all of the memory: what must be written, and what must not. */
function expectSame(fill: (buffer: ArrayBuffer) => void, run: (kernels: Kernels) => unknown): void {
  for (const { memory } of [wasm, reference]) {
    new Uint8Array(memory.buffer).fill(0xa5);
    fill(memory.buffer);
  }
  expect(run(wasm)).toEqual(run(reference));
  const [found, expected] = [words(wasm), words(reference)];
  const different = found.findIndex((word, i) => word !== expected[i]);
  expect({ at: different * 4, word: found[different] }).toEqual({ at: different * 4, word: expected[different] });
}

/** A copy of all of the memory; hosts may write NaN with different bits. */
function words({ memory }: Kernels): Uint32Array {
  const copy = memory.buffer.slice(0);
  const floats = new Float32Array(copy);
  const found = new Uint32Array(copy);
  for (let i = 0; i < floats.length; i++) if (Number.isNaN(floats[i])) found[i] = 0x7fc00000;
  return found;
}

const QUERY = 64;
const SCALES = 2 ** 14;
const LIST = 2 ** 15;
const SCORES = 2 ** 16;
const MAXIMA = 2 ** 17;
const ROWS = 2 ** 18;

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
    fc.assert(fc.property(scans(fc.constant(dim), fc.integer({ min: 1, max: 400 })), expectSameScan), { numRuns: 6 });
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

const byte = fc.oneof(fc.constantFrom(0, 255), fc.nat(255));

function expectSameDistances(stride: number, count: number, codes: readonly number[], query: readonly number[]): void {
  expectSame(
    (buffer) => {
      const bytes = new Uint8Array(buffer, ROWS, stride * count);
      for (let i = 0; i < bytes.length; i++) bytes[i] = codes[i % codes.length] as number;
      const bits = new Uint8Array(buffer, QUERY, stride);
      for (let i = 0; i < stride; i++) bits[i] = query[i % query.length] as number;
    },
    (kernels) => {
      kernels.hamming(ROWS, stride, count, QUERY, SCORES);
      forgetRest(kernels, count);
    },
  );
}

/** What lies between the last distance and the next multiple of eight is not defined. */
function forgetRest({ memory }: Kernels, count: number): void {
  new Uint16Array(memory.buffer, SCORES + 2 * count, -count & 7).fill(0);
}

describe('hamming gives the distances of the reference', () => {
  test('for every length and number of codes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }).map((chunks) => chunks * 16),
        fc.integer({ min: 0, max: 70 }),
        fc.array(byte, { minLength: 1, maxLength: 97 }),
        fc.array(byte, { minLength: 1, maxLength: 89 }),
        expectSameDistances,
      ),
      { numRuns: 200 },
    );
  });

  test('where all bits differ', () => {
    for (const stride of [16, 64, 31 * 16, 32 * 16, 62 * 16, 63 * 16, 8176]) expectSameDistances(stride, 5, [255], [0]);
  });

  test('by definition', () => {
    const { buffer } = reference.memory;
    new Uint8Array(buffer, ROWS, 32).fill(0).set([0b1011, 0x80], 16);
    new Uint8Array(buffer, QUERY, 16).fill(0).set([0b0010, 0, 0xff]);
    reference.hamming(ROWS, 16, 2, QUERY, SCORES);
    expect([...new Uint16Array(buffer, SCORES, 2)]).toEqual([9, 11]);
  });
});

describe('the nearest', () => {
  const distances = fc.array(fc.nat(12), { maxLength: 200 });
  const place = (buffer: ArrayBuffer, given: readonly number[]) =>
    new Uint16Array(buffer, SCORES, given.length).set(given);

  test('are counted as by the reference', () => {
    fc.assert(
      fc.property(distances, (given) => {
        expectSame(
          (buffer) => {
            place(buffer, given);
            new Uint32Array(buffer, LIST, 13).fill(0);
          },
          (kernels) => kernels.countDistances(SCORES, given.length, LIST),
        );
        const counts = new Uint32Array(wasm.memory.buffer, LIST, 13);
        expect([...counts]).toEqual([...counts].map((_, distance) => given.filter((d) => d === distance).length));
      }),
    );
  });

  test('are collected as by definition', () => {
    fc.assert(
      fc.property(distances, fc.nat(13), fc.nat(10), (given, limit, equal) => {
        expectSame(
          (buffer) => place(buffer, given),
          (kernels) => kernels.collectNearest(SCORES, given.length, limit, equal, LIST),
        );
        const ties = given.flatMap((distance, i) => (distance === limit ? [i] : [])).slice(0, equal);
        const expected = given.flatMap((distance, i) => (distance < limit || ties.includes(i) ? [i] : []));
        expect([...new Uint32Array(wasm.memory.buffer, LIST, expected.length)]).toEqual(expected);
      }),
    );
  });

  test('are masked as by definition', () => {
    fc.assert(
      fc.property(distances, fc.array(byte, { minLength: 25, maxLength: 25 }), fc.nat(0xffff), (given, bits, value) => {
        expectSame(
          (buffer) => {
            place(buffer, given);
            new Uint8Array(buffer, LIST, 25).set(bits);
          },
          (kernels) => {
            kernels.maskDistances(SCORES, given.length, LIST, value);
            forgetRest(kernels, given.length);
          },
        );
        const expected = given.map((distance, i) => (((bits[i >> 3] ?? 0) >> (i & 7)) & 1 ? distance : value));
        expect([...new Uint16Array(wasm.memory.buffer, SCORES, given.length)]).toEqual(expected);
      }),
    );
  });

  test('may be as far as a code can be', () => {
    expectSame(
      (buffer) => place(buffer, Array(20).fill(65_408)),
      (kernels) => kernels.collectNearest(SCORES, 20, 65_408, 11, LIST),
    );
  });
});

describe('memory', () => {
  test('grows where it is, and keeps what is in it', () => {
    for (const host of [globalThis as unknown as KernelHost, {}]) {
      const { memory } = createKernels(100, host);
      new Uint8Array(memory.buffer)[99] = 7;
      memory.reserve(1_000_000);
      memory.reserve(10);
      expect(memory.buffer.byteLength).toBeGreaterThanOrEqual(1_000_000);
      expect(new Uint8Array(memory.buffer)[99]).toBe(7);
    }
  });

  test('that cannot be had is a coded error', () => {
    const tooLarge = expect.objectContaining({ code: 'index-too-large', message: expect.stringMatching(/\d+ MB/) });
    expect(() => createKernels(2 ** 32 + 1)).toThrow(tooLarge);
    expect(() => createKernels(2 ** 53, {})).toThrow(tooLarge);
    expect(() => wasm.memory.reserve(2 ** 33)).toThrow(tooLarge);
    expect(() => createKernels(8, {}).memory.reserve(2 ** 53)).toThrow(tooLarge);
  });

  test('of a host without SIMD is used by the reference', () => {
    const { WebAssembly } = globalThis as unknown as Required<KernelHost>;
    const old = { WebAssembly: { ...WebAssembly, validate: () => false } };
    expect(createKernels(8, old).kind).toBe('reference');
    expect(createKernels(8, {}).kind).toBe('reference');
  });
});
