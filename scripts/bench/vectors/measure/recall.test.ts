import { expect, it } from 'vitest';
import { dotAt } from '../../../../src/engine/numeric/dot-at.ts';
import { createExactScan } from '../data/truth.ts';
import { recallOf } from './recall.ts';

const vectors = Float32Array.of(1, 0, 0.8, 0.6, 0, 1, 0.6, 0.8, -1, 0);
const queries = Float32Array.of(1, 0, 0, 1);
const DIM = 2;

function scan(parts: readonly [first: number, end: number][]) {
  const exact = createExactScan(queries, DIM, 2);
  for (const [first, end] of parts) exact.add(vectors.subarray(first * DIM, end * DIM), first);
  return exact.truth();
}

it('finds the exact nearest, however the rows come', () => {
  const truth = scan([[0, 5]]);
  expect(truth.rows).toEqual([
    [0, 1],
    [2, 3],
  ]);
  expect(truth.similarities[0]?.[1]).toBeCloseTo(0.8, 6);
  expect(
    scan([
      [0, 2],
      [2, 5],
    ]),
  ).toEqual(truth);
});

it('prefers the row that came first among equals, and takes fewer rows than asked', () => {
  const exact = createExactScan(Float32Array.of(1, 0), DIM, 3);
  exact.add(Float32Array.of(0.5, 0, 1, 0), 0);
  exact.add(Float32Array.of(1, 0), 2);
  expect(exact.truth().rows).toEqual([[1, 2, 0]]);
  const few = createExactScan(Float32Array.of(1, 0), DIM, 3);
  few.add(Float32Array.of(1, 0), 0);
  expect(few.truth().rows).toEqual([[0]]);
});

it('takes dot products of every length', () => {
  const values = Float32Array.from({ length: 12 }, (_, i) => i);
  for (let length = 0; length < 10; length++) {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += (1 + i) * (2 + i);
    expect(dotAt(values, 1, values, 2, length)).toBe(sum);
  }
});

it('counts hits strictly and tolerantly, each row once', () => {
  const truth = { rows: [[0, 1]], similarities: [[0.9, 0.8]] };
  const similarity = (_query: number, row: number) => (row === 7 ? 0.7995 : 0.5);
  const of = (rows: number[]) => recallOf([rows], truth, 0.001, similarity);
  expect(of([1, 0])).toEqual({ strict: 1, tolerant: 1 });
  expect(of([0, 7])).toEqual({ strict: 0.5, tolerant: 1 });
  expect(of([0, 8])).toEqual({ strict: 0.5, tolerant: 0.5 });
  expect(of([0, 0])).toEqual({ strict: 0.5, tolerant: 0.5 });
  expect(of([])).toEqual({ strict: 0, tolerant: 0 });
  expect(of([8, 7, 0])).toEqual({ strict: 0, tolerant: 0.5 });
});

it('is the mean over the queries', () => {
  const truth = { rows: [[0], [1]], similarities: [[1], [1]] };
  expect(recallOf([[0], [2]], truth, 0.001, () => 0)).toEqual({ strict: 0.5, tolerant: 0.5 });
});
