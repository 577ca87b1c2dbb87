import { AfterimageError } from '../../../engine/errors.ts';
import { hasBit } from '../../../engine/index/bitset.ts';
import type { VectorIndex } from '../../../engine/index/vector-index.ts';
import { checkDim } from '../../../engine/numeric/dimension.ts';
import type { Embedding } from '../../../engine/numeric/embedding.ts';
import type { Behind } from './groups/equal-rows.ts';
import { NEAR, readBehind, squaredDistance, type VectorOf } from './groups/near-rows.ts';
import { createRowGroups, type RowGroups } from './groups/row-groups.ts';
import { MAX_EF_CONSTRUCTION, MAX_M, parseGraph, removedRows } from './hnsw-graph.ts';
import { graphOf, imageOf, type Nodes, recordBytes } from './hnsw-image.ts';
import { attempt, createRuntime, type Runtime, searchNodes } from './hnswlib.ts';

/** Hierarchical navigable small worlds (Malkov & Yashunin 2016, arXiv:1603.09320), by hnswlib in WebAssembly. */
export interface HnswIndex extends VectorIndex {
  readonly kind: 'hnsw';
  /**
   * Append a row of which it is known whether it is nearly equal to another one; `add` finds that out.
   * @param twin what it is listed behind; none: it becomes a node of its own
   */
  append(vector: Embedding, twin?: Twin): number;
  /** The links alone, for `loadHnswIndex`; removed rows stay marked. Format: hnsw-graph.ts. */
  graph(): Uint8Array;
}

/** A node to whose vector another one is nearly equal. */
export interface Twin {
  readonly row: number;
  /** The two vectors are equal. */
  readonly isEqual: boolean;
}

export interface HnswBuildOptions {
  readonly dim: number;
  readonly M: number;
  readonly efConstruction: number;
  /** Nodes to make room for; more may be added, but growing needs room for both copies. */
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
/** The beam in which `add` looks for a nearly equal row: it is met at once where there is one. */
const TWIN_EF = 16;
const [TWIN] = NEAR;

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
  const groups = createRowGroups();
  return wrap(runtime, { dim, M, efSearch: DEFAULT_EF, capacity: room, count: 0, removed: new Set(), groups });
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
  const removed = new Set(removedRows(parsed));
  const vectorOf = (row: number) => vectors.subarray(row * dim, (row + 1) * dim);
  const groups = groupsOf(readBehind(parsed, vectorOf), vectorOf);
  const nodes = nodesOf(count, groups, removed);
  checkRoom(nodes.rows.length, dim, M);
  const runtime = await createRuntime(dim);
  runtime.module.FS.writeFile(FILE, imageOf(parsed, vectors, nodes), { canOwn: true });
  attempt('index-corrupt', () => runtime.index.readIndex(NAME, nodes.rows.length));
  runtime.module.FS.unlink(FILE);
  return wrap(runtime, { dim, M, efSearch, capacity: nodes.rows.length, count, removed, groups });
}

function groupsOf(behind: Behind, vectorOf: VectorOf): RowGroups {
  const groups = createRowGroups();
  for (const [row, node] of behind.entries()) {
    if (node < 0) continue;
    const vector = vectorOf(row);
    groups.put(row, node, squaredDistance(vector, vectorOf(node), 0) === 0 ? undefined : vector);
  }
  return groups;
}

function nodesOf(count: number, groups: RowGroups, removed: ReadonlySet<number>): Nodes {
  const rows = new Uint32Array(count - groups.size);
  const places = new Uint32Array(count);
  for (let row = 0, place = 0; row < count; row++) {
    if (groups.nodeOf(row) !== row) continue;
    rows[place] = row;
    places[row] = place++;
  }
  return { rows, places, isGone: (row) => !groups.some(row, (one) => !removed.has(one)) };
}

interface State {
  readonly dim: number;
  readonly M: number;
  readonly efSearch: number;
  capacity: number;
  /** Rows ever added. */
  count: number;
  readonly removed: Set<number>;
  readonly groups: RowGroups;
}

/** Added, but not yet in hnswlib. */
interface Waiting {
  readonly row: number;
  readonly vector: Embedding;
}

function wrap(runtime: Runtime, state: State): HnswIndex {
  const { dim, M, efSearch: defaultEf, removed, groups } = state;
  let held: Runtime | undefined = runtime;
  let { count, capacity } = state;
  let pending: Waiting[] = [];
  /** How many rows of each node are removed; a node whose rows all are is marked in hnswlib. */
  const goneOf = new Map<number, number>();
  let marked = 0;
  for (const row of removed) countGone(row);

  /** @returns whether its node has no other row left */
  function countGone(row: number): boolean {
    const node = groups.nodeOf(row);
    const gone = (goneOf.get(node) ?? 0) + 1;
    goneOf.set(node, gone);
    if (gone < groups.sizeOf(node)) return false;
    marked++;
    return true;
  }

  function holding(): Runtime {
    if (held === undefined) throw new AfterimageError('internal', 'The index was disposed of.');
    return held;
  }

  /** The runtime with everything in it that was added. */
  function current(): Runtime {
    const runtime = holding();
    if (pending.length > 0) flush(runtime);
    return runtime;
  }

  function flush({ index }: Runtime): void {
    const batch = pending;
    pending = [];
    const nodes = count - groups.size;
    if (nodes > capacity) {
      capacity = Math.min(maxRows(dim, M), Math.max(nodes, capacity * 2));
      attempt('index-too-large', () => index.resizeIndex(capacity));
    }
    const [vectors, labels] = [batch.map(({ vector }) => vector), batch.map(({ row }) => row)];
    attempt('internal', () => index.addPoints(vectors, labels, false));
  }

  function findTwin(vector: Embedding): Twin | undefined {
    for (const waiting of pending) {
      const distance = squaredDistance(waiting.vector, vector, TWIN);
      if (distance <= TWIN) return { row: waiting.row, isEqual: distance === 0 };
    }
    const { index } = holding();
    if (count - groups.size - pending.length - marked <= 0) return undefined;
    const [nearest] = searchNodes(index, vector, { k: 1, efSearch: TWIN_EF });
    if (nearest === undefined) return undefined;
    const distance = squaredDistance(
      attempt('internal', () => index.getPoint(nearest.row)),
      vector,
      TWIN,
    );
    return distance <= TWIN ? { row: nearest.row, isEqual: distance === 0 } : undefined;
  }

  function append(vector: Embedding, twin?: Twin): number {
    checkDim(vector.length, dim);
    const row = count;
    if (twin) {
      groups.put(row, twin.row, twin.isEqual ? undefined : vector);
    } else {
      checkRoom(count - groups.size + 1, dim, M);
      pending.push({ row, vector: vector.slice() as Embedding });
    }
    count++;
    if (pending.length >= BATCH) current();
    return row;
  }

  const has = (row: number) => Number.isInteger(row) && row >= 0 && row < count && !removed.has(row);

  return {
    kind: 'hnsw',
    dim,
    get size() {
      return count - removed.size;
    },
    has,
    append,
    add(vector) {
      checkDim(vector.length, dim);
      return append(vector, findTwin(vector));
    },
    remove(row) {
      if (!has(row)) return;
      removed.add(row);
      if (!countGone(row)) return;
      const { index } = current();
      attempt('internal', () => index.markDelete(groups.nodeOf(row)));
    },
    search(query, { k: wanted, efSearch = defaultEf, filter }) {
      checkDim(query.length, dim);
      const { index } = current();
      const k = Math.min(wanted, count - removed.size);
      if (k <= 0) return [];
      const nodes = count - groups.size - marked;
      const passes = filter && ((row: number) => hasBit(filter, row));
      if (groups.size === 0) return searchNodes(index, query, { k, efSearch, passes });
      // Of nearly equal rows others than the node may be among the best: all of the beam is looked at.
      const nodesWanted = Math.min(groups.hasNear ? Math.max(k, efSearch) : k, nodes);
      const isFound = (row: number) => !removed.has(row) && (passes === undefined || passes(row));
      const nodePasses = passes && ((node: number) => groups.some(node, isFound));
      const found = searchNodes(index, query, { k: nodesWanted, efSearch, passes: nodePasses });
      return groups.expand(found, query, k, isFound);
    },
    graph() {
      const { module, index } = current();
      attempt('internal', () => index.writeIndex(NAME));
      const image = module.FS.readFile(FILE);
      module.FS.unlink(FILE);
      return graphOf(image, dim, { count, nodeOf: groups.nodeOf, isRemoved: (row) => removed.has(row) });
    },
    dispose() {
      held = undefined; // the whole heap goes
      pending = [];
    },
  };
}

function checkRoom(rows: number, dim: number, M: number): void {
  const limit = maxRows(dim, M);
  if (rows <= limit) return;
  throw new AfterimageError(
    'index-too-large',
    `An HNSW index of dimension ${dim} with M = ${M} holds at most ${limit} pictures (2 GiB of memory), not ${rows}.`,
  );
}
