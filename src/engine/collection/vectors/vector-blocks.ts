import { GROUPS, type Quantised } from '../../index/quantised/quantise.ts';
import { corrupt, SECTION_HEADER_BYTES } from '../sections/section.ts';
import { type CollectionManifest, type Encoding, MAX_BLOCK_BYTES, type Part } from '../types.ts';
import type { Int8Vectors, StoredVectors } from './stored-vectors.ts';

/**
 * The section of the vectors: after the section's header the encoding as four characters, the rows of a block (uint32),
 * eight zeros, and with int8 the centre (dim × float32). Then blocks of rows. With int8 a block is the scales of its rows
 * (`GROUPS` bfloat16 each), then their codes, row by row; with f16 and f32 its rows. No block is split between two parts.
 */
const QUANTISER_BYTES = 16;
/** Of one row. */
const SCALE_BYTES = 2 * GROUPS;

type Quantiser = CollectionManifest['quantiser'];
export type VectorShape = Pick<CollectionManifest, 'count' | 'dim' | 'quantiser'>;

/** @param most blocks of so many bytes at most, and of so many rows where that is said. */
export function quantiserFor(
  encoding: Encoding,
  dim: number,
  most: { readonly blockBytes?: number; readonly rowsPerBlock?: number | undefined } = {},
): Quantiser {
  const { blockBytes = MAX_BLOCK_BYTES, rowsPerBlock = Number.POSITIVE_INFINITY } = most;
  const rowBytes = rowBytesOf(encoding, dim);
  return { encoding, rowBytes, rowsPerBlock: Math.max(1, Math.min(rowsPerBlock, Math.floor(blockBytes / rowBytes))) };
}

/** Bytes of one row. */
export function rowBytesOf(encoding: Encoding, dim: number): number {
  return { int8: SCALE_BYTES + dim, f16: 2 * dim, f32: 4 * dim }[encoding];
}

/** Bytes before the first block. */
export function headBytes({ quantiser, dim }: VectorShape): number {
  return SECTION_HEADER_BYTES + QUANTISER_BYTES + (quantiser.encoding === 'int8' ? 4 * dim : 0);
}

/** What stands before the vectors. */
export type VectorsHead =
  | Pick<Int8Vectors, 'encoding' | 'dim' | 'centre'>
  | { readonly encoding: Exclude<Encoding, 'int8'>; readonly dim: number };

/** What follows the section's header before the first block. */
export function encodeHead(stored: VectorsHead, { encoding, rowsPerBlock }: Quantiser): Uint8Array {
  const head = new Uint8Array(QUANTISER_BYTES + (stored.encoding === 'int8' ? 4 * stored.dim : 0));
  head.set(new TextEncoder().encode(encoding));
  new DataView(head.buffer).setUint32(4, rowsPerBlock, true);
  if (stored.encoding === 'int8') head.set(bytesOf(stored.centre), QUANTISER_BYTES);
  return head;
}

/** The blocks in their order. */
export function* encodeBlocks(stored: StoredVectors, { rowsPerBlock }: Quantiser): Generator<Uint8Array> {
  const { count, dim } = stored;
  for (let first = 0; first < count; first += rowsPerBlock) {
    const end = Math.min(count, first + rowsPerBlock);
    if (stored.encoding !== 'int8') yield bytesOf(numbersOf(stored).subarray(first * dim, end * dim));
    else {
      const scales = bytesOf(stored.scales.subarray(first * GROUPS, end * GROUPS));
      const block = new Uint8Array(scales.length + (end - first) * dim);
      block.set(scales);
      block.set(bytesOf(stored.codes.subarray(first * dim, end * dim)), scales.length);
      yield block;
    }
  }
}

function numbersOf(stored: Exclude<StoredVectors, Int8Vectors>): Uint16Array | Float32Array {
  return stored.encoding === 'f16' ? stored.halves : stored.floats;
}

/** Every platform that runs this is little-endian, as the format is. */
function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The rows of one part, which begin at byte `start` of it. */
export interface PartRows {
  readonly first: number;
  readonly rows: number;
  readonly start: number;
}

/** Where the rows lie, part by part; undefined when parts of these lengths cannot hold them. */
export function partRows(shape: VectorShape, parts: readonly Pick<Part, 'bytes'>[]): PartRows[] | undefined {
  const { count, quantiser } = shape;
  const { rowBytes, rowsPerBlock } = quantiser;
  const places: PartRows[] = [];
  let first = 0;
  for (const [i, { bytes }] of parts.entries()) {
    const start = i === 0 ? headBytes(shape) : 0;
    const rows = (bytes - start) / rowBytes;
    const isLast = i === parts.length - 1;
    if (!(Number.isInteger(rows) && rows >= 0 && (isLast || rows % rowsPerBlock === 0))) return undefined;
    places.push({ first, rows, start });
    first += rows;
  }
  return parts.length > 0 && first === count ? places : undefined;
}

/** Vectors of this shape, to be filled with `fillHead` and `fillRows`. @throws RangeError without enough memory. */
export function emptyVectors({ count, dim, quantiser: { encoding } }: VectorShape): StoredVectors {
  const length = count * dim;
  if (encoding === 'f16') return { encoding, count, dim, halves: new Uint16Array(length) };
  if (encoding === 'f32') return { encoding, count, dim, floats: new Float32Array(length) };
  const [centre, scales] = [new Float32Array(dim), new Uint16Array(count * GROUPS)];
  return { encoding, count, dim, centre, scales, codes: new Int8Array(length) };
}

/** @param head what follows the section's header. @returns false when it is not of these vectors. */
export function fillHead(stored: StoredVectors, head: Uint8Array, quantiser: Quantiser): boolean {
  const expected = encodeHead(stored, quantiser).subarray(0, QUANTISER_BYTES);
  if (expected.some((byte, i) => head[i] !== byte)) return false;
  if (stored.encoding === 'int8')
    bytesOf(stored.centre).set(head.subarray(QUANTISER_BYTES, QUANTISER_BYTES + 4 * stored.dim));
  return true;
}

/** The centre of `int8` vectors, from what follows the section's header. @throws AfterimageError `part-corrupt` */
export function decodeHead(head: Uint8Array, { dim, quantiser }: VectorShape): Float32Array {
  const stored = emptyVectors({ dim, quantiser, count: 0 });
  if (!fillHead(stored, head, quantiser) || stored.encoding !== 'int8') {
    throw corrupt('vectors', 'they are stored in another way than the manifest says.');
  }
  return stored.centre;
}

/** The rows of one block of `int8` vectors. @throws AfterimageError `part-corrupt` */
export function decodeRows(block: Uint8Array, { dim, quantiser }: VectorShape): Quantised {
  const count = block.length / quantiser.rowBytes;
  const stored = emptyVectors({ dim, quantiser, count });
  if (stored.encoding !== 'int8') throw corrupt('vectors', 'they are not int8.');
  fillRows(stored, block, 0, count, quantiser.rowsPerBlock);
  if (stored.codes.includes(-128)) throw corrupt('vectors', 'they hold a code that stands for nothing.');
  return stored;
}

/** Put blocks that follow each other into their place: `rows` of them from row `first` on, the first of a block. */
export function fillRows(stored: StoredVectors, blocks: Uint8Array, first: number, rows: number, rowsPerBlock: number) {
  if (stored.encoding !== 'int8') {
    const numbers = numbersOf(stored);
    bytesOf(numbers).set(blocks, numbers.BYTES_PER_ELEMENT * first * stored.dim);
  } else {
    for (let row = 0, at = 0; row < rows; row += rowsPerBlock) {
      const size = Math.min(rowsPerBlock, rows - row) * (SCALE_BYTES + stored.dim);
      fillBlock(stored, blocks.subarray(at, at + size), first + row);
      at += size;
    }
  }
}

function fillBlock({ scales, codes, dim }: Int8Vectors, block: Uint8Array, first: number): void {
  const rows = block.length / (SCALE_BYTES + dim);
  bytesOf(scales).set(block.subarray(0, SCALE_BYTES * rows), SCALE_BYTES * first);
  bytesOf(codes).set(block.subarray(SCALE_BYTES * rows), first * dim);
}
