import { describe, expect, it } from 'vitest';
import { finish } from '../../async/steps.ts';
import { dot, type Embedding } from '../../numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../numeric/testing-vectors.ts';
import { clusterOrder } from './cluster.ts';

const WIDTH = 32;

function pointsOf(flat: Float32Array) {
  return (from: number, to: number, out: Float32Array) => out.set(flat.subarray(from * WIDTH, to * WIDTH));
}

/** Mean similarity of rows that stand next to each other. */
function closeness(vectors: readonly Embedding[], order: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 1; i < order.length; i++) {
    sum += dot(vectors[order[i - 1] as number] as Embedding, vectors[order[i] as number] as Embedding);
  }
  return sum / (order.length - 1);
}

describe('clusterOrder', () => {
  const vectors = clusteredVectors(5000, WIDTH);
  const flat = flatten(vectors, WIDTH);
  const options = { count: vectors.length, width: WIDTH, points: pointsOf(flat) };

  it('names each row once', () => {
    const order = finish(clusterOrder(options));
    expect([...order].sort((a, b) => a - b)).toEqual(vectors.map((_, row) => row));
  });

  it('puts like rows next to each other', () => {
    const before = closeness(
      vectors,
      vectors.map((_, row) => row),
    );
    expect(closeness(vectors, finish(clusterOrder(options)))).toBeGreaterThan(before + 0.4);
  });

  it('gives the same order each time, in small steps, and says how far it is', () => {
    const first = finish(clusterOrder(options));
    const done: number[] = [];
    const steps = clusterOrder(options);
    let step = steps.next();
    for (; !step.done; step = steps.next()) done.push(step.value);
    expect(step.value).toEqual(first);
    expect(done.length).toBeGreaterThan(50);
    expect(done[0]).toBeLessThan(0.1);
    expect(done.toSorted((a, b) => a - b)).toEqual(done);
    expect(done.at(-1)).toBeGreaterThan(0.9);
    expect(done.at(-1)).toBeLessThanOrEqual(1);
  });

  it('takes few rows, equal rows, and none', () => {
    for (const count of [0, 1, 2, 40]) {
      const order = finish(clusterOrder({ count, width: WIDTH, points: (_from, _to, out) => out.fill(1) }));
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, row) => row));
    }
  });

  it('can be told how large clusters shall be', () => {
    expect(finish(clusterOrder({ ...options, clusterRows: 5000, seed: 3 }))).toHaveLength(5000);
  });
});
