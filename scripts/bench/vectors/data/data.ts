import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { dotAt } from '../../../../src/engine/numeric/dot-at.ts';
import { CACHE_FOLDER, ROOT_FOLDER } from '../../../repository/folders.ts';
import { createSynthetic, type Synthetic } from '../../synthetic/synthetic.ts';
import { type DataKind, type DataSet, DIM } from '../protocol.ts';
import type { Truth } from './truth.ts';

/** Everything that can be made again: vectors, engines' files, the page. */
export const BENCH_CACHE = join(CACHE_FOLDER, 'bench-vectors');
export const ROW_BYTES = DIM * 4;
/** 2,000 hits leave the third digit of a recall to chance, 10,000 do not; among many rows so many take too long. */
export const MOST_QUERIES = 1000;
const FEWER_QUERIES = 200;
/** Sets of more rows are asked fewer queries. */
const FEW_ROWS = 10_000;

const SEED = 20_261_121;
const PREPARE = fileURLToPath(new URL('prepare.ts', import.meta.url));

export function sourceOf(kind: DataKind): Synthetic {
  return createSynthetic({ seed: SEED, dim: DIM, isotropic: kind === 'isotropic' });
}

const folders = new Map<DataKind, string>();

/** Where a kind's files lie. The name follows the vectors: those of an earlier generator are not taken for these. */
export function dataFolder(kind: DataKind): string {
  const known = folders.get(kind);
  if (known) return known;
  const source = sourceOf(kind);
  const hash = createHash('sha256').update(source.pictures(0, 64));
  for (const query of source.queries(8)) hash.update(query);
  const folder = join(BENCH_CACHE, `${kind}-${hash.digest('hex').slice(0, 12)}`);
  folders.set(kind, folder);
  return folder;
}

/** float32, row after row; at least as many rows as were ever prepared. */
export const vectorsFile = (kind: DataKind) => join(dataFolder(kind), 'vectors.f32');
export const queriesFile = (kind: DataKind) => join(dataFolder(kind), `queries-${MOST_QUERIES}.f32`);
export const truthFile = (set: DataSet) =>
  join(dataFolder(set.kind), `truth-${set.count}-${queryCountOf(set.count)}.json`);

/** How many queries, from the first on, a set of so many rows is asked. */
export function queryCountOf(rows: number): number {
  return rows <= FEW_ROWS ? MOST_QUERIES : FEWER_QUERIES;
}

/** Make what is missing of a kind, in a process of its own: two kinds take two processors. */
export async function prepareData(kind: DataKind, counts: readonly number[]): Promise<void> {
  for (const name of existsSync(BENCH_CACHE) ? readdirSync(BENCH_CACHE) : []) {
    const folder = join(BENCH_CACHE, name);
    if (name.startsWith(`${kind}-`) && folder !== dataFolder(kind)) rmSync(folder, { recursive: true });
  }
  const args = ['--import', 'tsx', PREPARE, kind, ...counts.map(String)];
  await promisify(execFile)(process.execPath, args, { cwd: ROOT_FOLDER });
}

/** Rows `first` … `first + count − 1` of an open file of vectors. */
export function readRows(fd: number, first: number, count: number): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(count * DIM);
  readSync(fd, rows, 0, rows.byteLength, first * ROW_BYTES);
  return rows;
}

export function readTruth(set: DataSet): Truth {
  return JSON.parse(readFileSync(truthFile(set), 'utf8')) as Truth;
}

/** The first `count` queries of a kind. */
export function readQueries(kind: DataKind, count = MOST_QUERIES): Float32Array<ArrayBuffer> {
  const { buffer, byteOffset } = readFileSync(queriesFile(kind));
  return new Float32Array((buffer as ArrayBuffer).slice(byteOffset, byteOffset + count * ROW_BYTES));
}

/** The exact cosine of any query and row of a kind, straight from the file. */
export function openSimilarities(kind: DataKind): { of(query: number, row: number): number; close(): void } {
  const fd = openSync(vectorsFile(kind), 'r');
  const queries = readQueries(kind);
  return {
    of: (query, row) => dotAt(readRows(fd, row, 1), 0, queries, query * DIM, DIM),
    close: () => closeSync(fd),
  };
}
