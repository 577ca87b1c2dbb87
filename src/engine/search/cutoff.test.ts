import { expect, test } from 'vitest';
import { dot, type Embedding, normalise } from '../numeric/embedding.ts';
import { clusteredVectors, createBackground, flatten, seededRandom } from '../numeric/testing-vectors.ts';
import { cutoff } from './cutoff.ts';

const DIM = 32;
const vectors = clusteredVectors(600, DIM);
const random = seededRandom(7);
const anywhere = () => normalise(Float32Array.from({ length: DIM }, () => random() + random() + random() - 1.5));
const texts = Array.from({ length: 5 }, anywhere);
const background = createBackground(flatten(vectors, DIM), DIM, texts);

function scores(query: Embedding, rows: readonly Embedding[] = vectors): Float32Array {
  return Float32Array.from(rows, (row) => dot(row, query))
    .sort()
    .reverse();
}

test('a query that one picture answers has good matches, the first of all', () => {
  const query = vectors[17] as Embedding;
  const ranked = scores(query);
  const { good, line, confidence } = cutoff(query, background, ranked);
  expect(good).toBeGreaterThan(0);
  expect(good).toBeLessThan(100);
  expect(ranked[good - 1]).toBeGreaterThanOrEqual(line);
  expect(ranked[good]).toBeLessThan(line);
  expect(confidence).toBeGreaterThan(1.02);
});

test('queries that are near to nothing have none, but for a few that chance brings near', () => {
  const answers = Array.from({ length: 40 }, () => {
    const query = anywhere();
    const ranked = scores(query);
    return { ...cutoff(query, background, ranked), top: ranked[0] as number };
  });
  const none = answers.filter(({ good }) => good === 0);
  expect(none.length).toBeGreaterThanOrEqual(30);
  for (const { line, top, confidence } of none) {
    expect(line).toBeGreaterThan(top);
    expect(confidence).toBeLessThan(1.02);
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
  const other = createBackground(flatten(squeezed, DIM + 1), DIM + 1, texts.map(squeeze));
  for (const query of [...vectors.slice(0, 20), ...Array.from({ length: 20 }, anywhere)]) {
    const before = cutoff(query, background, scores(query));
    const after = cutoff(squeeze(query), other, scores(squeeze(query), squeezed));
    expect(after.good).toBe(before.good);
    expect(after.confidence).toBeCloseTo(before.confidence, 4);
  }
});

test('an evenly drawn sample stands for the whole', () => {
  const sampled = createBackground(flatten(vectors, DIM), DIM, texts, 200);
  expect(sampled.sample).toHaveLength(200 * DIM);
  const query = vectors[17] as Embedding;
  const { confidence } = cutoff(query, sampled, scores(query));
  expect(confidence / cutoff(query, background, scores(query)).confidence).toBeCloseTo(1, 1);
});

test('without texts the query is measured against itself alone', () => {
  const alone = createBackground(flatten(vectors, DIM), DIM, []);
  const query = vectors[17] as Embedding;
  expect(cutoff(query, alone, scores(query)).good).toBeGreaterThan(0);
});

test('a handful of pictures has no line', () => {
  const few = vectors.slice(0, 5);
  const query = vectors[2] as Embedding;
  const ranked = scores(query, few);
  expect(cutoff(query, createBackground(flatten(few, DIM), DIM, texts), ranked)).toEqual({
    good: 5,
    line: ranked[4],
    confidence: 0,
  });
});

test('the same picture many times has no line, and no picture no match', () => {
  const query = anywhere();
  const same = Array.from({ length: 40 }, () => query);
  expect(cutoff(query, createBackground(flatten(same, DIM), DIM, texts), scores(query, same)).good).toBe(40);
  expect(cutoff(query, createBackground(new Float32Array(0), DIM, []), [])).toEqual({
    good: 0,
    line: 1,
    confidence: 0,
  });
});
