import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Kernels } from './kernels.ts';
import { difference, LIST, MAXIMA, QUERY, ROWS, reference, SCORES, wasm } from './test-kernels.ts';

const expectSame = (...args: Parameters<typeof difference>) => expect(difference(...args)).toBeUndefined();

/** Bytes, extremes most of all. */
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

describe('sumPlanes', () => {
  const COUNT = 9;
  const input = fc.record({
    stride: fc.integer({ min: 1, max: 70 }).map((chunks) => chunks * 16),
    list: fc.array(fc.nat(COUNT - 1), { maxLength: 20 }),
    codes: fc.array(byte, { minLength: 1, maxLength: 97 }),
    planes: fc.array(byte, { minLength: 1, maxLength: 89 }),
  });

  test('gives the sums of the reference, for every length', () => {
    fc.assert(
      fc.property(input, ({ stride, list, codes, planes }) => {
        expectSame(
          (buffer) => {
            new Uint32Array(buffer, LIST, list.length).set(list);
            const bytes = new Uint8Array(buffer, ROWS, stride * COUNT);
            for (let i = 0; i < bytes.length; i++) bytes[i] = codes[i % codes.length] as number;
            const digits = new Uint8Array(buffer, SCORES, 8 * stride);
            for (let i = 0; i < digits.length; i++) digits[i] = planes[i % planes.length] as number;
          },
          (kernels) => kernels.sumPlanes(ROWS, stride, LIST, list.length, SCORES, MAXIMA),
        );
      }),
      { numRuns: 300 },
    );
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
