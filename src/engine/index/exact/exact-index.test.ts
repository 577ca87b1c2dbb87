import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dot, type Embedding, normalise } from '../../numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../numeric/testing-vectors.ts';
import { createExactIndex } from './exact-index.ts';

const DIM = 5; // not a multiple of four: the rest of the unrolled loop counts too

/** Few distinct values, so that ties are common. */
const embedding = fc
  .array(fc.constantFrom(-1, 0, 0.5, 1), { minLength: DIM, maxLength: DIM })
  .filter((values) => values.some((value) => value !== 0))
  .map((values) => normalise(Float32Array.from(values)));

const steps = fc.array(
  fc.oneof(fc.record({ add: embedding }), fc.record({ remove: fc.integer({ min: -2, max: 80 }) })),
  { maxLength: 80 },
);

test('ranks what is there by definition, whatever was added and removed', () => {
  fc.assert(
    fc.property(fc.array(embedding, { maxLength: 40 }), steps, embedding, fc.nat(50), (rows, changes, query, k) => {
      const index = createExactIndex(flatten(rows, DIM), DIM);
      const model = new Map<number, Embedding>(rows.entries());
      let next = rows.length;
      for (const change of changes) {
        if ('add' in change) {
          expect(index.add(change.add)).toBe(next);
          model.set(next++, change.add);
        } else {
          index.remove(change.remove);
          model.delete(change.remove);
        }
      }
      const expected = [...model]
        .map(([row, vector]) => ({ row, similarity: Math.fround(unrolled(vector, query)) }))
        .sort((a, b) => b.similarity - a.similarity || a.row - b.row);

      expect(index.size).toBe(model.size);
      expect(index.search(query, { k })).toEqual(expected.slice(0, k));
      const all = index.rankAll(query);
      expect([...all.rows]).toEqual(expected.map(({ row }) => row));
      expect([...all.scores]).toEqual(expected.map(({ similarity }) => similarity + 0));
    }),
  );
});

/** The order in which the index sums; the result differs from `dot` in the last bit. */
function unrolled(vector: Embedding, query: Embedding): number {
  const at = (i: number) => (vector[i] ?? 0) * (query[i] ?? 0);
  const sum = at(0) + at(4) + at(1) + (at(2) + at(3));
  expect(sum).toBeCloseTo(dot(vector, query), 6);
  return sum;
}

test('refuses vectors that are no whole number of rows', () => {
  expect(() => createExactIndex(new Float32Array(11), DIM)).toThrow(
    expect.objectContaining({ code: 'dimension-mismatch' }),
  );
});

test('refuses a query of another dimension', () => {
  const index = createExactIndex(new Float32Array(0), DIM);
  const query = clusteredVectors(1, DIM + 1)[0] as Embedding;
  expect(() => index.rankAll(query)).toThrow(expect.objectContaining({ code: 'dimension-mismatch' }));
  expect(() => index.search(query, { k: 1 })).toThrow(expect.objectContaining({ code: 'dimension-mismatch' }));
  expect(() => index.add(query)).toThrow(expect.objectContaining({ code: 'dimension-mismatch' }));
});

test('does not change the vectors it was given', () => {
  const given = flatten(clusteredVectors(10, DIM), DIM);
  const before = given.slice();
  const index = createExactIndex(given, DIM);
  index.add(clusteredVectors(1, DIM, 2)[0] as Embedding);
  index.remove(3);
  expect(given).toEqual(before);
});

test('is empty when disposed of', () => {
  const index = createExactIndex(flatten(clusteredVectors(10, DIM), DIM), DIM);
  index.dispose();
  expect(index.size).toBe(0);
  expect(index.search(clusteredVectors(1, DIM)[0] as Embedding, { k: 3 })).toEqual([]);
});
