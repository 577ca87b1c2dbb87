import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createBitset, setBit } from '../../index/bitset.ts';
import { createExactIndex } from '../../index/exact/exact-index.ts';
import { type Embedding, normalise } from '../../numeric/embedding.ts';
import { seededRandom } from '../../numeric/testing-vectors.ts';
import { createBaseline, drawSample } from '../cutoff.ts';
import { bySimilarity, toRanking } from '../ranking.ts';
import { createIndexRetriever } from '../retriever.ts';
import { createCloseness } from './closeness.ts';
import { type Candidate, orderByThumbs, type Pinned } from './order.ts';
import { applyThumbs } from './thumbs.ts';

const at = (...values: number[]): Embedding => normalise(Float32Array.from(values));

describe('closeness', () => {
  const centre = new Float32Array(3);
  const liked = { vector: at(0, 1, 0), isLiked: true, height: 3 };

  test('raises what is like a liked picture, lowers what is like one that was not, and leaves others alone', () => {
    const closeness = createCloseness([liked, { vector: at(0, 0, 1), isLiked: false, height: 3 }], centre);
    expect(closeness(at(0, 1, 0.1))).toMatchObject({ liked: 1 });
    expect(closeness(at(0, 1, 0.1)).change).toBeGreaterThan(0.2);
    expect(closeness(at(0, 0.1, 1)).change).toBeLessThan(-0.2);
    expect(closeness(at(0, 0.1, 1)).liked).toBe(0);
    expect(closeness(at(1, 0, 0))).toEqual({ change: 0, liked: 0 });
  });

  test('takes a thumb up on what ranks high for little news, and one down for much', () => {
    const change = (isLiked: boolean, height: number) =>
      Math.abs(createCloseness([{ ...liked, isLiked, height }], centre)(at(0, 1, 0)).change);
    expect(change(true, 6)).toBeLessThan(change(true, 3) / 5);
    expect(change(false, 6)).toBeGreaterThan(change(false, 3));
  });

  test('takes away what all pictures have in common', () => {
    const common = at(1, 0, 0);
    const closeness = createCloseness([{ ...liked, vector: at(1, 0.2, 0) }], common);
    expect(closeness(at(1, 0, 0.2)).liked).toBe(0);
    expect(closeness(at(1, 0.3, 0)).liked).toBe(1);
    expect(closeness(common)).toEqual({ change: 0, liked: 0 });
  });
});

describe('the order', () => {
  const found = {
    ranking: bySimilarity(Uint32Array.of(10, 11, 12, 13, 14, 15), Float32Array.of(0.9, 0.8, 0.7, 0.6, 0.5, 0.4)),
    ...{ sure: 2, good: 4 },
  };
  const other = (row: number, score: number, liked = 0): Candidate => ({ row, similarity: 0.1, score, liked });
  const pin = (row: number, isLiked: boolean): Pinned => ({ row, similarity: 0.1, isLiked });

  test('begins with what was liked and ends with what was not; what is sure stays before the rest', () => {
    const thumbed = orderByThumbs(
      found,
      [pin(13, true), pin(10, false)],
      [other(11, 1), other(12, 1), other(14, 3), other(15, 9, 1)],
    );
    expect([...thumbed.ranking.rows]).toEqual([13, 11, 12, 15, 14, 10]);
    expect(thumbed).toMatchObject({ sure: 2, good: 3 });
    expect([...thumbed.closer]).toEqual([[15, 1]]);
    expect([...thumbed.ranking.similarities].map((one) => Number(one.toFixed(1)))).toEqual([
      0.6, 0.8, 0.7, 0.4, 0.5, 0.9,
    ]);
  });

  test('takes up what was not among the results, and lets as much go', () => {
    const others = [other(10, 1), other(11, 1), other(12, 1), other(13, 1), other(14, 1), other(15, 1)];
    const { ranking, closer } = orderByThumbs(found, [pin(99, true)], [...others, other(98, 5, 1)]);
    expect([...ranking.rows]).toEqual([99, 10, 11, 12, 13, 98]);
    expect(ranking.similarities[0]).toBeCloseTo(0.1, 6);
    expect([...closer]).toEqual([[98, 1]]);
  });

  test('stays where nothing is to be moved, and says nothing of lines where nobody knows them', () => {
    const rows = [...found.ranking.rows];
    const unjudged = { ranking: found.ranking, good: null };
    const thumbed = orderByThumbs(
      unjudged,
      [],
      rows.map((row) => other(row, 0)),
    );
    expect([...thumbed.ranking.rows]).toEqual(rows);
    expect(thumbed.good).toBeNull();
    expect(thumbed.sure).toBeUndefined();
    expect(thumbed.closer.size).toBe(0);
  });

  test('has each row once, scores that descend, and lines within it', () => {
    const judged = fc.uniqueArray(fc.integer({ min: 8, max: 17 }), { maxLength: 6 });
    fc.assert(
      fc.property(judged, fc.infiniteStream(fc.double({ min: -3, max: 3, noNaN: true })), (rows, numbers) => {
        const next = () => numbers.next().value ?? 0;
        const others = [...found.ranking.rows, 20, 21].filter((row) => !rows.includes(row));
        const { ranking, sure, good } = orderByThumbs(
          found,
          rows.map((row) => pin(row, next() > 0)),
          others.map((row) => other(row, next())),
        );
        expect(new Set(ranking.rows).size).toBe(ranking.rows.length);
        expect([...ranking.scores]).toEqual([...ranking.scores].sort((a, b) => b - a));
        expect(sure).toBeLessThanOrEqual(good ?? 0);
        expect(good).toBeLessThanOrEqual(ranking.rows.length);
      }),
    );
  });
});

describe('thumbs on results', () => {
  const random = seededRandom(3);
  const rows = Array.from({ length: 300 }, () => at(...Array.from({ length: 8 }, () => random() - 0.5)));
  const index = createExactIndex(Float32Array.from(rows.flatMap((row) => [...row])), 8);
  const baseline = createBaseline(
    drawSample(rows.length, 8, (row) => rows[row] as Embedding),
    [],
  );
  const sources = {
    items: { rowOf: async (id: string) => (id.startsWith('gone') ? -1 : Number(id)) },
    vectors: { vectorsOf: async (wanted: readonly number[]) => wanted.map((row) => rows[row] as Embedding) },
    ...{ retriever: createIndexRetriever({ index, rankAll: (query) => index.rankAll(query) }), baseline },
  };
  const query = rows[0] as Embedding;
  const found = { ranking: toRanking(index.search(query, { k: 20 })), good: 4, sure: 2 };
  const asked = { embedding: query, filter: undefined, liked: new Set<number>(), isNamed: false };
  const thumbs = (...given: [number | string, 'up' | 'down'][]) =>
    new Map(given.map(([id, value]) => [String(id), value]));
  const ranked = [...found.ranking.rows];

  test('put a liked picture first, and bring those near it up from anywhere', async () => {
    const far = index.search(query, { k: 300 })[24]?.row as number;
    const thumbed = await applyThumbs(found, thumbs([far, 'up'], [ranked[0] as number, 'down']), asked, sources);
    expect(thumbed.ranking.rows[0]).toBe(far);
    expect(thumbed.ranking.rows.at(-1)).toBe(ranked[0]);
    expect(thumbed.ranking.rows).toHaveLength(20);
    expect(thumbed.closer?.size).toBeGreaterThan(0);
  });

  test('move what is judged alone where vectors cannot be read, and stop where nobody waits', async () => {
    const vectorsOf = async () => Promise.reject(new Error('no network'));
    const given = thumbs([ranked[7] as number, 'up'], [ranked[0] as number, 'down']);
    const thumbed = await applyThumbs(found, given, asked, { ...sources, vectors: { vectorsOf } });
    const others = ranked.filter((_, rank) => rank !== 7 && rank !== 0);
    expect([...thumbed.ranking.rows]).toEqual([ranked[7], ...others, ranked[0]]);
    const signal = AbortSignal.abort(new Error('stopped'));
    const stopped = applyThumbs(found, given, { ...asked, signal }, { ...sources, vectors: { vectorsOf } });
    await expect(stopped).rejects.toThrow('stopped');
  });

  test('are none where nothing that may be an answer is judged', async () => {
    const filter = createBitset(300);
    for (const row of ranked.slice(5)) setBit(filter, row);
    const first = thumbs([ranked[0] as number, 'up']);
    expect(await applyThumbs(found, undefined, asked, sources)).toBe(found);
    expect(await applyThumbs(found, thumbs(['gone', 'up']), asked, sources)).toBe(found);
    expect(await applyThumbs(found, first, { ...asked, filter }, sources)).toBe(found);
    expect(await applyThumbs(found, first, { ...asked, liked: new Set([ranked[0] as number]) }, sources)).toBe(found);
  });

  test('leave the order of others alone where names were asked for too', async () => {
    const thumbed = await applyThumbs(found, thumbs([ranked[7] as number, 'up']), { ...asked, isNamed: true }, sources);
    expect([...thumbed.ranking.rows]).toEqual([ranked[7], ...ranked.filter((_, rank) => rank !== 7)]);
  });
});
