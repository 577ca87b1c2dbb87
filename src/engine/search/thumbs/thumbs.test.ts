import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { createBitset, setBit } from '../../index/bitset.ts';
import { normalise } from '../../numeric/embedding.ts';
import { bySimilarity } from '../ranking.ts';
import { type Judged, orderByThumbs } from './order.ts';
import { applyThumbs } from './thumbs.ts';

const found = {
  ranking: bySimilarity(Uint32Array.of(10, 11, 12, 13, 14, 15), Float32Array.of(0.9, 0.8, 0.7, 0.6, 0.5, 0.4)),
  ...{ sure: 2, good: 4 },
};
const liked = (row: number, similarity?: number): Judged => ({ row, isLiked: true, similarity });
const disliked = (row: number): Judged => ({ row, isLiked: false });

describe('the order', () => {
  test('begins with what was liked and ends with what was not; the others stay in theirs', () => {
    const thumbed = orderByThumbs(found, [liked(14), disliked(10), liked(13)]);
    expect([...thumbed.ranking.rows]).toEqual([14, 13, 11, 12, 15, 10]);
    expect([...thumbed.ranking.similarities]).toEqual([...Float32Array.of(0.5, 0.6, 0.8, 0.7, 0.4, 0.9)]);
    expect(thumbed).toMatchObject({ sure: 3, good: 4 });
  });

  test('takes up what was liked further down, and leaves further down what was not', () => {
    const { ranking, sure, good } = orderByThumbs(found, [liked(99, 0.25), disliked(98)]);
    expect([...ranking.rows]).toEqual([99, 10, 11, 12, 13, 14]);
    expect(ranking.similarities[0]).toBe(0.25);
    expect([sure, good]).toEqual([3, 5]);
  });

  test('says nothing of lines where nobody knows them', () => {
    const thumbed = orderByThumbs({ ranking: found.ranking, good: null }, [liked(15)]);
    expect([thumbed.good, thumbed.sure]).toEqual([null, undefined]);
  });

  test('has each row once, scores that descend, and lines within it', () => {
    const judged = fc.uniqueArray(fc.integer({ min: 8, max: 17 }), { maxLength: 6 });
    fc.assert(
      fc.property(judged, fc.infiniteStream(fc.boolean()), (rows, up) => {
        const given = rows.map((row) => ({ row, isLiked: up.next().value ?? true, similarity: 0.1 }));
        const { ranking, sure, good } = orderByThumbs(found, given);
        expect(new Set(ranking.rows).size).toBe(ranking.rows.length);
        expect(ranking.rows.length).toBeGreaterThanOrEqual(6);
        expect([...ranking.scores]).toEqual([...ranking.scores].sort((a, b) => b - a));
        expect(sure).toBeLessThanOrEqual(good ?? 0);
        expect(good).toBeLessThanOrEqual(ranking.rows.length);
      }),
    );
  });
});

describe('thumbs on results', () => {
  const embedding = normalise(Float32Array.of(1, 0));
  const vectorsOf = vi.fn(async (rows: readonly number[]) => rows.map(() => normalise(Float32Array.of(3, 4))));
  const sources = {
    items: { rowOf: async (id: string) => (id === 'gone' ? -1 : Number(id)) },
    vectors: { vectorsOf },
  };
  const asked = { embedding, filter: undefined, liked: new Set<number>() };
  const up = (id: string) => new Map([[id, 'up' as const]]);

  test('need vectors for what was liked further down alone', async () => {
    expect((await applyThumbs(found, up('13'), asked, sources)).ranking.rows[0]).toBe(13);
    expect(vectorsOf).not.toHaveBeenCalled();
    const { ranking } = await applyThumbs(found, up('99'), asked, sources);
    expect(ranking.rows[0]).toBe(99);
    expect(ranking.similarities[0]).toBeCloseTo(0.6, 6);
  });

  test('are none where nothing that may be an answer is judged', async () => {
    const filter = createBitset(100);
    for (const row of [11, 12, 13]) setBit(filter, row);
    expect(await applyThumbs(found, undefined, asked, sources)).toBe(found);
    expect(await applyThumbs(found, up('gone'), asked, sources)).toBe(found);
    expect(await applyThumbs(found, up('10'), { ...asked, filter }, sources)).toBe(found);
    expect(await applyThumbs(found, up('10'), { ...asked, liked: new Set([10]) }, sources)).toBe(found);
  });
});
