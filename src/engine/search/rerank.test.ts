import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bySimilarity } from './ranking.ts';
import { planRerank, RERANK_WEIGHTS, rerank } from './rerank.ts';

/** Rows 100, 101 …, by these similarities. */
function rankingOf(...similarities: number[]) {
  return bySimilarity(
    Uint32Array.from(similarities, (_, i) => 100 + i),
    Float32Array.from(similarities),
  );
}

test('the order goes by 0.7 × match + 0.3 × cosine, and similarities stay with their pictures', () => {
  const ranking = rankingOf(0.5, 0.4, 0.3, 0.2);
  const plan = planRerank(ranking, { good: null }, 3);
  expect(plan).toEqual({ ranks: [0, 1, 2], lines: [] });
  // 0.22, 0.75, 0.44: the last one is not looked at.
  const { rows, similarities, scores, from, matches } = rerank(ranking, plan, [0.1, 0.9, 0.5]);
  expect([...rows]).toEqual([101, 102, 100, 103]);
  expect([...similarities]).toEqual([...Float32Array.of(0.4, 0.3, 0.5, 0.2)]);
  expect([...scores]).toEqual([...ranking.scores]);
  expect({ from, matches }).toEqual({ from: [1, 2, 0], matches: [0.9, 0.5, 0.1] });
  expect([...ranking.rows]).toEqual([100, 101, 102, 103]);
});

test('weights say what each counts', () => {
  const ranking = rankingOf(0.5, 0.4);
  const plan = planRerank(ranking, { good: null });
  const rowsBy = (match: number, similarity: number) => [
    ...rerank(ranking, plan, [0.1, 0.2], { match, similarity }).rows,
  ];
  expect(rowsBy(0, 1)).toEqual([100, 101]);
  expect(rowsBy(1, 0)).toEqual([101, 100]);
  expect(RERANK_WEIGHTS).toEqual({ match: 0.7, similarity: 0.3 });
});

test('no picture crosses a line between sure and less sure results', () => {
  const ranking = rankingOf(0.5, 0.4, 0.3, 0.2);
  const rowsWith = (good: number | null, k = 4, sure?: number) => {
    const plan = planRerank(ranking, { good, sure }, k);
    return [...rerank(ranking, plan, [0.1, 0.2, 0.3, 0.9].slice(0, k)).rows];
  };
  expect(rowsWith(2)).toEqual([101, 100, 103, 102]);
  expect(rowsWith(0)).toEqual([103, 102, 101, 100]);
  expect(rowsWith(4)).toEqual(rowsWith(null));
  expect(rowsWith(3, 3)).toEqual([102, 101, 100, 103]);
  expect(rowsWith(3, 4, 1)).toEqual([100, 102, 101, 103]);
  expect(rowsWith(2, 4, 2)).toEqual(rowsWith(2));
});

test('what was found by name stays where it is', () => {
  const ranking = rankingOf(0.5, 0.4, 0.3, 0.2);
  const plan = planRerank(ranking, { good: null, named: Uint32Array.of(101) });
  expect(plan.ranks).toEqual([0, 2, 3]);
  const { rows, from, matches } = rerank(ranking, plan, [0.1, 0.2, 0.9]);
  expect([...rows]).toEqual([103, 101, 102, 100]);
  expect(from).toEqual([3, 1, 2, 0]);
  expect(matches).toEqual([0.9, null, 0.2, 0.1]);
});

test('nothing to look at, nothing moved', () => {
  const ranking = rankingOf();
  expect(rerank(ranking, planRerank(ranking, { good: null }), [])).toMatchObject({ from: [], matches: [] });
});

test('it is always a permutation between the lines, best first, and ties keep their order', () => {
  const probability = fc.constantFrom(0, 0.25, 0.5, 1);
  const cases = fc.record({
    matches: fc.array(probability, { minLength: 1, maxLength: 30 }),
    good: fc.option(fc.nat(30)),
    sure: fc.option(fc.nat(30), { nil: undefined }),
    k: fc.integer({ min: 1, max: 30 }),
  });
  fc.assert(
    fc.property(cases, ({ matches, good, sure, k }) => {
      const ranking = rankingOf(...matches.map((_, i) => 0.5 - i / 100));
      const plan = planRerank(ranking, { good, sure: sure && Math.min(sure, good ?? 0) }, k);
      const { rows, from, similarities } = rerank(
        ranking,
        plan,
        plan.ranks.map((rank) => matches[rank] as number),
      );
      expect([...rows].sort()).toEqual([...ranking.rows].sort());
      for (const [rank, before] of from.entries()) {
        expect(rows[rank]).toBe(100 + before);
        expect(similarities[rank]).toBe(ranking.similarities[before]);
        for (const line of plan.lines) expect(rank < line).toBe(before < line);
        const scoreAt = (at: number) => 0.7 * (matches[at] as number) + 0.3 * (ranking.similarities[at] as number);
        const next = from[rank + 1];
        if (next !== undefined && !plan.lines.includes(rank + 1))
          expect(scoreAt(before)).toBeGreaterThanOrEqual(scoreAt(next));
      }
      expect([...rows.subarray(k)]).toEqual([...ranking.rows.subarray(k)]);
    }),
  );
});
