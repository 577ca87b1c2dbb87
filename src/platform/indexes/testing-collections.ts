/** A collection for tests of what is loaded from one: in each encoding, with a graph, with codes. */

import { finish } from '../../engine/async/steps.ts';
import { readCollection } from '../../engine/collection/reader.ts';
import {
  createMemorySource,
  type Files,
  sampleContent,
  sampleItem,
  writeCollection,
} from '../../engine/collection/testing.ts';
import type { Encoding, IndexKind, IndexWay } from '../../engine/collection/types.ts';
import { reorderVectors, storeVectors, toFloat32 } from '../../engine/collection/vectors/stored-vectors.ts';
import { createExactIndex, type ExactIndex } from '../../engine/index/exact/exact-index.ts';
import type { Embedding } from '../../engine/numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../engine/numeric/testing-vectors.ts';
import type { ByteSource } from '../../engine/ports.ts';
import { buildCells } from '../../indexing/cells/build-cells.ts';
import { createMemoryWorkFolder, memoryRows } from '../../indexing/cells/testing-work-folder.ts';
import { makeCodes, ROWS_PER_CODED_BLOCK } from '../../indexing/indexes/make-codes.ts';
import { sha256 } from '../hashes/sha256.ts';
import { type IndexParts, type LoadedIndex, loadIndex } from './compose-search.ts';
import { buildHnswIndex } from './hnsw/hnsw-index.ts';

export const [COUNT, DIM] = [1600, 64];
/** Rows 0, 40 and 900 are the same picture, before a collection with codes brings them into another order. */
const made = clusteredVectors(COUNT, DIM);
for (const row of [40, 900]) made[row] = made[0] as Embedding;

export interface TestCollection {
  /** By row, as they were made: nothing is lost yet. */
  readonly vectors: readonly Embedding[];
  /** Over the vectors as they are stored. */
  readonly truth: ExactIndex;
  readonly files: Files;
}

/** @param index what the collection comes with: a graph, codes, cells, or nothing */
export async function createTestCollection(index: IndexKind, encoding: Encoding): Promise<TestCollection> {
  const stored = storeVectors(flatten(made, DIM), DIM, encoding);
  const { signal } = new AbortController();
  const coded = index === 'codes' ? await makeCodes(stored, () => {}, signal) : undefined;
  const cells = index === 'cells' ? await cellsOf(flatten(made, DIM)) : undefined;
  const order = coded?.order ?? cells?.order;
  const vectors = order ? finish(reorderVectors(stored, order)) : stored;
  const content = {
    vectors,
    index,
    graph: index === 'hnsw' ? await graphOf(toFloat32(vectors)) : undefined,
    ...(coded && { codes: coded.codes, rowsPerBlock: ROWS_PER_CODED_BLOCK }),
    ...(cells && {
      cells: cells.cells,
      items: cells.items,
      vectors: cells.vectors,
      rowsPerBlock: ROWS_PER_CODED_BLOCK,
    }),
    limits: { partBytes: 40_000, blockBytes: 20_000 },
  };
  const files: Files = new Map();
  await writeCollection(sampleContent(sha256, COUNT, DIM, content), files);
  return {
    files,
    vectors: made.map((vector, row) => (order ? (made[order[row] as number] as Embedding) : vector)),
    truth: createExactIndex(toFloat32(vectors), DIM),
  };
}

/** As they are built of rows that the memory does not hold. */
function cellsOf(vectors: Float32Array) {
  const rows = memoryRows(vectors, DIM, sampleItem);
  const options = { model: 'a'.repeat(64), onProgress: () => {}, signal: new AbortController().signal, cellRows: 40 };
  return buildCells(rows, createMemoryWorkFolder(sha256), options);
}

async function graphOf(vectors: Float32Array): Promise<Uint8Array> {
  const index = await buildHnswIndex({ dim: DIM, M: 16, efConstruction: 200, capacity: COUNT });
  for (let at = 0; at < vectors.length; at += DIM) index.add(vectors.subarray(at, at + DIM) as Embedding);
  return index.graph();
}

/** So that there are cells that a query does not look into. */
const FEW_CELLS = { leastRows: 200, mostRows: 600 };

/** The collection opened in one way; `changes` are made to its byte source, `parts` to what is read of it. */
export async function openTestCollection(
  { files }: Pick<TestCollection, 'files'>,
  way: IndexWay,
  changes: (source: ByteSource) => Partial<ByteSource> = () => ({}),
  parts: Partial<IndexParts> = {},
): Promise<LoadedIndex> {
  const source = createMemorySource(files, sha256);
  const collection = await readCollection({ ...source, ...changes(source) }, sha256, 'holidays');
  return loadIndex({ ...collection, ...parts }, way, { choice: FEW_CELLS });
}
