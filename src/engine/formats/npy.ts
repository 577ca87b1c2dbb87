import { AfterimageError } from '../errors.ts';
import { decodeFloat16, encodeFloat16 } from '../numeric/float16.ts';

/**
 * NumPy's `.npy` files, versions 1.0 to 3.0: `\x93NUMPY`, two bytes of version, the length of the header (uint16, from 2.0
 * on uint32), the header, then the numbers. The header is a Python dictionary as text.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** NumPy pads the header with spaces so that the numbers begin at a multiple of this. */
const ALIGNMENT = 64;
/** Those of vectors are of about 100 bytes; NumPy itself stops at 10,000. */
const MAX_HEADER_BYTES = 65_536;
const MAX_DIM = 65_536;
/** Numbers decoded at a time. */
const BATCH_BYTES = 1 << 20;

export type NpyDtype = 'f2' | 'f4' | 'f8';
const ITEM_BYTES: Readonly<Record<NpyDtype, number>> = { f2: 2, f4: 4, f8: 8 };

/** What a file says of its numbers: `rows` vectors of `dim`, one after the other. */
export interface NpyHeader {
  readonly dtype: NpyDtype;
  readonly bigEndian: boolean;
  readonly rows: number;
  readonly dim: number;
  /** Where the numbers begin. */
  readonly dataStart: number;
}

/** A `.npy` file that is being read. */
export interface NpyReader {
  readonly header: NpyHeader;
  /** All rows in order, some whole ones at a time, as they are in the file: not normalised. To be read once. */
  readonly batches: AsyncGenerator<Float32Array, void>;
}

/**
 * The header, or undefined when `bytes`, the beginning of a file, end before it does.
 * @throws AfterimageError `npy-invalid` for what is no 2-d array of floating-point numbers, row by row.
 */
export function parseNpyHeader(bytes: Uint8Array, name = 'The file'): NpyHeader | undefined {
  if (MAGIC.some((byte, i) => i < bytes.length && bytes[i] !== byte)) throw invalid(name, 'it does not begin as one');
  if (bytes.length < 12) return undefined;
  const [major, minor] = [bytes[6] as number, bytes[7]];
  if (major < 1 || major > 3 || minor !== 0)
    throw invalid(name, `its version is ${major}.${minor}, not 1.0, 2.0 or 3.0`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [start, length] = major === 1 ? [10, view.getUint16(8, true)] : [12, view.getUint32(8, true)];
  if (length > MAX_HEADER_BYTES) throw invalid(name, `its header is ${length} bytes long`);
  if (bytes.length < start + length) return undefined;
  const text = new TextDecoder().decode(bytes.subarray(start, start + length));
  return { ...parseDictionary(text, name), dataStart: start + length };
}

/** `'key': 'text'`, `'key': True` or `'key': (1, 2)`, with what follows it. */
const ENTRY =
  /\s*(?:'(\w+)'|"(\w+)")\s*:\s*('[^']*'|"[^"]*"|True|False|\((?:\s*\d+L?\s*,)*(?:\s*\d+L?)?\s*\))\s*(?:,|$)/y;

function parseDictionary(text: string, name: string): Omit<NpyHeader, 'dataStart'> {
  const body = /^\s*\{(.*)\}\s*$/s.exec(text)?.[1]?.trim();
  const entries = new Map<string, string>();
  ENTRY.lastIndex = 0;
  while (body !== undefined && ENTRY.lastIndex < body.length) {
    const [, single, double, value] = ENTRY.exec(body) ?? [];
    if (value === undefined) break;
    entries.set(single ?? double ?? '', value);
    if (ENTRY.lastIndex === body.length) return checkArray(entries, name);
  }
  throw invalid(name, 'its header does not describe a plain array');
}

function checkArray(entries: ReadonlyMap<string, string>, name: string): Omit<NpyHeader, 'dataStart'> {
  const [descr, order, shape] = ['descr', 'fortran_order', 'shape'].map((key) => entries.get(key));
  if (entries.size !== 3 || !descr || !order || !shape?.startsWith('(')) {
    throw invalid(name, 'its header has other members than descr, fortran_order and shape');
  }
  const type = /^['"]([<>])(f[248])['"]$/.exec(descr);
  if (!type) throw invalid(name, `its numbers are of type ${descr}; save them as float16, float32 or float64`);
  const sizes = (shape.match(/\d+/g) ?? []).map(Number);
  const [rows = 0, dim = 0] = sizes;
  if (sizes.length !== 2) {
    throw invalid(
      name,
      `its shape is ${shape}, which is ${sizes.length}-d; save an array of shape (pictures, dimensions)`,
    );
  }
  if (order !== 'False') throw invalid(name, 'it is in Fortran order; save numpy.ascontiguousarray of it');
  if (dim < 1 || dim > MAX_DIM || !Number.isSafeInteger(rows * dim * 8)) throw invalid(name, `its shape is ${shape}`);
  return { dtype: type[2] as NpyDtype, bigEndian: type[1] === '>', rows, dim };
}

/** The beginning of a file of version 1.0, little-endian; `rows` × `dim` numbers are to follow. */
export function encodeNpyHeader({ dtype, rows, dim }: Pick<NpyHeader, 'dtype' | 'rows' | 'dim'>): Uint8Array {
  const text = `{'descr': '<${dtype}', 'fortran_order': False, 'shape': (${rows}, ${dim}), }`;
  const prefix = MAGIC.length + 4;
  const length = Math.ceil((prefix + text.length + 1) / ALIGNMENT) * ALIGNMENT - prefix;
  const header = new Uint8Array(prefix + length);
  header.set([...MAGIC, 1, 0, length & 0xff, length >> 8]);
  header.set(new TextEncoder().encode(`${text.padEnd(length - 1)}\n`), prefix);
  return header;
}

/** Numbers as they follow a header of `dtype`. */
export function encodeNpyRows(values: Float32Array, dtype: 'f2' | 'f4'): Uint8Array {
  const numbers = dtype === 'f2' ? encodeFloat16(values) : values;
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/**
 * Begin to read a file that comes in chunks of whatever length. No more than a chunk and a batch of it are in memory.
 * @param name what errors call it.
 * @throws AfterimageError `npy-invalid`; the batches throw it as well, for a file that is too short or too long and for a
 *   row with a number that is none (NaN, infinity), which they name, counted from 0.
 */
export async function readNpy(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  name = 'The file',
): Promise<NpyReader> {
  const iterator = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
  let bytes = new Uint8Array(0);
  let header: NpyHeader | undefined;
  try {
    while (!header) {
      const chunk = await nextOf(iterator);
      if (chunk === undefined) throw invalid(name, 'it ends before its header does');
      bytes = join(bytes, chunk);
      header = parseNpyHeader(bytes, name);
    }
  } catch (error) {
    await iterator.return?.();
    throw error;
  }
  return { header, batches: readRows(header, bytes.subarray(header.dataStart), iterator, name) };
}

async function* readRows(
  header: NpyHeader,
  first: Uint8Array,
  iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>,
  name: string,
): AsyncGenerator<Float32Array, void> {
  const rowBytes = header.dim * ITEM_BYTES[header.dtype];
  const batch = new Uint8Array(Math.max(1, Math.floor(BATCH_BYTES / rowBytes)) * rowBytes);
  let left = header.rows * rowBytes;
  let size = 0;
  let row = 0;
  try {
    for (let chunk: Uint8Array | undefined = first; chunk !== undefined; chunk = await nextOf(iterator)) {
      if (chunk.length > left) throw invalid(name, `it goes on after its ${header.rows} rows`);
      left -= chunk.length;
      for (let taken = 0; taken < chunk.length; ) {
        const some = chunk.subarray(taken, taken + batch.length - size);
        batch.set(some, size);
        size += some.length;
        taken += some.length;
        if (size < batch.length && (left > 0 || taken < chunk.length)) continue;
        const values = decode(batch.subarray(0, size), header);
        checkFinite(values, header.dim, row, name);
        yield values;
        row += values.length / header.dim;
        size = 0;
      }
    }
    if (left > 0) throw invalid(name, `it ends in row ${header.rows - Math.ceil(left / rowBytes)} of ${header.rows}`);
  } finally {
    await iterator.return?.();
  }
}

async function nextOf(iterator: AsyncIterator<Uint8Array> | Iterator<Uint8Array>): Promise<Uint8Array | undefined> {
  const step = await iterator.next();
  return step.done === true ? undefined : step.value;
}

/** Every platform that runs this is little-endian. */
function decode(bytes: Uint8Array, { dtype, bigEndian }: NpyHeader): Float32Array {
  const own = bytes.slice();
  if (bigEndian) swap(own, ITEM_BYTES[dtype]);
  if (dtype === 'f4') return new Float32Array(own.buffer);
  return dtype === 'f8' ? Float32Array.from(new Float64Array(own.buffer)) : decodeFloat16(new Uint16Array(own.buffer));
}

function swap(bytes: Uint8Array, size: number): void {
  for (let start = 0; start < bytes.length; start += size) bytes.subarray(start, start + size).reverse();
}

function checkFinite(values: Float32Array, dim: number, firstRow: number, name: string): void {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw invalid(name, `row ${firstRow + Math.floor(i / dim)} (counted from 0) has ${values[i]} at ${i % dim}`);
  }
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}

function invalid(name: string, problem: string): AfterimageError {
  return new AfterimageError('npy-invalid', `${name} is no .npy file of vectors that can be read: ${problem}.`);
}
