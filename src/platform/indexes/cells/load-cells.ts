import { forEachLimited } from '../../../engine/async/limiter.ts';
import type { Block, BlockTable } from '../../../engine/collection/sections/block-table.ts';
import type { CollectionManifest } from '../../../engine/collection/types.ts';
import { decodeHead } from '../../../engine/collection/vectors/vector-blocks.ts';
import { type CellsIndex, createCellsIndex } from '../../../engine/index/cells/cells-index.ts';
import type { Choice } from '../../../engine/index/cells/choose-cells.ts';
import { type CellsHead, parseHead } from '../../../engine/index/cells/head.ts';
import type { BaselineSample } from '../../../engine/search/cutoff.ts';
import { createVectorSource } from '../../../engine/search/held-vectors.ts';
import { toRanking } from '../../../engine/search/ranking.ts';
import type { Retriever } from '../../../engine/search/retriever.ts';
import type { VectorSource } from '../../../engine/search/vector-source.ts';
import { isAway } from '../../async/resume.ts';
import { decodeCode } from '../codes/decode-code.ts';
import { type CellReader, type CellReaderOptions, createCellReader } from './cell-reader.ts';

/** What an index of cells reads of a collection. */
export interface CellsParts extends Pick<CellReaderOptions, 'readBlock'> {
  readonly manifest: CollectionManifest;
  cells(): Promise<Uint8Array>;
  blockTable(): Promise<BlockTable>;
}

export interface LoadedCells {
  readonly index: CellsIndex;
  readonly retriever: Retriever;
  readonly vectors: VectorSource;
  readonly sample: BaselineSample;
}

export interface LoadCellsOptions {
  /** Other bounds than the usual ones, for tests. */
  readonly choice?: Partial<Choice>;
}

/** Rows whose vectors are fetched for a query: as many as of codes (load-codes.ts). */
const FETCHED = 100;
/** Cells on their way at a time: of one query there are fewer, of a ranking that is scrolled far down there may be thousands. */
const READ_AT_A_TIME = 64;
/** What is held of codes and of vectors: those of some fifty queries. */
const MEMBER_BYTES = 48 * 2 ** 20;
const VECTOR_BYTES = 16 * 2 ** 20;
/** Ranks that are asked for at a time beyond the first. */
const PAGE_SIZE = 1_000;

/**
 * The cells of a collection, of which each query reads those that it comes near: their codes in one round of requests, the
 * vectors of the likely best rows in a second.
 * @throws AfterimageError `index-corrupt`, and what reading throws
 */
export async function loadCells(parts: CellsParts, { choice = {} }: LoadCellsOptions = {}): Promise<LoadedCells> {
  const { manifest } = parts;
  const { dim, count } = manifest;
  const [body, table] = await Promise.all([parts.cells(), parts.blockTable()]);
  const head = parseHead(body, { dim, count });
  const vectorsHead = await parts.readBlock('vectors', table.vectors[0] as Block /* the table was checked */);
  const reader = createCellReader({
    ...{ manifest, head, readBlock: parts.readBlock, centre: decodeHead(vectorsHead, manifest) },
    ...{ memberBytes: MEMBER_BYTES, vectorBytes: VECTOR_BYTES },
  });
  const index = createCellsIndex({ head, held: reader, choice });
  return {
    index,
    retriever: createCellsRetriever(index, reader),
    vectors: createVectorSource({
      has: index.has,
      vectorOf: (row) => index.addedVector(row) ?? reader.vectorOf(row),
      fetch: (rows) => Promise.all(rows.map((row) => reader.readVector(row))),
    }),
    sample: sampleOf(head, manifest),
  };
}

function createCellsRetriever(index: CellsIndex, reader: CellReader): Retriever {
  return {
    kind: 'cells',
    dim: index.dim,
    get size() {
      return index.size;
    },
    pageSize: PAGE_SIZE,
    async retrieve(query, { k, filter, signal }) {
      signal?.throwIfAborted();
      const search = index.begin(query, filter ? { k, filter } : { k });
      const away = new Set<number>();
      // In the order of their parts: what lies together is read together.
      const cells = search.cells.toSorted((a, b) => a - b);
      await forEachLimited(cells, READ_AT_A_TIME, async (cell) => {
        const codes = await unlessAway(reader.readCell(cell, signal));
        if (codes) search.scan(cell, codes);
        else away.add(cell);
      });
      // Without the network, what was read for other queries is what there is.
      if (away.size > 0) scanHeld(search, reader);
      const rows = Array.from(search.best(FETCHED));
      const vectors = await Promise.all(rows.map((row) => unlessAway(reader.readVector(row, signal))));
      signal?.throwIfAborted();
      const hits = search.hits();
      const isPart = away.size > 0 || vectors.includes(undefined);
      const approximate = isPart || hits.some((hit) => hit.approximate);
      return { ...toRanking(hits), approximate, ...(isPart && { unreachable: true as const }) };
    },
    dispose() {
      index.dispose();
      reader.dispose();
    },
  };
}

function scanHeld(search: ReturnType<CellsIndex['begin']>, reader: CellReader): void {
  const looked = new Set(search.cells);
  for (const cell of reader.heldCells().filter((one) => !looked.has(one))) {
    const codes = reader.codesOf(cell);
    if (codes) search.scan(cell, codes);
  }
}

/** Undefined where the network does not give it. */
async function unlessAway<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isAway(error)) return undefined;
    throw error;
  }
}

/** By itself: a closure above would keep the head's bytes alive. */
function sampleOf({ sample }: CellsHead, { count, dim }: CollectionManifest): BaselineSample {
  const rows = sample.header.count;
  const vectors = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) vectors.set(decodeCode(sample.section, sample.header, row), row * dim);
  return { count, dim, vectors };
}
