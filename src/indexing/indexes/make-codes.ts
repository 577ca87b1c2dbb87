import { type Steps, share } from '../../engine/async/steps.ts';
import { type StoredVectors, vectorOf } from '../../engine/collection/vectors/stored-vectors.ts';
import { clusterOrder } from '../../engine/index/codes/cluster.ts';
import { type Code, codeBytes, getComponent, middleOf, type Shape } from '../../engine/index/codes/code.ts';
import { createEncoder } from '../../engine/index/codes/encode.ts';
import { writeCodeHeader } from '../../engine/index/codes/section.ts';
import { type Trained, trainCode } from '../../engine/index/codes/train.ts';
import { runSteps } from '../steps/run-steps.ts';
import { codeShape } from './code-shape.ts';

export interface Coded {
  /** The rows in their new order: `order[i]` is the row that comes to place `i`. */
  readonly order: Uint32Array;
  /** The section's body, rows in that order. */
  readonly codes: Uint8Array;
  readonly shape: Shape;
}

/** Rows that the code is learnt from. */
const SAMPLE = 20_000;
/** Of the time that codes take, what comes before the first, about: hardly anything where there are many. */
const ENCODER_SHARE = 0.01;
/** Rows of a step, some milliseconds. */
const CHUNK = 256;

/** Told which step is at work, and how many rows of how many it is done with; where a step is no walk over rows, its share. */
export type OnProgress = (task: string, done: number, total: number) => void;

/** Rows that share a block: of those of a query's candidates by codes of 4 bits, few are read in vain. Measured by scripts/bench/synthetic. */
export const ROWS_PER_CODED_BLOCK = 8;

/**
 * Encode vectors, and bring like rows together. Vectors without structure have codes of single bits and stay in their order.
 * The same vectors give the same bytes.
 * @throws AfterimageError `usage` for vectors of fewer than 32 dimensions; the signal's reason
 */
export async function makeCodes(vectors: StoredVectors, onProgress: OnProgress, signal: AbortSignal): Promise<Coded> {
  const { count } = vectors;
  const trained = await learnCode(vectors, onProgress, signal);
  const codes = await runSteps(encodeAll(vectors, trained), signal, inRows(onProgress, 'Codes', count));
  const order =
    trained.bits === 1
      ? Uint32Array.from({ length: count }, (_, row) => row)
      : await runSteps(inClusters(codes, trained, count), signal, inRows(onProgress, 'Order', count));
  return { order, codes: await runSteps(encodeSection(trained, codes, order), signal), shape: trained };
}

function learnCode(vectors: StoredVectors, onProgress: OnProgress, signal: AbortSignal): Promise<Trained> {
  const { count, dim } = vectors;
  const rows = sampledRows(count);
  const sample = new Float32Array(rows.length * dim);
  for (const [i, row] of rows.entries()) sample.set(vectorOf(vectors, row), i * dim);
  return learnFrom(sample, dim, onProgress, signal);
}

/** Rows that a code of `count` is learnt from. */
export function sampledRows(count: number): number[] {
  const size = Math.min(SAMPLE, count);
  return Array.from({ length: size }, (_, i) => Math.floor((i * count) / size));
}

/** The same code from the same vectors. @param sample those of `sampledRows` */
export function learnFrom(
  sample: Float32Array,
  dim: number,
  onProgress: OnProgress,
  signal: AbortSignal,
): Promise<Trained> {
  const shape = (explained: (width: number) => number) => codeShape(dim, explained);
  return runSteps(trainCode({ dim, shape, sample }), signal, inRows(onProgress, 'Learning codes', sample.length / dim));
}

export const inRows = (onProgress: OnProgress, task: string, rows: number) => (done: number) =>
  onProgress(task, Math.round(done * rows), rows);

function* encodeAll(vectors: StoredVectors, code: Code): Steps<Uint8Array> {
  const { count, dim } = vectors;
  const encode = yield* share(createEncoder(code), 0, ENCODER_SHARE);
  const bytes = codeBytes(code);
  const codes = new Uint8Array(count * bytes);
  for (let from = 0; from < count; from += CHUNK) {
    const rows = new Float32Array(Math.min(CHUNK, count - from) * dim);
    for (let at = 0; at < rows.length; at += dim) rows.set(vectorOf(vectors, from + at / dim), at);
    codes.set(encode(rows), from * bytes);
    yield ENCODER_SHARE + (1 - ENCODER_SHARE) * (from / count);
  }
  return codes;
}

/** Header and codes, in the order of the rows. */
function* encodeSection(code: Code, codes: Uint8Array, order: Uint32Array): Steps<Uint8Array> {
  const header = writeCodeHeader(code, order.length);
  const bytes = codeBytes(code);
  const section = new Uint8Array(header.length + codes.length);
  section.set(header);
  for (const [place, row] of order.entries()) {
    section.set(codes.subarray(row * bytes, (row + 1) * bytes), header.length + place * bytes);
    if (place % CHUNK === 0) yield place / order.length;
  }
  return section;
}

/** Rows cluster by what their codes stand for. */
function inClusters(codes: Uint8Array, code: Code, count: number): Steps<Uint32Array> {
  return clusterOrder({ count, width: code.width, points: pointsOf(codes, code) });
}

/** Writes the components that codes stand for, of rows `from` … `to − 1`. */
export function pointsOf(codes: Uint8Array, { width, bits }: Shape) {
  const bytes = codeBytes({ width, bits });
  return (from: number, to: number, out: Float32Array) => {
    for (let row = from, at = 0; row < to; row++) {
      for (let i = 0; i < width; i++) out[at++] = getComponent(bits, codes, row * bytes, i) - middleOf(bits);
    }
  };
}
