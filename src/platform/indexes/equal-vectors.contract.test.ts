import { describe, expect, test } from 'vitest';
import { createBitset, hasBit, setBit } from '../../engine/index/bitset.ts';
import type { Embedding } from '../../engine/numeric/embedding.ts';
import { equalSets, tolerantRecall } from './testing-equal.ts';
import { DIM, indexes } from './testing-indexes.ts';

/** Codes of single bits at so few dimensions are rough, and equal vectors all have the same place among their candidates. */
const leastOf = (name: string) => (name.includes('single bits') ? 0.95 : 0.98);
const sets = equalSets(DIM, 0.1);

describe.each(indexes)('%s', (name, create) => {
  const LEAST = leastOf(name);

  test.each(sets)('finds what is near among equal vectors: $name', async ({ vectors, queries }) => {
    const index = await create(vectors);
    const find = (query: Embedding) => {
      const hits = index.search(query, { k: 200 });
      expect(hits).toHaveLength(Math.min(200, vectors.length));
      expect(new Set(hits.map(({ row }) => row)).size).toBe(hits.length);
      return hits.map(({ row }) => row);
    };
    expect(tolerantRecall({ vectors, queries }, find)).toBeGreaterThanOrEqual(LEAST);
    index.dispose();
  });

  test('removals take no others along, of whichever of the equal ones', async () => {
    const { vectors, queries } = sets[0] as (typeof sets)[number];
    const index = await create(vectors);
    const isThere = (row: number) => row % 3 !== 0;
    for (let row = 0; row < vectors.length; row += 3) index.remove(row);
    expect(index.size).toBe(vectors.filter((_, row) => isThere(row)).length);
    const find = (query: Embedding) => {
      const rows = index.search(query, { k: 200 }).map(({ row }) => row);
      expect(rows.filter((row) => !isThere(row))).toEqual([]);
      return rows;
    };
    expect(tolerantRecall({ vectors, queries }, find, isThere)).toBeGreaterThanOrEqual(LEAST);
    for (let row = 0; row < vectors.length; row++) if (row % 50 !== 1) index.remove(row);
    const left = (row: number) => row % 50 === 1 && isThere(row);
    const rest = (query: Embedding) => index.search(query, { k: 200 }).map(({ row }) => row);
    expect(tolerantRecall({ vectors, queries }, rest, left)).toBeGreaterThanOrEqual(LEAST);
    index.dispose();
  });

  test('a filter finds those of the equal ones that pass', async () => {
    const { vectors, queries } = sets[2] as (typeof sets)[number];
    const index = await create(vectors);
    const filter = createBitset(vectors.length);
    for (let row = 5; row < vectors.length; row += 7) setBit(filter, row);
    const find = (query: Embedding) => {
      const rows = index.search(query, { k: 200, filter }).map(({ row }) => row);
      expect(rows.every((row) => hasBit(filter, row))).toBe(true);
      return rows;
    };
    expect(tolerantRecall({ vectors, queries }, find, (row) => hasBit(filter, row))).toBeGreaterThanOrEqual(LEAST);
    index.dispose();
  });

  test('equal ones that are added to others are found, and take no others along', async () => {
    const { vectors, queries } = sets[0] as (typeof sets)[number];
    const half = Math.floor(vectors.length / 2);
    const index = await create(vectors.slice(0, half));
    for (const vector of vectors.slice(half)) index.add(vector);
    const find = (query: Embedding) => index.search(query, { k: 200 }).map(({ row }) => row);
    expect(tolerantRecall({ vectors, queries }, find)).toBeGreaterThanOrEqual(LEAST);
    index.dispose();
  });
});
