/// <reference path="./hnswlib-wasm.d.ts" />
import createHnswlib, { type HierarchicalNSW, type HnswlibModule } from 'hnswlib-wasm/dist/hnswlib-317962d7.js';
import { AfterimageError } from '../../../engine/errors.ts';
import { hasBit } from '../../../engine/index/bitset.ts';
import type { Hit, SearchOptions, VectorIndex } from '../../../engine/index/vector-index.ts';
import { checkDim } from '../../../engine/numeric/dimension.ts';
import type { Embedding } from '../../../engine/numeric/embedding.ts';
import { MAX_EF_CONSTRUCTION, MAX_M, parseGraph, removedRows } from './hnsw-graph.ts';
import { graphOf, imageOf, recordBytes } from './hnsw-image.ts';

/** Hierarchical navigable small worlds (Malkov & Yashunin 2016, arXiv:1603.09320), by hnswlib in WebAssembly. */
export interface HnswIndex extends VectorIndex {
  readonly kind: 'hnsw';
  /** The links alone, for `loadHnswIndex`; removed rows stay marked. Format: hnsw-graph.ts. */
  graph(): Uint8Array;
}

export interface HnswBuildOptions {
  readonly dim: number;
  readonly M: number;
  readonly efConstruction: number;
  /** Rows to make room for; more may be added, but growing needs room for both copies. */
  readonly capacity: number;
}

export interface HnswLoadOptions {
  readonly graph: Uint8Array;
  /** The vectors that the graph was built from: count × dim, row by row. */
  readonly vectors: Float32Array;
  readonly dim: number;
  /** Width of the beam where a search names none. */
  readonly efSearch: number;
}

/** WebAssembly's 32-bit heap as hnswlib-wasm was compiled ends here; some of it is the runtime's own. */
const HEAP_BYTES = 2 ** 31 - 64 * 2 ** 20;
/** What hnswlib keeps a row beside its record: label map, lock, level, pointers, mark of visits, allocator's share. */
const ROW_OVERHEAD_BYTES = 112;
/** Links are drawn with the same dice every time: the same rows in the same order give the same graph. */
const SEED = 100;
/** Where the binding looks for files: in its memory only, for a moment. */
const NAME = 'index';
const FILE = `/hnswlib-index/${NAME}`;
const DEFAULT_EF = 200;
/** hnswlib-wasm lists all labels after each call that adds, so rows are handed over in batches. */
const BATCH = 1024;

/** How many rows of `dim` fit into the heap. A row's lists above level 0 come to (1 + M) / (M − 1) words on average. */
export function maxRows(dim: number, M: number): number {
  const upper = (4 * (1 + M)) / (M - 1);
  return Math.floor(HEAP_BYTES / (recordBytes(dim, M) + ROW_OVERHEAD_BYTES + upper));
}

/** An empty index to `add` to. @throws AfterimageError `index-too-large`, naming the limit. */
export async function buildHnswIndex(options: HnswBuildOptions): Promise<HnswIndex> {
  const { dim, M, efConstruction, capacity } = options;
  if (!(Number.isInteger(M) && M >= 2 && M <= MAX_M && efConstruction >= 1 && efConstruction <= MAX_EF_CONSTRUCTION)) {
    throw new AfterimageError(
      'usage',
      `M must be a whole number between 2 and ${MAX_M}, efConstruction between 1 and ${MAX_EF_CONSTRUCTION}.`,
    );
  }
  checkRoom(capacity, dim, M);
  const runtime = await createRuntime(dim);
  const room = Math.max(1, capacity);
  attempt('index-too-large', () => runtime.index.initIndex(room, M, efConstruction, SEED));
  return wrap(runtime, { dim, M, efSearch: DEFAULT_EF, capacity: room, count: 0, removed: [] });
}

/**
 * The index of a graph that `graph()` gave and of the vectors it was built from. Everything is checked first.
 * @throws AfterimageError `index-corrupt`, `dimension-mismatch`, `index-too-large`.
 */
export async function loadHnswIndex({ graph, vectors, dim, efSearch }: HnswLoadOptions): Promise<HnswIndex> {
  const parsed = parseGraph(graph);
  const { count, M } = parsed;
  checkDim(parsed.dim, dim);
  if (vectors.length !== count * dim) {
    throw new AfterimageError('index-corrupt', `The index has ${count} rows, the vectors ${vectors.length / dim}.`);
  }
  if (count === 0) return buildHnswIndex({ dim, M, efConstruction: parsed.efConstruction, capacity: 0 });
  checkRoom(count, dim, M);
  const runtime = await createRuntime(dim);
  runtime.module.FS.writeFile(FILE, imageOf(parsed, vectors), { canOwn: true });
  attempt('index-corrupt', () => runtime.index.readIndex(NAME, count));
  runtime.module.FS.unlink(FILE);
  return wrap(runtime, { dim, M, efSearch, capacity: count, count, removed: removedRows(parsed) });
}

interface Runtime {
  readonly module: HnswlibModule;
  readonly index: HierarchicalNSW;
}

/**
 * A runtime for one index: its heap goes with the index (a WebAssembly heap never shrinks), each has 2 GiB of its own,
 * and one that fails takes no other along. A second one takes about 15 ms.
 */
async function createRuntime(dim: number): Promise<Runtime> {
  const quiet = () => {}; // what goes wrong is thrown too
  const module = await createHnswlib({ print: quiet, printErr: quiet }).catch((error: unknown) =>
    attempt('internal', () => {
      throw error;
    }),
  );
  module.EmscriptenFileSystemManager.initializeFileSystem('memory');
  // Inner product: for unit vectors, 1 − cosine.
  return { module, index: new module.HierarchicalNSW('ip', dim, '') };
}

interface State {
  readonly dim: number;
  readonly M: number;
  readonly efSearch: number;
  capacity: number;
  /** Rows ever added. */
  count: number;
  readonly removed: Iterable<number>;
}

function wrap(runtime: Runtime, { dim, M, efSearch: defaultEf, capacity, count, removed: marked }: State): HnswIndex {
  let held: Runtime | undefined = runtime;
  const removed = new Set(marked);
  /** Added, but not yet in hnswlib: rows `count − pending.length` … `count − 1`. */
  let pending: Float32Array[] = [];

  /** The runtime with everything in it that was added. */
  function current(): Runtime {
    if (held === undefined) throw new AfterimageError('internal', 'The index was disposed of.');
    if (pending.length > 0) flush(held.index);
    return held;
  }

  function flush(index: HierarchicalNSW): void {
    const batch = pending;
    pending = [];
    if (count > capacity) {
      capacity = Math.min(maxRows(dim, M), Math.max(count, capacity * 2));
      attempt('index-too-large', () => index.resizeIndex(capacity));
    }
    const labels = batch.map((_, i) => count - batch.length + i);
    attempt('internal', () => index.addPoints(batch, labels, false));
  }

  const has = (row: number) => Number.isInteger(row) && row >= 0 && row < count && !removed.has(row);

  return {
    kind: 'hnsw',
    dim,
    get size() {
      return count - removed.size;
    },
    has,
    add(vector) {
      checkDim(vector.length, dim);
      checkRoom(count + 1, dim, M);
      pending.push(vector.slice());
      count++;
      if (pending.length >= BATCH) current();
      return count - 1;
    },
    remove(row) {
      if (!has(row)) return;
      const { index } = current();
      attempt('internal', () => index.markDelete(row));
      removed.add(row);
    },
    search(query, options) {
      checkDim(query.length, dim);
      const { index } = current();
      const k = Math.min(options.k, count - removed.size);
      return k > 0 ? searchRows(index, query, { ...options, k, efSearch: options.efSearch ?? defaultEf }) : [];
    },
    graph() {
      const { module, index } = current();
      attempt('internal', () => index.writeIndex(NAME));
      const image = module.FS.readFile(FILE);
      module.FS.unlink(FILE);
      return graphOf(image, dim);
    },
    dispose() {
      held = undefined; // the whole heap goes
      pending = [];
    },
  };
}

/**
 * hnswlib asks a filter row by row, by a call from WebAssembly, for every row that it walks over: fine where a good
 * share of the rows passes; where few do, it walks over all of them and the exact index is faster.
 * Vectors cross element by element (embind's `std::vector<float>`; a `Float32Array` is no faster than an array): about
 * 0.05 ms at 256 dimensions.
 */
function searchRows(
  index: HierarchicalNSW,
  query: Embedding,
  options: Required<Pick<SearchOptions, 'k' | 'efSearch'>> & SearchOptions,
): Hit[] {
  const { k, efSearch, filter } = options;
  const passes = filter && ((row: number) => hasBit(filter, row));
  const { distances, neighbors } = attempt('internal', () => {
    index.setEfSearch(Math.max(efSearch, k));
    return index.searchKnn(query, k, passes);
  });
  const hits = neighbors.map((row, i) => ({ row, similarity: 1 - (distances[i] as number) /* parallel */ }));
  return hits.sort((a, b) => b.similarity - a.similarity || a.row - b.row);
}

function checkRoom(rows: number, dim: number, M: number): void {
  const limit = maxRows(dim, M);
  if (rows <= limit) return;
  throw new AfterimageError(
    'index-too-large',
    `An HNSW index of dimension ${dim} with M = ${M} holds at most ${limit} pictures (2 GiB of memory), not ${rows}.`,
  );
}

/** Run a call into hnswlib, whose C++ exceptions carry [type, text] as their message. */
function attempt<T>(code: 'index-corrupt' | 'index-too-large' | 'internal', call: () => T): T {
  try {
    return call();
  } catch (error) {
    const reason = String((error as { message?: unknown } | null)?.message ?? error);
    if (code === 'index-too-large' || /not enough memory|out of memory|could not allocate|bad_alloc/i.test(reason)) {
      const message = `The HNSW index does not fit into memory, of which it may use 2 GiB (${reason}).`;
      throw new AfterimageError('index-too-large', message, { cause: error });
    }
    throw new AfterimageError(code, `hnswlib failed: ${reason}.`, { cause: error });
  }
}
