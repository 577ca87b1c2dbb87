import { clusterOrder } from '../engine/codes/cluster.ts';
import { type Code, codeBytes, GROUP, getComponent, MIDDLE } from '../engine/codes/code.ts';
import { createEncoder } from '../engine/codes/encode.ts';
import { writeCodeHeader } from '../engine/codes/section.ts';
import { type Trained, trainCode } from '../engine/codes/train.ts';
import { type StoredVectors, vectorOf } from '../engine/collection/stored-vectors.ts';
import { AfterimageError } from '../engine/errors.ts';

export interface Coded {
  /** The rows in cluster order: `order[i]` is the row that comes to place `i`. */
  readonly order: Uint32Array;
  /** The section's body, rows in that order. */
  readonly codes: Uint8Array;
}

/** Components of a code, where the vectors have as many: 64 bytes a row. */
const WIDTH = 128;
/** Rows that the code is learnt from. */
const SAMPLE = 20_000;
/** Rows between two looks at the signal and at whatever else waits for the thread. */
const CHUNK = 1024;

/** Rows that share a block: of those of a query's candidates, few are read in vain. Measured by scripts/bench/synthetic. */
export const ROWS_PER_CODED_BLOCK = 8;

/**
 * Learn a code from the vectors, the same one from the same vectors.
 * @throws AfterimageError `usage` for vectors of fewer than 32 dimensions
 */
export function learnCode(vectors: StoredVectors): Trained {
  const { dim } = vectors;
  const width = Math.min(WIDTH, dim - (dim % GROUP));
  if (width === 0) {
    throw new AfterimageError('usage', `Vectors of ${dim} dimensions are too short for codes. Take --index exact.`);
  }
  return trainCode({ dim, width, sample: sampleOf(vectors) });
}

/**
 * Encode vectors, and bring like rows together. The same vectors give the same bytes.
 * @param trained the code to encode them with, learnt from them where it is absent
 * @throws AfterimageError `usage` for vectors of fewer than 32 dimensions
 */
export async function makeCodes(
  vectors: StoredVectors,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
  trained = learnCode(vectors),
): Promise<Coded> {
  const { count } = vectors;
  const { width } = trained;
  const codes = await encodeAll(vectors, trained, onProgress, signal);
  const order = clusterOrder({ count, width, points: (from, to, out) => writePoints(codes, width, from, to, out) });
  const header = writeCodeHeader(trained, count);
  const bytes = codeBytes(width);
  const section = new Uint8Array(header.length + codes.length);
  section.set(header);
  for (const [place, row] of order.entries()) {
    section.set(codes.subarray(row * bytes, (row + 1) * bytes), header.length + place * bytes);
  }
  return { order, codes: section };
}

function sampleOf(vectors: StoredVectors): Float32Array {
  const { count, dim } = vectors;
  const size = Math.min(SAMPLE, count);
  const sample = new Float32Array(size * dim);
  for (let i = 0; i < size; i++) sample.set(vectorOf(vectors, Math.floor((i * count) / size)), i * dim);
  return sample;
}

async function encodeAll(
  vectors: StoredVectors,
  code: Code,
  onProgress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const { count, dim } = vectors;
  const encode = createEncoder(code);
  const bytes = codeBytes(code.width);
  const codes = new Uint8Array(count * bytes);
  for (let from = 0; from < count; from += CHUNK) {
    onProgress(from, count);
    await new Promise((resolve) => setTimeout(resolve));
    signal.throwIfAborted();
    const rows = new Float32Array(Math.min(CHUNK, count - from) * dim);
    for (let at = 0; at < rows.length; at += dim) rows.set(vectorOf(vectors, from + at / dim), at);
    codes.set(encode(rows), from * bytes);
  }
  onProgress(count, count);
  return codes;
}

/** Rows cluster by what their codes stand for. */
function writePoints(codes: Uint8Array, width: number, from: number, to: number, out: Float32Array): void {
  const bytes = codeBytes(width);
  for (let row = from, at = 0; row < to; row++) {
    for (let i = 0; i < width; i++) out[at++] = getComponent(codes, row * bytes, i) - MIDDLE;
  }
}
