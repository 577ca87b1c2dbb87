import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AfterimageError } from '../../../../engine/errors.ts';
import { dot, type Embedding } from '../../../../engine/numeric/embedding.ts';
import { clusteredVectors, flatten, seededRandom } from '../../../../engine/numeric/testing-vectors.ts';
import { disturbed } from '../../testing-equal.ts';
import { type Graph, rowWord } from '../hnsw-graph.ts';
import { buildHnswIndex, type HnswIndex, loadHnswIndex } from '../hnsw-index.ts';
import { findNearRows, isCrowded, NEAR, readBehind, squaredDistance } from './near-rows.ts';

const DIM = 16;
const [NEARLY] = NEAR;
const random = seededRandom(8);
const [a, b, c] = clusteredVectors(3, DIM) as [Embedding, Embedding, Embedding];
const like = (vector: Embedding, noise = 0.01) => disturbed(vector, noise, random);

/** A graph of one level, by the links of each row. */
function graphOf(links: readonly (readonly number[])[], more: Partial<Graph> = {}): Graph {
  const starts = links.map((_, row) => links.slice(0, row).reduce((sum, { length }) => sum + 1 + length, 0));
  const words = links.flatMap((list) => [rowWord(list.length, false, 0), ...list]);
  const shape = { count: links.length, dim: DIM, M: 2, efConstruction: 3, maxLevel: 0, entryPoint: 0 };
  return { ...shape, words: Uint32Array.from(words), starts: Uint32Array.from(starts), ...more };
}

const rowsOf = (vectors: readonly Embedding[]) => (row: number) => vectors[row] as Embedding;

test.each<[string, number[][], Embedding[], number[]]>([
  ['nearly equal, of one link, and not linked to', [[1], [0], [0]], [a, b, like(a)], [-1, -1, 0]],
  ['equal', [[1], [0], [0], [0]], [a, b, a, a], [-1, -1, 0, 0]],
  ['far away', [[1], [0], [0]], [a, b, c], [-1, -1, -1]],
  ['linked to', [[1, 2], [0], [0]], [a, b, a], [-1, -1, -1]],
  ['linked to by one that is behind it', [[1], [0], [0], [2]], [a, b, a, a], [-1, -1, -1, 2]],
  ['of two links', [[1], [0], [0, 1]], [a, b, a], [-1, -1, -1]],
  ['of no link', [[1], [0], []], [a, b, a], [-1, -1, -1]],
])('a row is listed behind another one or not: %s', (_, links, vectors, behind) => {
  expect([...readBehind(graphOf(links), rowsOf(vectors))]).toEqual(behind);
});

test('neither the entry point nor a row above level 0 is listed behind another', () => {
  expect([...readBehind(graphOf([[1], [0], [0]], { entryPoint: 2 }), rowsOf([a, b, a]))]).toEqual([-1, -1, -1]);
  const graph = graphOf([[1], [0], [0]]);
  graph.words[4] = rowWord(1, false, 1);
  expect([...readBehind(graph, rowsOf([a, b, a]))]).toEqual([-1, -1, -1]);
});

test('rows crowd together where the links of many lead to nearly equal ones alone', () => {
  const crowd = [a, like(a), like(a), b];
  const among = [[1, 2], [0, 2], [0, 1], [0]];
  expect(isCrowded(graphOf(among), rowsOf(crowd), NEARLY)).toBe(true);
  expect(isCrowded(graphOf(among, { efConstruction: 4 }), rowsOf(crowd), NEARLY)).toBe(false);
  expect(isCrowded(graphOf([[1, 2], [0, 2], [0, 3], [0]]), rowsOf(crowd), NEARLY)).toBe(false);
  expect(isCrowded(graphOf(among), rowsOf([a, like(a), c, b]), NEARLY)).toBe(false);
});

test('nearly equal rows get behind the first of them, and take along who is behind them', () => {
  const vectors = [a, b, like(a), like(b), like(a)];
  const links = [[1, 2], [0, 3], [0, 3], [1, 2], [2]];
  const none = new Int32Array(5).fill(-1);
  expect([...findNearRows(graphOf(links), rowsOf(vectors), none, NEARLY)]).toEqual([-1, -1, 0, 1, 0]);
  const before = Int32Array.of(-1, -1, -1, -1, 2);
  expect([...findNearRows(graphOf(links), rowsOf(vectors), before, NEARLY)]).toEqual([-1, -1, 0, 1, 0]);
});

test('whoever gets behind a node is near it, and the node is behind nobody', () => {
  const links = fc.array(fc.uniqueArray(fc.nat(29), { maxLength: 4 }), { minLength: 30, maxLength: 30 });
  const choice = fc.array(fc.constantFrom(a, like(a), like(a), b, like(b), c), { minLength: 30, maxLength: 30 });
  fc.assert(
    fc.property(
      links,
      choice,
      fc.array(fc.integer({ min: -1, max: 29 }), { minLength: 30, maxLength: 30 }),
      (lists, vectors, given) => {
        const graph = graphOf(lists.map((list, row) => list.filter((link) => link !== row)));
        const before = Int32Array.from(given, (node, row) => (node < row && given[node] === -1 ? node : -1));
        const found = findNearRows(graph, rowsOf(vectors), before, NEARLY);
        for (const [row, node] of found.entries()) {
          if (node < 0) continue;
          expect(node).toBeLessThan(row);
          expect(found[node]).toBe(-1);
          expect(squaredDistance(vectors[row] as Embedding, vectors[node] as Embedding, 1)).toBeLessThanOrEqual(NEARLY);
        }
        for (const [row, node] of readBehind(graph, rowsOf(vectors)).entries()) {
          if (node >= 0) expect(row).not.toBe(node);
        }
      },
    ),
  );
});

test('a damaged graph with rows behind others is refused, or gives true answers as far as they go', async () => {
  const vectors = [...clusteredVectors(30, DIM), a, a, like(a), like(a), b, b];
  const built = await buildHnswIndex({ dim: DIM, M: 4, efConstruction: 100, capacity: vectors.length });
  for (const vector of vectors) built.add(vector);
  const graph = built.graph();
  const flat = flatten(vectors, DIM);
  const bits = fc.array(fc.nat(graph.length * 8 - 1), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(bits, async (flips) => {
      const damaged = graph.slice();
      for (const bit of flips) damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      let index: HnswIndex;
      try {
        index = await loadHnswIndex({ graph: damaged, vectors: flat, dim: DIM, efSearch: 50 });
      } catch (error) {
        expect(['index-corrupt', 'dimension-mismatch']).toContain((error as AfterimageError).code);
        return;
      }
      for (const query of [a, b, c]) {
        const hits = index.search(query, { k: 36 });
        expect(new Set(hits.map(({ row }) => row)).size).toBe(hits.length);
        for (const { row, similarity } of hits)
          expect(similarity).toBeCloseTo(dot(query, vectors[row] as Embedding), 5);
      }
      for (const row of [0, 31, 35]) index.remove(row);
      expect(index.search(a, { k: 36 }).map(({ row }) => row)).not.toContain(31);
      index.dispose();
    }),
    { numRuns: 200 },
  );
});
