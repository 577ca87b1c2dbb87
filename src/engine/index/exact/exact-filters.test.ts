import { expect, test } from 'vitest';
import type { Embedding } from '../../numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../numeric/testing-vectors.ts';
import { createBitset, setBit } from '../bitset.ts';
import type { VectorIndex } from '../vector-index.ts';
import { withExactFilters } from './exact-filters.ts';
import { createExactIndex, type ExactIndex } from './exact-index.ts';

const DIM = 8;
const [query, extra, ...vectors] = clusteredVectors(40, DIM) as [Embedding, Embedding, ...Embedding[]];

/** Finds the first rows, whatever is asked. */
function graph(): VectorIndex {
  const exact = createExactIndex(flatten(vectors, DIM), DIM);
  return {
    ...exact,
    kind: 'hnsw',
    get size() {
      return exact.size;
    },
    search: (_, { k }) => Array.from({ length: k }, (__, row) => ({ row, similarity: 0 })),
  };
}

function memoised(): () => ExactIndex {
  let made: ExactIndex | undefined;
  return () => (made ??= createExactIndex(flatten(vectors, DIM), DIM));
}

test('the graph answers without a filter, the exact index with one', () => {
  const exact = memoised();
  const index = withExactFilters(graph(), exact);
  const filter = createBitset(64);
  for (const row of [3, 5, 7, 9]) setBit(filter, row);
  expect(index.search(query, { k: 2 })).toEqual(graph().search(query, { k: 2 }));
  expect(index.search(query, { k: 3, filter })).toEqual(exact().search(query, { k: 3, filter }));
  expect([index.kind, index.dim, index.size]).toEqual(['hnsw', DIM, vectors.length]);
});

test('is not made before there is a filter', () => {
  const index = withExactFilters(graph(), () => {
    throw new Error('made');
  });
  expect(index.search(query, { k: 1 })).toHaveLength(1);
  expect(() => index.search(query, { k: 1, filter: createBitset(1) })).toThrow('made');
  index.dispose();
});

test('what is added or removed is so in both', () => {
  const exact = memoised();
  const index = withExactFilters(graph(), exact);
  expect(index.add(extra)).toBe(vectors.length);
  expect([index.size, exact().size]).toEqual([vectors.length + 1, vectors.length + 1]);
  index.remove(4);
  expect([index.size, exact().size]).toEqual([vectors.length, vectors.length]);
  const filter = new Uint32Array(2).fill(0xffffffff);
  const rows = index.search(extra, { k: 100, filter }).map(({ row }) => row);
  expect(rows[0]).toBe(vectors.length);
  expect(rows).not.toContain(4);
  index.dispose();
  expect(exact().size).toBe(0);
});

test('two that number rows differently are refused', () => {
  const other = createExactIndex(new Float32Array(0), DIM);
  const index = withExactFilters(graph(), () => other);
  expect(() => index.add(extra)).toThrow(expect.objectContaining({ code: 'internal' }));
});
