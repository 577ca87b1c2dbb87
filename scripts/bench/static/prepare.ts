import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Embedding } from '../../../src/engine/numeric/embedding.ts';
import { CACHE_FOLDER, ROOT_FOLDER } from '../../repository/folders.ts';
import { sourcesVersion } from '../sources-version.ts';
import { createExactScan } from '../vectors/data/truth.ts';
import { COLLECTION, type DataSet, DIM, K } from '../vectors/protocol.ts';
import { type Kind, syntheticOf } from './sets.ts';

export interface Prepared {
  /** With `collections/<name>/`. */
  readonly publicFolder: string;
  /** Which of the vectors lies in which row. */
  readonly order: Uint32Array;
  readonly buildSeconds: number;
  /** Of the processors, which other work on the machine does not change. */
  readonly buildCpuSeconds: number;
  /** Of the memory of the process that built it. */
  readonly buildBytes: number;
}

const CHUNK = 8192;
const BUILD = fileURLToPath(new URL('build.ts', import.meta.url));
const VECTORS = sourcesVersion(['scripts/bench/synthetic']);
const COLLECTIONS = sourcesVersion([
  'src/engine/collection',
  'src/engine/index/cells/head.ts',
  'src/engine/index/cells/members.ts',
  'src/engine/index/codes',
  'src/engine/index/quantised',
  'src/indexing/cells',
  'src/indexing/indexes',
  'scripts/bench/static/build.ts',
  'scripts/bench/vectors/build/collection-parts.ts',
]);

const folderOf = ({ kind, count }: DataSet) => join(CACHE_FOLDER, 'bench-static', kind, String(count));

/** Of the text cloud. */
export const queriesOf = (set: DataSet, count: number): Embedding[] => syntheticOf(set.kind).queries(count);

/** A collection in files as a host serves them. What was built from the same sources is taken as it is. */
export async function prepare(set: DataSet, kind: Kind): Promise<Prepared> {
  const publicFolder = join(folderOf(set), kind);
  const record = join(publicFolder, 'built.json');
  const known = existsSync(record) ? (JSON.parse(await readFile(record, 'utf8')) as Record<string, unknown>) : {};
  const version = `${VECTORS}-${COLLECTIONS}`;
  const orderFile = join(publicFolder, 'order.bin');
  if (known.version !== version) {
    await rm(publicFolder, { recursive: true, force: true });
    await mkdir(publicFolder, { recursive: true });
    const folder = join(publicFolder, 'collections', COLLECTION);
    const args = ['--import', 'tsx', BUILD, set.kind, String(set.count), kind, folder, orderFile];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT_FOLDER });
    await writeFile(record, JSON.stringify({ version, ...(JSON.parse(stdout) as object) }));
    return prepare(set, kind);
  }
  const bytes = await readFile(orderFile);
  const order = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4).slice();
  return {
    publicFolder,
    order,
    buildSeconds: known.seconds as number,
    buildCpuSeconds: known.cpuSeconds as number,
    buildBytes: known.peakBytes as number,
  };
}

/** The vectors nearest to each query, by comparing all of them. */
export async function truthOf(set: DataSet, queries: readonly Embedding[]): Promise<readonly (readonly number[])[]> {
  const file = join(folderOf(set), `truth-${VECTORS}-${queries.length}.json`);
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8')) as number[][];
  const synthetic = syntheticOf(set.kind);
  const flat = new Float32Array(queries.length * DIM);
  queries.forEach((query, i) => {
    flat.set(query, i * DIM);
  });
  const scan = createExactScan(flat, DIM, K);
  for (let first = 0; first < set.count; first += CHUNK) {
    scan.add(synthetic.pictures(first, Math.min(CHUNK, set.count - first)), first);
  }
  const { rows } = scan.truth();
  await mkdir(folderOf(set), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(rows));
  await rename(`${file}.new`, file);
  return rows;
}
