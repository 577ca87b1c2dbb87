import { createPromiseCache } from '../../../engine/async/cached/promise-cache.ts';
import type { StreamOptions } from '../../../engine/collection/reader.ts';
import type { Block, BlockKind, BlockTable } from '../../../engine/collection/sections/block-table.ts';
import type { CollectionManifest } from '../../../engine/collection/types.ts';
import type { StoredVectors } from '../../../engine/collection/vectors/stored-vectors.ts';
import { decodeHead, decodeRows } from '../../../engine/collection/vectors/vector-blocks.ts';
import { type AfterimageError, toAfterimageError } from '../../../engine/errors.ts';
import { createCodeRows } from '../../../engine/index/codes/code-rows.ts';
import { type CodesIndex, createCodesIndex } from '../../../engine/index/codes/codes-index.ts';
import { type CodeHeader, readCodeHeader } from '../../../engine/index/codes/section.ts';
import { createInt8Rows, type Int8Rows, type Int8RowsOptions } from '../../../engine/index/quantised/int8-rows.ts';
import { createQuantisedIndex } from '../../../engine/index/quantised/quantised-index.ts';
import { sortRows } from '../../../engine/index/sort-rows.ts';
import { heldBytes, TAB_BYTES } from '../../../engine/index/tab-memory.ts';
import type { Kernels } from '../../../engine/kernels/kernels.ts';
import type { Embedding } from '../../../engine/numeric/embedding.ts';
import { type BaselineSample, drawSample } from '../../../engine/search/cutoff.ts';
import { createVectorSource } from '../../../engine/search/held-vectors.ts';
import type { Ranking } from '../../../engine/search/ranking.ts';
import type { VectorSource } from '../../../engine/search/vector-source.ts';
import { isAway, type Resumed, resume, type UntilRetry } from '../../async/resume.ts';
import { createBlockVectors } from './block-vectors.ts';
import { decodeCode } from './decode-code.ts';
import { createFetchedRows } from './fetched-rows.ts';

/** What an index of codes reads of a collection. */
export interface CodesParts {
  readonly manifest: CollectionManifest;
  codes(): Promise<Uint8Array>;
  blockTable(): Promise<BlockTable>;
  readBlock(kind: BlockKind, block: Block): Promise<Uint8Array>;
  streamVectors(
    take: (first: number, rows: StoredVectors) => void,
    options?: Pick<StreamOptions, 'skip'>,
  ): Promise<void>;
  /** Where it is absent, vectors that the network does not give are not asked for again. */
  readonly untilRetry?: UntilRetry;
  /**
   * Resolves when what the first answer waits for is there. Vectors that arrive behind the codes are not begun before: of a
   * million pictures they are 500 MB, which would take the network and the processors from it.
   */
  readonly calm?: Promise<void>;
}

export interface LoadedCodes {
  readonly index: CodesIndex;
  /** Resolves when all vectors are there; at once where they are read as they are needed. */
  readonly arrived: Promise<void>;
  /**
   * Read the vectors that a search for `query` will compare, as far as the network gives them.
   * @returns whether it gave all that are read for single queries
   * @throws AfterimageError `part-missing`, `part-corrupt`, also for those that arrive by themselves
   */
  prepare(query: Embedding): Promise<boolean>;
  rankAll(query: Embedding): Ranking & { readonly approximate?: true };
  /** Those that are there, and the others from their blocks. */
  readonly vectors: VectorSource;
  /** Whether vectors are read as they are needed. */
  readonly onDemand: boolean;
  /** Why they are not, where they were to be: a sentence that follows the reason for this index. */
  readonly instead?: string;
  /** As the codes have it. */
  readonly sample: BaselineSample;
}

/**
 * Candidates whose blocks are fetched for a query: by codes of 4 bits 50 hold 0.989 of the best ten of 100,000 × 512, 100 hold 0.982 of those
 * of 1,000,000 (docs/decisions/0002-first-pass-codes.md).
 */
const fetchedCandidates = (count: number): number => (count > 200_000 ? 100 : 50);

/** Rows whose vectors are held at most where they are fetched for single queries: 33 MiB of 512 dimensions. */
const HELD_ROWS = 65_536;

export interface LoadCodesOptions {
  /** Memory to scan in; the host's best where it is absent. */
  readonly kernels?: ((bytes: number) => Kernels) | undefined;
  readonly heldRows?: number;
  /** Bytes that all vectors may take where they need not be there. */
  readonly tabBytes?: number;
}

/**
 * The codes of a collection, searchable when they are there, and its vectors: all of them arriving behind, or, `onDemand`,
 * the blocks of each query's candidates. Those of single bits are too many: all vectors are read then, where they fit.
 * @throws AfterimageError `index-corrupt`, `index-too-large`, and what reading throws
 */
export async function loadCodes(
  parts: CodesParts,
  onDemand: boolean,
  { kernels, heldRows = HELD_ROWS, tabBytes = TAB_BYTES }: LoadCodesOptions = {},
): Promise<LoadedCodes> {
  const { manifest } = parts;
  const { dim, count } = manifest;
  const [section, table] = await Promise.all([parts.codes(), parts.blockTable()]);
  const header = readCodeHeader(section, manifest);
  const codes = createCodeRows({ ...header.code, count, ...(kernels && { kernels }) });
  codes.put(0, section.subarray(header.bytes));
  const head = await parts.readBlock('vectors', table.vectors[0] as Block /* the table was checked */);
  const rows = { dim, count, centre: decodeHead(head, manifest), ...(kernels && { kernels }) };
  const all = onDemand && header.code.bits !== 1 ? undefined : createAllRows(rows, onDemand ? tabBytes : undefined);
  const fetched = all === undefined;
  const vectors = all ?? createSomeRows(rows, heldRows);
  const index = createCodesIndex({ code: header.code, codes, vectors });
  const { done: arrived, wake } = fetched ? NOTHING : streamAll(parts, vectors);
  let damage: AfterimageError | undefined;
  arrived.catch((error) => {
    if (!isAway(error)) damage = toAfterimageError(error);
  });
  const fetchBlocks = createFetcher(parts, table, vectors);
  return {
    index,
    arrived,
    prepare: async (query) => {
      if (damage) throw damage;
      wake();
      return !fetched || fetchBlocks(index.missing(index.candidates(query, fetchedCandidates(count))));
    },
    rankAll: (query) => rankAll(index, vectors, query),
    vectors: createVectorSource({
      has: index.has,
      vectorOf: vectors.vectorOf,
      fetch: createBlockVectors(parts, table, rows.centre),
    }),
    onDemand: fetched,
    ...(onDemand && !fetched && { instead: TOO_COARSE }),
    sample: sampleOf(section, header, manifest),
  };
}

function createSomeRows(rows: Int8RowsOptions, held: number): Int8Rows {
  return rows.count > held ? createFetchedRows({ ...rows, held }) : createInt8Rows(rows);
}

/**
 * Room for all vectors; `undefined` where they need not be there, which `most` says, and take more than so many bytes or
 * than the host has.
 * @throws AfterimageError `index-too-large`
 */
function createAllRows(rows: Int8RowsOptions, most?: number): Int8Rows | undefined {
  const needNot = most !== undefined;
  if (needNot && heldBytes({ ...rows, quantiser: { encoding: 'int8' } }) > most) return undefined;
  try {
    return createInt8Rows(rows);
  } catch (error) {
    if (needNot && toAfterimageError(error).code === 'index-too-large') return undefined;
    throw error;
  }
}

const TOO_COARSE =
  'But codes of single bits, as this collection has, leave too many candidates for that: all vectors are read.';

const NOTHING: Resumed = { done: Promise.resolve(), wake: () => {} };

/** What a lost network stopped goes on when it is back, with the parts that did not come. */
function streamAll({ streamVectors, untilRetry, calm }: CodesParts, vectors: Int8Rows): Resumed {
  return resume(async (moved) => {
    await calm;
    const take = (first: number, rows: StoredVectors) => {
      // A try before may have left the same part on its way.
      if (rows.encoding !== 'int8' || vectors.has(first)) return;
      vectors.put(first, rows);
      moved();
    };
    await streamVectors(take, { skip: (first) => vectors.has(first) });
  }, untilRetry);
}

/** Reads the blocks that rows lie in; false: the network does not give all of them. */
function createFetcher({ manifest, readBlock }: CodesParts, table: BlockTable, vectors: Int8Rows) {
  const { rowsPerBlock } = manifest.quantiser;
  const [, ...blocks] = table.vectors;
  /** Only those on their way: those that have come are there, or have made room for others since. */
  const fetching = createPromiseCache<boolean>(0);
  const fetchBlock = async (place: number) => {
    const block = blocks[place] as Block; // rows are of the collection
    try {
      vectors.put(block.first, decodeRows(await readBlock('vectors', block), manifest));
      return true;
    } catch (error) {
      if (!isAway(error)) throw error;
      return false;
    }
  };
  return async (rows: Iterable<number>) => {
    const places = new Set(Array.from(rows, (row) => Math.floor(row / rowsPerBlock)));
    const came = await Promise.all(
      Array.from(places, (place) => fetching.get(String(place), () => fetchBlock(place)).value),
    );
    return !came.includes(false);
  };
}

/** All rows: by their vectors where all of these are there, else by what the codes say. */
function rankAll(index: CodesIndex, vectors: Int8Rows, query: Embedding): ReturnType<LoadedCodes['rankAll']> {
  if (vectors.size === index.size) return createQuantisedIndex(vectors).rankAll(query);
  const { rows, estimates } = index.candidates(query, index.size);
  return { ...sortRows(rows, estimates), approximate: true };
}

/** By itself: a closure above would keep the section alive for as long as anything made beside it. */
function sampleOf(section: Uint8Array, header: CodeHeader, { count, dim }: CollectionManifest): BaselineSample {
  return drawSample(count, dim, (row) => decodeCode(section, header, row));
}
