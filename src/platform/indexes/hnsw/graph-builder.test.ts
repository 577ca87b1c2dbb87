import { describe, expect, test } from 'vitest';
import { LEAST_RECALL } from '../../../engine/collection/extensions/recall.ts';
import { ENCODINGS } from '../../../engine/collection/types.ts';
import { storeVectors, toFloat32, vectorOf } from '../../../engine/collection/vectors/stored-vectors.ts';
import type { Embedding } from '../../../engine/numeric/embedding.ts';
import { clusteredVectors, flatten, seededRandom } from '../../../engine/numeric/testing-vectors.ts';
import { disturbed, type EqualSet, equalSets, tolerantRecall } from '../testing-equal.ts';
import { createGraphBuilder } from './graph-builder.ts';
import { readBehind } from './groups/near-rows.ts';
import { parseGraph } from './hnsw-graph.ts';
import { buildHnswIndex, loadHnswIndex } from './hnsw-index.ts';

const DIM = 32;
const { signal } = new AbortController();
const builder = createGraphBuilder({ dim: DIM, M: 16, efConstruction: 200 });

function stored(vectors: readonly Embedding[], encoding: (typeof ENCODINGS)[number] = 'int8') {
  return storeVectors(flatten(vectors, DIM), DIM, encoding);
}

describe.each(equalSets(DIM, 0.5))('$name', ({ vectors, queries }) => {
  test.each(ENCODINGS)('%s: a graph that finds what is near, and says so', async (encoding) => {
    const content = stored(vectors, encoding);
    const { graph, recall } = await builder.build(content, () => {}, signal);
    expect(recall.index).toBe('hnsw');
    expect(recall.queries).toBeGreaterThanOrEqual(50);
    expect(recall.found).toBeGreaterThanOrEqual(LEAST_RECALL);
    const floats = toFloat32(content);
    const index = await loadHnswIndex({ graph, vectors: floats, dim: DIM, efSearch: 48 });
    const rows = vectors.map((_, row) => floats.subarray(row * DIM, (row + 1) * DIM) as Embedding);
    const find = (query: Embedding) => index.search(query, { k: 200 }).map(({ row }) => row);
    expect(tolerantRecall({ vectors: rows, queries }, find)).toBeGreaterThanOrEqual(LEAST_RECALL);
    expect(index.graph()).toEqual(graph);
    index.dispose();
    // Not to the digit: a node that no row links to is listed behind the one that it is near when a graph is loaded.
    const again = await builder.measure(graph, content, signal);
    expect(again?.found).toBeGreaterThanOrEqual(LEAST_RECALL);
  });
});

test('a graph with a node for each of the equal ones, as earlier versions built it, is found out', async () => {
  const [mixed] = equalSets(DIM, 0.5) as [EqualSet];
  const content = stored(mixed.vectors);
  const index = await buildHnswIndex({ dim: DIM, M: 16, efConstruction: 200, capacity: content.count });
  for (let row = 0; row < content.count; row++) index.append(vectorOf(content, row) as Embedding);
  const recall = await builder.measure(index.graph(), content, signal);
  expect(recall?.found).toBeLessThan(LEAST_RECALL);
  index.dispose();
});

test('without equal vectors every row is a node', async () => {
  const content = stored(clusteredVectors(800, DIM));
  const { graph, recall } = await builder.build(content, () => {}, signal);
  const floats = toFloat32(content);
  const rowOf = (row: number) => floats.subarray(row * DIM, (row + 1) * DIM);
  expect(readBehind(parseGraph(graph), rowOf).every((node) => node === -1)).toBe(true);
  expect(recall.found).toBe(1);
});

test('vectors without structure, of which a graph finds little, are said to be that', async () => {
  const random = seededRandom(5);
  const [zero] = clusteredVectors(1, 512) as [Embedding];
  const vectors = Array.from({ length: 4000 }, () => disturbed(zero, 1000, random));
  const poor = createGraphBuilder({ dim: 512, M: 2, efConstruction: 4 });
  const { recall } = await poor.build(storeVectors(flatten(vectors, 512), 512, 'f32'), () => {}, signal);
  expect(recall.found).toBeLessThan(LEAST_RECALL);
});

test('a damaged graph is not measured', async () => {
  const content = stored(clusteredVectors(20, DIM));
  expect(await builder.measure(new Uint8Array(40), content, signal)).toBeUndefined();
});

test('stops when it is told to', async () => {
  const stop = new AbortController();
  stop.abort(new Error('enough'));
  await expect(builder.build(stored(clusteredVectors(20, DIM)), () => {}, stop.signal)).rejects.toThrow('enough');
});
