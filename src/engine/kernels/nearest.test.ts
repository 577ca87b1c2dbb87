import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { difference, LIST, SCORES, wasm } from './testing.ts';

const expectSame = (...args: Parameters<typeof difference>) => expect(difference(...args)).toBeUndefined();

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

  test('may be as far as a code can be', () => {
    expectSame(
      (buffer) => place(buffer, Array(20).fill(65_408)),
      (kernels) => kernels.collectNearest(SCORES, 20, 65_408, 11, LIST),
    );
  });
});
