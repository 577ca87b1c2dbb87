import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Embedding } from '../../../src/engine/numeric/embedding.ts';
import { CACHE_FOLDER } from '../../repository/folders.ts';
import { sourcesVersion } from '../sources-version.ts';
import { createSynthetic } from '../synthetic/synthetic.ts';
import { collectionParts } from '../vectors/build/collection-parts.ts';
import { createExactScan } from '../vectors/data/truth.ts';
import { COLLECTION, type DataSet, DIM, K } from '../vectors/protocol.ts';

/** What is measured side by side. */
export const KINDS = ['cells', 'codes'] as const;
export type Kind = (typeof KINDS)[number];

export interface Prepared {
  /** With `collections/<name>/`. */
  readonly publicFolder: string;
  /** Which of the vectors lies in which row. */
  readonly order: Uint32Array;
  readonly buildSeconds: number;
}

const CHUNK = 8192;
const SEED = 1;
const VECTORS = sourcesVersion(['scripts/bench/synthetic']);
const COLLECTIONS = sourcesVersion([
  'src/engine/collection',
  'src/engine/index',
  'src/indexing/indexes',
  'scripts/bench/vectors/build/collection-parts.ts',
]);

const syntheticOf = ({ kind }: Pick<DataSet, 'kind'>) =>
  createSynthetic({ seed: SEED, dim: DIM, isotropic: kind === 'isotropic' });

const folderOf = ({ kind, count }: DataSet) => join(CACHE_FOLDER, 'bench-static', kind, String(count));

/** Of the text cloud. */
export const queriesOf = (set: DataSet, count: number): Embedding[] => syntheticOf(set).queries(count);

/** A collection in files as a host serves them. What was built from the same sources is taken as it is. */
export async function prepare(set: DataSet, kind: Kind): Promise<Prepared> {
  const publicFolder = join(folderOf(set), kind);
  const record = join(publicFolder, 'built.json');
  const known = existsSync(record) ? (JSON.parse(await readFile(record, 'utf8')) as Record<string, unknown>) : {};
  const version = `${VECTORS}-${COLLECTIONS}`;
  const orderFile = join(publicFolder, 'order.bin');
  if (known.version !== version) {
    await rm(publicFolder, { recursive: true, force: true });
    const seconds = await build(set, kind, join(publicFolder, 'collections', COLLECTION), orderFile);
    await writeFile(record, JSON.stringify({ version, seconds }));
    return prepare(set, kind);
  }
  const bytes = await readFile(orderFile);
  const order = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4).slice();
  return { publicFolder, order, buildSeconds: known.seconds as number };
}

/** @returns seconds without making the vectors */
async function build(set: DataSet, kind: Kind, folder: string, orderFile: string): Promise<number> {
  const synthetic = syntheticOf(set);
  await mkdir(folder, { recursive: true });
  let making = 0;
  const started = performance.now();
  const rows = async (first: number, count: number) => {
    const begun = performance.now();
    const made = synthetic.pictures(first, count);
    making += performance.now() - begun;
    return made;
  };
  const parts = collectionParts({ engine: kind, count: set.count, rows });
  let step = await parts.next();
  for (; !step.done; step = await parts.next()) await writeFile(join(folder, step.value.path), step.value.bytes);
  const { manifest, order = new Uint32Array() } = step.value;
  await writeFile(orderFile, order);
  await writeFile(join(folder, 'manifest.json'), manifest);
  return (performance.now() - started - making) / 1000;
}

/** The vectors nearest to each query, by comparing all of them. */
export async function truthOf(set: DataSet, queries: readonly Embedding[]): Promise<readonly (readonly number[])[]> {
  const file = join(folderOf(set), `truth-${VECTORS}-${queries.length}.json`);
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8')) as number[][];
  const synthetic = syntheticOf(set);
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
