import { AfterimageError } from '../../errors.ts';
import { BLOCK_ROWS, type Kernels } from '../../kernels/kernels.ts';
import { type Bitset, createBitset, hasBit, setBit } from '../bitset.ts';
import { createRowStore, HEAD_AT, type RowStore } from './row-store.ts';

export interface RowsOptions {
  readonly dim: number;
  /** Rows of the collection, which may arrive in any order; room is made for all of them at once. */
  readonly count: number;
  /** Memory to scan in; the host's best where it is absent. */
  readonly kernels?: (bytes: number) => Kernels;
}

/** Scores of one scan by position. Views of the memory: they hold until the next call. */
export interface Scanned {
  /** How many positions there are. */
  readonly count: number;
  /** Row at each position; absent where position p is row p. Ascending if what was chosen was. */
  readonly rows: Uint32Array | undefined;
  /** Similarity at each position, NaN for a row that has not arrived or was removed. */
  readonly scores: Float32Array;
  /** The largest score of each `BLOCK_ROWS` positions; −∞ where all are NaN. */
  readonly maxima: Float32Array;
}

/** Rows in one linear memory, which arrive part by part and are scanned by the kernels. */
export interface ScannedRows {
  readonly dim: number;
  /** Rows that have a number: those of the collection, arrived or not, and those appended. */
  readonly count: number;
  /** Rows that are there: arrived and not removed. */
  readonly size: number;
  has(row: number): boolean;
  /** Give a vector the next number. @throws `dimension-mismatch`, `index-too-large`. */
  append(vector: Float32Array): number;
  /** Forget a row for good, also one that has not arrived. Unknown and removed rows are ignored. */
  remove(row: number): void;
  /**
   * Score all rows up to the last that is there or, where `choose` is given, those that it writes to `list` (room for
   * `end` rows, all below `end`); it returns how many. @throws `dimension-mismatch`.
   */
  scan(query: Float32Array, choose?: (list: Uint32Array, end: number) => number): Scanned;
  /** Give the memory back. Nothing is there afterwards. */
  dispose(): void;
}

/** Rows that come as a collection stores them. */
export interface ArrivingRows<Stored> extends ScannedRows {
  /**
   * Take rows `first`, `first` + 1 … of the collection. @throws AfterimageError `dimension-mismatch` where they are no
   * whole rows or more than there are, `index-corrupt` where they hold what stands for nothing.
   */
  put(first: number, rows: Stored): void;
}

/** How rows of one kind are kept and scored. */
export interface RowEncoding<Stored> {
  /** The kernel that scores them. */
  readonly scan: 'scan' | 'scanHalves';
  readonly rowBytes: number;
  readonly scalesPerRow: number;
  readonly queryBytes: number;
  /** A vector as one stored row. */
  encode(vector: Float32Array): Stored;
  /** Rows as the kernels take them, and their scales (bfloat16), ≥ 0. @throws as `put` does. */
  unpack(rows: Stored): { readonly bytes: Uint8Array; readonly scales: Uint16Array };
  /**
   * Write the query to `at`, where zeros or another query lie.
   * @returns what makes similarities of the kernels' products: these times `step`, plus `base`
   */
  writeQuery(query: Float32Array, buffer: ArrayBuffer, at: number): QueryScale;
}

interface QueryScale {
  readonly step: number;
  readonly base: number;
}

/** The query lies in the head. */
const QUERY = HEAD_AT;
type Beside = 'scales' | 'list' | 'scores' | 'maxima';
const words = (rows: number) => 4 * rows;

/** @throws AfterimageError `index-too-large`. */
export function createScannedRows<Stored>(
  { dim, count: given, kernels }: RowsOptions,
  encoding: RowEncoding<Stored>,
): ArrivingRows<Stored> {
  const store = createRowStore<Beside>({
    head: encoding.queryBytes,
    rowBytes: encoding.rowBytes,
    count: given,
    beside: {
      scales: { bytes: (rows) => 2 * encoding.scalesPerRow * rows, kept: true },
      list: { bytes: words },
      scores: { bytes: words },
      maxima: { bytes: (rows) => words(Math.ceil(rows / BLOCK_ROWS)) },
    },
    kernels,
  });
  const present = createPresence(store, encoding.scalesPerRow);
  return {
    dim,
    get count() {
      return store.count;
    },
    get size() {
      return present.size;
    },
    has: present.has,
    put(first, rows) {
      const { bytes, scales } = encoding.unpack(rows);
      store.put(first, bytes);
      present.add(first, scales);
    },
    append(vector) {
      if (vector.length !== dim) throw mismatch(vector.length, dim);
      const { bytes, scales } = encoding.unpack(encoding.encode(vector));
      const row = store.append(bytes);
      present.add(row, scales);
      return row;
    },
    remove: present.remove,
    scan(query, choose) {
      if (query.length !== dim) throw mismatch(query.length, dim);
      return store.disposed ? NOTHING : scan(store, encoding, present.end, query, choose);
    },
    dispose() {
      store.dispose();
      present.clear();
    },
  };
}

const NOTHING: Scanned = { count: 0, rows: undefined, scores: new Float32Array(0), maxima: new Float32Array(0) };

/** As bfloat16. */
const ABSENT = 0x7fc0;

/** Which rows are there, which is what their scales say: the first one of a row that is not there is NaN. */
function createPresence(store: RowStore<Beside>, perRow: number) {
  /** Rows from here on are not there. */
  let end = 0;
  let size = 0;
  let removed: Bitset = createBitset(0);
  const scales = () => new Uint16Array(store.buffer, store.at('scales'), store.count * perRow);
  scales().fill(ABSENT);
  return {
    get end() {
      return end;
    },
    get size() {
      return size;
    },
    has(row: number): boolean {
      return Number.isInteger(row) && row >= 0 && row < end && scales()[row * perRow] !== ABSENT;
    },
    /** Rows `first`, `first` + 1 … are there from now on, but for those that were removed before. */
    add(first: number, given: Uint16Array): void {
      const held = scales();
      const after = first + given.length / perRow;
      for (let row = first, at = 0; row < after; row++, at += perRow) {
        if (hasBit(removed, row)) continue;
        // Of an appended row anything may lie there.
        if (row >= end || held[row * perRow] === ABSENT) size++;
        for (let i = 0; i < perRow; i++) held[row * perRow + i] = given[at + i] as number;
      }
      end = Math.max(end, after);
    },
    remove(row: number): void {
      if (!(Number.isInteger(row) && row >= 0 && row < store.count)) return;
      if (row >= removed.length * 32) removed = extended(removed, Math.max(store.count, 2 * row));
      if (hasBit(removed, row)) return;
      setBit(removed, row);
      const held = scales();
      if (held[row * perRow] !== ABSENT) size--;
      held[row * perRow] = ABSENT;
    },
    clear(): void {
      end = size = 0;
    },
  };
}

function scan(
  store: RowStore<Beside>,
  encoding: Pick<RowEncoding<never>, 'scan' | 'writeQuery'>,
  end: number,
  query: Float32Array,
  choose: Parameters<ScannedRows['scan']>[1],
): Scanned {
  const { kernels, rowsAt, stride, at } = store;
  const { step, base } = encoding.writeQuery(query, store.buffer, QUERY);
  const rows = choose && new Uint32Array(store.buffer, at('list'), end);
  const count = choose && rows ? choose(rows, end) : end;
  const list = rows ? at('list') : 0;
  kernels[encoding.scan](rowsAt, at('scales'), stride, list, count, QUERY, step, base, at('scores'), at('maxima'));
  return {
    count,
    rows: rows?.subarray(0, count),
    scores: floats(store, 'scores', count),
    maxima: floats(store, 'maxima', Math.ceil(count / BLOCK_ROWS)),
  };
}

function floats(store: RowStore<Beside>, name: Beside, length: number): Float32Array<ArrayBuffer> {
  return new Float32Array(store.buffer, store.at(name), length);
}

function extended(bits: Bitset, rows: number): Bitset {
  const larger = createBitset(rows + 1);
  larger.set(bits);
  return larger;
}

export function mismatch(actual: number, dim: number): AfterimageError {
  return new AfterimageError(
    'dimension-mismatch',
    `${actual} values met an index of dimension ${dim}: they come from different models.`,
  );
}
