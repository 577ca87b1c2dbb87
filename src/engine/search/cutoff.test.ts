import { expect, test } from 'vitest';
import { dot, type Embedding, normalise } from '../numeric/embedding.ts';
import { baselineOf, clusteredVectors, flatten, seededRandom } from '../numeric/testing-vectors.ts';
import { CUTOFF, cutoff, JUDGED } from './cutoff.ts';

const DIM = 32;
const vectors = clusteredVectors(600, DIM);
const random = seededRandom(7);
const anywhere = () => normalise(Float32Array.from({ length: DIM }, () => random() + random() + random() - 1.5));
const texts = Array.from({ length: 5 }, anywhere);
const baseline = baselineOf(flatten(vectors, DIM), DIM, texts);

function scores(query: Embedding, rows: readonly Embedding[] = vectors): Float32Array {
  return Float32Array.from(rows, (row) => dot(row, query))
    .sort()
    .reverse();
}

test('a query that one picture answers has good matches, the first of all', () => {
  const query = vectors[17] as Embedding;
  const ranked = scores(query);
  const { good, line, confidence } = cutoff(query, baseline, ranked);
  expect(good).toBeGreaterThan(0);
  expect(good).toBeLessThan(100);
  expect(ranked[(good ?? 0) - 1]).toBeGreaterThanOrEqual(line ?? Number.NaN);
  expect(ranked[good ?? 0]).toBeLessThan(line ?? Number.NaN);
  expect(confidence).toBeGreaterThan(CUTOFF.match);
});

test('queries that are near to nothing have none, but for a few that chance brings near', () => {
  const answers = Array.from({ length: 40 }, () => {
    const query = anywhere();
    const ranked = scores(query);
    return { ...cutoff(query, baseline, ranked), top: ranked[0] as number };
  });
  const none = answers.filter(({ good }) => good === 0);
  expect(none.length).toBeGreaterThanOrEqual(30);
  for (const { line, top, confidence } of none) {
    expect(line).toBeGreaterThan(top);
    expect(confidence).toBeLessThan(CUTOFF.match);
  }
});

/**
 * Another model: all pictures share a direction that queries share too, so that every cosine is shifted, and the rest
 * is squeezed, as in a CLIP of photographs. What matches must not depend on it.
 */
test('shifted and squeezed similarities change nothing', () => {
  const squeeze = (vector: Embedding) =>
    normalise(Float32Array.from([...vector.map((value) => value * 0.4), Math.sqrt(1 - 0.16)]));
  const squeezed = vectors.map(squeeze);
  const other = baselineOf(flatten(squeezed, DIM + 1), DIM + 1, texts.map(squeeze));
  for (const query of [...vectors.slice(0, 20), ...Array.from({ length: 20 }, anywhere)]) {
    const before = cutoff(query, baseline, scores(query));
    const after = cutoff(squeeze(query), other, scores(squeeze(query), squeezed));
    expect(after.good).toBe(before.good);
    expect(after.confidence).toBeCloseTo(before.confidence, 4);
  }
});

test('an evenly drawn sample stands for the whole', () => {
  const sampled = baselineOf(flatten(vectors, DIM), DIM, texts, 200);
  expect(sampled.sample).toHaveLength(200 * DIM);
  const query = vectors[17] as Embedding;
  const { confidence } = cutoff(query, sampled, scores(query));
  expect(confidence / cutoff(query, baseline, scores(query)).confidence).toBeCloseTo(1, 1);
});

test('without texts the query is measured against itself alone', () => {
  const alone = baselineOf(flatten(vectors, DIM), DIM, []);
  const query = vectors[17] as Embedding;
  expect(cutoff(query, alone, scores(query)).good).toBeGreaterThan(0);
});

const UNCLEAR = { good: null, line: null, confidence: 0 };

/** The cut-off among the first `count` rows. */
function among(count: number, query: Embedding) {
  const some = vectors.slice(0, count);
  return cutoff(query, baselineOf(flatten(some, DIM), DIM, texts), scores(query, some));
}

test.each([1, 4, 8, JUDGED.least - 1])('of %i pictures nothing is said', (count) => {
  for (const query of [vectors[0] as Embedding, anywhere()]) {
    expect(among(count, query)).toEqual({ ...UNCLEAR, unjudged: 'few' });
  }
});

test.each([JUDGED.least, 32, 64, JUDGED.none - 1])('of %i pictures it is not said that nothing matches', (count) => {
  const answers = Array.from({ length: 100 }, () => among(count, anywhere()));
  const found = answers.filter(({ good }) => good !== null);
  expect(found.length).toBeLessThan(10);
  for (const { good } of found) expect(good).toBeGreaterThan(0);
});

test.each([JUDGED.none, 200, 400])('of %i pictures it is left open what only chance could tell', (count) => {
  const answers = Array.from({ length: 200 }, () => among(count, anywhere()));
  const share = (of: (good: number | null) => boolean) => answers.filter(({ good }) => of(good)).length / 200;
  expect(share((good) => good !== null && good > 0)).toBeLessThan(0.1);
  expect(share((good) => good === 0)).toBeGreaterThan(0.5);
  expect(share((good) => good === null)).toBeGreaterThan(0);
});

test.each([64, 200])('of %i pictures it is said what matches', (count) => {
  const others = vectors.slice(100, 99 + count);
  const query = normalise(Float32Array.from({ length: DIM }, (_, i) => (i === 3 ? 1 : 0)));
  const some = [...others, query];
  const found = cutoff(query, baselineOf(flatten(some, DIM), DIM, texts), scores(query, some));
  expect(found).toMatchObject({ good: 1 });
  expect(found.unjudged).toBeUndefined();
});

test('of few pictures that pass a filter nothing is said, however many the collection has', () => {
  const query = vectors[17] as Embedding;
  const passing = (count: number) => cutoff(query, { ...baseline, count }, scores(query, vectors.slice(0, count)));
  expect(passing(JUDGED.least - 1)).toEqual({ ...UNCLEAR, unjudged: 'few' });
  expect(passing(JUDGED.sure).good).not.toBeNull();
});

test('the same picture many times has no line, and no picture no match', () => {
  const query = anywhere();
  const same = Array.from({ length: 400 }, () => query);
  const found = cutoff(query, baselineOf(flatten(same, DIM), DIM, texts), scores(query, same));
  expect(found).toEqual({ ...UNCLEAR, unjudged: 'alike' });
  expect(cutoff(query, baselineOf(new Float32Array(0), DIM, []), [])).toEqual({
    good: 0,
    line: 1,
    confidence: 0,
  });
});
