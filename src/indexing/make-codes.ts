import { clusterOrder } from '../engine/codes/cluster.ts';
import { type Code, codeBytes, GROUP, getComponent, MIDDLE } from '../engine/codes/code.ts';
import { createEncoder } from '../engine/codes/encode.ts';
import { writeCodeHeader } from '../engine/codes/section.ts';
import { type Trained, trainCode } from '../engine/codes/train.ts';
import { type StoredVectors, vectorOf } from '../engine/collection/stored-vectors.ts';
import { AfterimageError } from '../engine/errors.ts';
import type { Steps } from '../engine/steps.ts';
import { runSteps } from './run-steps.ts';

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
/** Rows of a step, some milliseconds. */
const CHUNK = 256;

/** Told which step is at work, and how many rows of how many it is done with; where a step is no walk over rows, its share. */
export type OnProgress = (task: string, done: number, total: number) => void;

/** Rows that share a block: of those of a query's candidates, few are read in vain. Measured by scripts/bench/synthetic. */
export const ROWS_PER_CODED_BLOCK = 8;

/**
 * How many components the codes of vectors have.
 * @throws AfterimageError `usage` for fewer than 32 dimensions
 */
export function codeWidth(dim: number): number {
  const width = Math.min(WIDTH, dim - (dim % GROUP));
  if (width > 0) return width;
  throw new AfterimageError('usage', `Vectors of ${dim} dimensions are too short for codes. Take --index exact.`);
}

/**
 * Learn a code from the vectors, the same one from the same vectors.
 * @throws AfterimageError `usage` for vectors of fewer than 32 dimensions; the signal's reason
 */
export async function learnCode(vectors: StoredVectors, onProgress: OnProgress, signal: AbortSignal): Promise<Trained> {
  const { dim } = vectors;
  const width = codeWidth(dim);
  const sample = sampleOf(vectors);
  const rows = sample.length / dim;
  return runSteps(trainCode({ dim, width, sample }), signal, inRows(onProgress, 'Learning codes', rows));
}

/**
 * Encode vectors, and bring like rows together. The same vectors give the same bytes.
 * @param given the code to encode them with, learnt from them where it is absent
 * @throws AfterimageError `usage` for vectors of fewer than 32 dimensions; the signal's reason
 */
export async function makeCodes(
  vectors: StoredVectors,
  onProgress: OnProgress,
  signal: AbortSignal,
  given?: Trained,
): Promise<Coded> {
  const { count } = vectors;
  const trained = given ?? (await learnCode(vectors, onProgress, signal));
  const { width } = trained;
  const codes = await runSteps(encodeAll(vectors, trained), signal, inRows(onProgress, 'Codes', count));
  const points = (from: number, to: number, out: Float32Array) => writePoints(codes, width, from, to, out);
  const order = await runSteps(clusterOrder({ count, width, points }), signal, inRows(onProgress, 'Order', count));
  return { order, codes: await runSteps(encodeSection(trained, codes, order), signal) };
}

const inRows = (onProgress: OnProgress, task: string, rows: number) => (done: number) =>
  onProgress(task, Math.round(done * rows), rows);

function sampleOf(vectors: StoredVectors): Float32Array {
  const { count, dim } = vectors;
  const size = Math.min(SAMPLE, count);
  const sample = new Float32Array(size * dim);
  for (let i = 0; i < size; i++) sample.set(vectorOf(vectors, Math.floor((i * count) / size)), i * dim);
  return sample;
}

function* encodeAll(vectors: StoredVectors, code: Code): Steps<Uint8Array> {
  const { count, dim } = vectors;
  const encode = createEncoder(code);
  const bytes = codeBytes(code.width);
  const codes = new Uint8Array(count * bytes);
  for (let from = 0; from < count; from += CHUNK) {
    const rows = new Float32Array(Math.min(CHUNK, count - from) * dim);
    for (let at = 0; at < rows.length; at += dim) rows.set(vectorOf(vectors, from + at / dim), at);
    codes.set(encode(rows), from * bytes);
    yield from / count;
  }
  return codes;
}

/** Header and codes, in the order of the rows. */
function* encodeSection(code: Code, codes: Uint8Array, order: Uint32Array): Steps<Uint8Array> {
  const header = writeCodeHeader(code, order.length);
  const bytes = codeBytes(code.width);
  const section = new Uint8Array(header.length + codes.length);
  section.set(header);
  for (const [place, row] of order.entries()) {
    section.set(codes.subarray(row * bytes, (row + 1) * bytes), header.length + place * bytes);
    if (place % CHUNK === 0) yield place / order.length;
  }
  return section;
}

/** Rows cluster by what their codes stand for. */
function writePoints(codes: Uint8Array, width: number, from: number, to: number, out: Float32Array): void {
  const bytes = codeBytes(width);
  for (let row = from, at = 0; row < to; row++) {
    for (let i = 0; i < width; i++) out[at++] = getComponent(codes, row * bytes, i) - MIDDLE;
  }
}
