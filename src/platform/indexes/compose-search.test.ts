import { expect, test, vi } from 'vitest';
import { readCollection } from '../../engine/collection/reader.ts';
import { createMemorySource, type Files, sampleContent, writeCollection } from '../../engine/collection/testing.ts';
import { ENCODINGS, type Encoding } from '../../engine/collection/types.ts';
import { storeVectors, toFloat32, vectorOf } from '../../engine/collection/vectors/stored-vectors.ts';
import { createExactIndex } from '../../engine/index/exact/exact-index.ts';
import { heldBytes } from '../../engine/index/tab-memory.ts';
import type { Kernels } from '../../engine/kernels/kernels.ts';
import { createKernels } from '../../engine/kernels/load.ts';
import type { Embedding } from '../../engine/numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../engine/numeric/testing-vectors.ts';
import { drawRows } from '../../engine/search/cutoff.ts';
import { sha256 } from '../hashes/sha256.ts';
import { loadIndex } from './compose-search.ts';

const [COUNT, DIM] = [4000, 24];
const PAGE = 2 ** 16;
const [query, ...others] = clusteredVectors(3, DIM, 2) as [Embedding, ...Embedding[]];

/** A collection without a graph, its vectors in several parts. */
async function open(encoding: Encoding) {
  const stored = storeVectors(flatten(clusteredVectors(COUNT, DIM), DIM), DIM, encoding);
  const content = {
    vectors: stored,
    graph: undefined,
    index: 'exact',
    limits: { partBytes: 60_000, blockBytes: 20_000 },
  } as const;
  const files: Files = new Map();
  await writeCollection(sampleContent(sha256, COUNT, DIM, content), files);
  const collection = await readCollection(createMemorySource(files, sha256), sha256, 'holidays');
  expect(collection.parts('vectors').length).toBeGreaterThan(1);
  return { collection, stored, truth: createExactIndex(toFloat32(stored), DIM) };
}

test.each(ENCODINGS)('compares every row of %s', async (encoding) => {
  const { collection, stored, truth } = await open(encoding);
  for (const host of [undefined, {}]) {
    const kernels = (bytes: number) => createKernels(bytes, host);
    const { index, exact, rows } = await loadIndex(collection, 'auto', { kernels });
    expect([index.kind, index.size]).toEqual(['exact', COUNT]);
    for (const filter of [undefined, new Uint32Array(COUNT / 32).fill(0x11111111)]) {
      const options = { k: 20, ...(filter && { filter }) };
      const found = index.search(query, options).map(({ row }) => row);
      expect(found).toEqual(truth.search(query, options).map(({ row }) => row));
    }
    const [ranking, wanted] = [exact().rankAll(query), truth.rankAll(query)];
    expect(ranking.scores).toHaveLength(COUNT);
    for (const [i, score] of ranking.scores.entries()) expect(score).toBeCloseTo(wanted.scores[i] as number, 4);
    for (const row of drawRows(COUNT)) expect(rows.vectorOf(row)).toEqual(vectorOf(stored, row));
    for (const vector of others) index.remove(index.add(vector));
    expect(index.add(query)).toBe(COUNT + others.length);
    expect(index.search(query, { k: 1 })[0]?.row).toBe(COUNT + others.length);
  }
});

test.each(['int8', 'f16'] as const)('holds rows of %s once, in the memory of the kernels', async (encoding) => {
  const { collection } = await open(encoding);
  const made: Kernels[] = [];
  const kernels = (bytes: number) => {
    made.push(createKernels(bytes));
    return made.at(-1) as Kernels;
  };
  const vectors = vi.fn(collection.vectors);
  await loadIndex({ ...collection, vectors }, 'exact', { kernels });
  expect(vectors).not.toHaveBeenCalled();
  const bytes = made.map(({ memory }) => memory.buffer.byteLength);
  expect(bytes).toEqual([Math.ceil(heldBytes(collection.manifest) / PAGE) * PAGE]);
});
