import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AfterimageError } from '../../errors.ts';
import { type Embedding, normalise } from '../../numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../numeric/testing-vectors.ts';
import { createBitset, setBit } from '../bitset.ts';
import { createExactIndex } from '../exact/exact-index.ts';
import type { VectorIndex } from '../vector-index.ts';
import { createLiveIndex } from './live-index.ts';

const DIM = 5;

/** Few distinct values, so that ties are common. */
const embedding = fc
  .array(fc.constantFrom(-1, 0, 0.5, 1), { minLength: DIM, maxLength: DIM })
  .filter((values) => values.some((value) => value !== 0))
  .map((values) => normalise(Float32Array.from(values)));

const steps = fc.array(
  fc.oneof(
    fc.record({ add: embedding }),
    fc.record({ remove: fc.oneof(fc.integer({ min: -2, max: 60 }), fc.constantFrom(0.5, Number.NaN)) }),
    fc.record({ absorb: fc.integer({ min: -1, max: 9 }) }),
    fc.record({ search: embedding, k: fc.nat(30), passing: fc.option(fc.uniqueArray(fc.nat(60)), { nil: undefined }) }),
  ),
  { maxLength: 100 },
);

test('answers as the exact index does, however additions, removals, searches and absorbing follow each other', () => {
  fc.assert(
    fc.property(fc.array(embedding, { maxLength: 20 }), steps, (rows, changes) => {
      const truth = createExactIndex(flatten(rows, DIM), DIM);
      const live = createLiveIndex(createExactIndex(flatten(rows, DIM), DIM), rows.length);
      let waiting = 0;
      for (const change of changes) {
        if ('add' in change) {
          expect(live.add(change.add)).toBe(truth.add(change.add));
          waiting++;
        } else if ('remove' in change) {
          live.remove(change.remove);
          truth.remove(change.remove);
        } else if ('absorb' in change) {
          waiting = Math.max(0, waiting - Math.max(0, change.absorb));
          expect(live.absorb(change.absorb)).toBe(waiting);
        } else {
          const filter = change.passing && createBitset(64);
          for (const row of change.passing ?? []) setBit(filter as Uint32Array, row);
          const options = { k: change.k, ...(filter && { filter }) };
          expect(live.search(change.search, options)).toEqual(truth.search(change.search, options));
        }
        expect(live.size).toBe(truth.size);
        expect(live.waiting).toBe(waiting);
      }
    }),
    { numRuns: 500 },
  );
});

const vectors = clusteredVectors(6, DIM);
const [a, b, c] = vectors as [Embedding, Embedding, Embedding];

/** A base that fails when it has taken in `room` rows, having kept the one that was too many. */
function limited(room: number): VectorIndex {
  const base = createExactIndex(new Float32Array(0), DIM);
  return {
    ...base,
    add(vector) {
      const row = base.add(vector);
      if (row >= room) throw new AfterimageError('index-too-large', 'full');
      return row;
    },
  };
}

describe('a base without room', () => {
  test('leaves in the tail what it does not take in', () => {
    const live = createLiveIndex(limited(2), 0);
    for (const vector of vectors) live.add(vector);
    expect(live.absorb(2)).toBe(4);
    const full = expect.objectContaining({ code: 'index-too-large' });
    expect(() => live.absorb(2)).toThrow(full);
    expect(() => live.absorb(1)).toThrow(full);
    live.remove(2);
    live.add(c);
    expect(live.waiting).toBe(5);
    const hits = live.search(a, { k: 10 });
    expect(hits.map(({ row }) => row).sort((x, y) => x - y)).toEqual([0, 1, 3, 4, 5, 6]);
  });

  test('that numbers rows in another way is refused', () => {
    const live = createLiveIndex(createExactIndex(flatten([a, b], DIM), DIM), 7);
    expect(live.add(c)).toBe(7);
    expect(() => live.absorb(1)).toThrow(expect.objectContaining({ code: 'internal' }));
  });
});

test('refuses another dimension', () => {
  const live = createLiveIndex(createExactIndex(flatten([a], DIM), DIM), 1);
  const [other] = clusteredVectors(1, DIM + 1) as [Embedding];
  const mismatch = expect.objectContaining({ code: 'dimension-mismatch' });
  expect(() => live.add(other)).toThrow(mismatch);
  expect(() => live.search(other, { k: 1 })).toThrow(mismatch);
});

test('is empty when disposed of', () => {
  const live = createLiveIndex(createExactIndex(flatten([a], DIM), DIM), 1);
  live.remove(live.add(b));
  live.dispose();
  expect(live.size).toBe(0);
});
