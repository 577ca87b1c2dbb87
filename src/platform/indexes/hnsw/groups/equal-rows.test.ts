import fc from 'fast-check';
import { expect, test } from 'vitest';
import { finish } from '../../../../engine/async/steps.ts';
import { ENCODINGS } from '../../../../engine/collection/types.ts';
import { type StoredVectors, storeVectors, vectorOf } from '../../../../engine/collection/vectors/stored-vectors.ts';
import { clusteredVectors, flatten } from '../../../../engine/numeric/testing-vectors.ts';
import { findEqualRows } from './equal-rows.ts';

const DIM = 7; // no multiple of a word
const distinct = clusteredVectors(12, DIM);

/** By comparing all of them. */
function byHand(vectors: StoredVectors): number[] {
  const texts = Array.from({ length: vectors.count }, (_, row) => vectorOf(vectors, row).join());
  return texts.map((text, row) => (texts.indexOf(text) < row ? texts.indexOf(text) : -1));
}

test.each(ENCODINGS)('%s: each row that is an earlier one is behind the first of those', (encoding) => {
  fc.assert(
    fc.property(fc.array(fc.nat(distinct.length - 1), { minLength: 1, maxLength: 60 }), (choice) => {
      const rows = choice.map((i) => distinct[i] as (typeof distinct)[number]);
      const vectors = storeVectors(flatten(rows, DIM), DIM, encoding);
      expect([...finish(findEqualRows(vectors))]).toEqual(byHand(vectors));
    }),
  );
});

test('a row is compared with one other at most, however many are equal', () => {
  const COUNT = 500;
  const vectors = storeVectors(flatten(Array(COUNT).fill(distinct[0]), DIM), DIM, 'f32');
  let reads = 0;
  const floats = vectors.encoding === 'f32' ? vectors.floats : new Float32Array(0);
  const counted = new Proxy(new Uint16Array(floats.buffer), {
    get(target, key) {
      if (typeof key === 'string' && /^\d+$/.test(key)) reads++;
      return Reflect.get(target, key, target) as unknown;
    },
  });
  const halves = { encoding: 'f16', count: COUNT, dim: DIM, halves: counted } as const;
  finish(findEqualRows(halves));
  expect(reads).toBeGreaterThanOrEqual(COUNT * DIM);
  expect(reads).toBeLessThanOrEqual(3 * COUNT * DIM); // once for its key, twice to compare
});
