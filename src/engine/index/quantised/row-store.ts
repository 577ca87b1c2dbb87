import { AfterimageError } from '../../errors.ts';
import type { Kernels } from '../../kernels/kernels.ts';
import { createKernels } from '../../kernels/load.ts';

/** Memory of some use whose size follows from the number of rows. */
export interface Beside {
  /** How many bytes for so many rows. */
  bytes(rows: number): number;
  /** Whether its content is still there when room was made for more rows. */
  readonly kept?: true;
}

export interface RowStoreOptions<Name extends string> {
  /** Bytes from `HEAD_AT` on that stay where they are. */
  readonly head: number;
  readonly rowBytes: number;
  /** Rows of the collection, which may arrive in any order; room is made for all of them at once. */
  readonly count: number;
  /** Whether rows lie in groups of 16: the first bytes of all of them, then the second ones, and so on. */
  readonly interleaved?: boolean;
  /** What else the kernels work in, in the order in which it lies behind the rows. */
  readonly beside: Readonly<Record<Name, Beside>>;
  /** Memory to scan in; the host's best where it is absent. */
  readonly kernels?: ((bytes: number) => Kernels) | undefined;
}

/** Rows of equal length in one linear memory, of which kernels take the addresses. */
export interface RowStore<Name extends string> {
  /** Address of the first row. Rows come first, because they are much the largest and so never move. */
  readonly rowsAt: number;
  /** Bytes of a row, a multiple of 16. */
  readonly stride: number;
  /** Rows that have a number: those of the collection, arrived or not, and those appended. */
  readonly count: number;
  readonly disposed: boolean;
  /** @throws AfterimageError `internal` once it is disposed of. */
  readonly kernels: Kernels;
  /** Another one after each growth. @throws AfterimageError `internal` once it is disposed of. */
  readonly buffer: ArrayBuffer;
  /** Address of what lies beside the rows; another one after each growth. */
  at(name: Name): number;
  /** Take rows `first`, `first` + 1 … of the collection. @returns how many @throws AfterimageError `dimension-mismatch` */
  put(first: number, rows: Uint8Array): number;
  /** Give a row the next number. @throws AfterimageError `dimension-mismatch`, `index-too-large`. */
  append(row: Uint8Array): number;
  /** Give the memory back. */
  dispose(): void;
}

/** Not address 0, which stands for "none". */
export const HEAD_AT = 64;
const LEAST_CAPACITY = 256;
const GROWTH = 1.25;

/** @throws AfterimageError `index-too-large`. */
export function createRowStore<Name extends string>(options: RowStoreOptions<Name>): RowStore<Name> {
  const { head, rowBytes, count: given, interleaved = false, beside, kernels: create = createKernels } = options;
  const stride = align(rowBytes, 16);
  const rowsAt = align(HEAD_AT + head, 64);
  let layout = layOut(rowsAt, stride, given, beside);
  let kernels: Kernels | undefined = create(layout.bytes);
  let count = given;

  function held(): Kernels {
    if (kernels === undefined) throw new AfterimageError('internal', 'The index was disposed of.');
    return kernels;
  }

  function grow(): void {
    const larger = layOut(rowsAt, stride, Math.max(LEAST_CAPACITY, Math.ceil(count * GROWTH)), beside);
    held().memory.reserve(larger.bytes);
    const bytes = new Uint8Array(held().memory.buffer);
    // Backwards: each moves up, perhaps to where the one behind it was.
    for (const [name, { kept, bytes: room }] of entriesOf(beside).reverse()) {
      if (kept) bytes.copyWithin(larger.at[name], layout.at[name], layout.at[name] + room(count));
    }
    layout = larger;
  }

  function write(first: number, rows: Uint8Array): void {
    const bytes = new Uint8Array(held().memory.buffer);
    if (interleaved) interleaveRows(rows, rowBytes, bytes, rowsAt, first, stride);
    else copyRows(rows, rowBytes, bytes, rowsAt + first * stride, stride);
  }

  return {
    rowsAt,
    stride,
    get count() {
      return count;
    },
    get disposed() {
      return kernels === undefined;
    },
    get kernels() {
      return held();
    },
    get buffer() {
      return held().memory.buffer;
    },
    at: (name) => layout.at[name],
    put(first, rows) {
      const length = rows.length / rowBytes;
      const fits = Number.isInteger(first) && first >= 0 && first + length <= given;
      if (!(Number.isInteger(length) && fits)) throw mismatch(rows.length, `rows ${first} … of ${given}`, rowBytes);
      write(first, rows);
      return length;
    },
    append(row) {
      if (row.length !== rowBytes) throw mismatch(row.length, 'a row', rowBytes);
      if (count === layout.capacity) grow();
      write(count, row);
      return count++;
    },
    dispose() {
      kernels = undefined;
    },
  };
}

function copyRows(rows: Uint8Array, rowBytes: number, to: Uint8Array, at: number, stride: number): void {
  if (stride === rowBytes) to.set(rows, at);
  else
    for (let i = 0; i * rowBytes < rows.length; i++)
      to.set(rows.subarray(i * rowBytes, (i + 1) * rowBytes), at + i * stride);
}

function interleaveRows(
  rows: Uint8Array,
  rowBytes: number,
  to: Uint8Array,
  rowsAt: number,
  first: number,
  stride: number,
): void {
  for (let from = 0, row = first; from < rows.length; row++) {
    const at = rowsAt + (row - (row & 15)) * stride + (row & 15);
    for (let i = 0; i < rowBytes; i++) to[at + 16 * i] = rows[from++] as number;
  }
}

interface Layout<Name extends string> {
  /** Rows that there is room for. */
  readonly capacity: number;
  readonly at: Readonly<Record<Name, number>>;
  readonly bytes: number;
}

function layOut<Name extends string>(
  rowsAt: number,
  stride: number,
  capacity: number,
  beside: Readonly<Record<Name, Beside>>,
): Layout<Name> {
  let end = rowsAt + align(capacity, 16) * stride;
  const at: Partial<Record<Name, number>> = {};
  for (const [name, { bytes }] of entriesOf(beside)) {
    const start = align(end, 64);
    at[name] = start;
    end = start + bytes(capacity);
  }
  // Kernels write whole vectors of 16 bytes.
  return { capacity, at: at as Record<Name, number>, bytes: align(end, 64) };
}

function entriesOf<Name extends string>(beside: Readonly<Record<Name, Beside>>): [Name, Beside][] {
  return Object.entries(beside) as [Name, Beside][];
}

export function align(bytes: number, to: number): number {
  return Math.ceil(bytes / to) * to;
}

function mismatch(actual: number, what: string, rowBytes: number): AfterimageError {
  return new AfterimageError(
    'dimension-mismatch',
    `${actual} bytes came as ${what} of ${rowBytes} bytes: they do not fit.`,
  );
}
