import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { addModel } from '../../models/add-model.ts';
import { CACHE_FOLDER, ROOT_FOLDER } from '../../repository/folders.ts';
import { sourcesVersion } from '../sources-version.ts';

export const DIM = 512;
export const COLLECTION = 'million';
const MODEL = 'random';
const REPORT_PEAK = fileURLToPath(new URL('report-peak.ts', import.meta.url));
/** Names written at a time. */
const LINES = 10_000;

/** How the import of the vectors went, in a process of its own. */
export interface Import {
  readonly seconds: number;
  /** The most memory that it had at once. */
  readonly peakBytes: number;
  /** Of the collection, by kind of part. */
  readonly bytes: Readonly<Record<string, number>>;
}

export interface Prepared {
  /** A `public/` folder with the collection and a model of random weights. */
  readonly publicFolder: string;
  readonly imported: Import;
}

/** Made from the same sources, a collection is taken as it is; and vectors of the same generator. */
const VECTORS = sourcesVersion(['scripts/bench/synthetic', 'src/engine/formats/npy.ts']);
const COLLECTIONS = sourcesVersion([
  'src/engine/numeric/bfloat16.ts',
  ...[
    'src/engine/collection',
    'src/engine/index/codes',
    'src/engine/index/quantised',
    'src/indexing',
    'scripts/indexing',
  ],
  'src/platform/collections/collection-store.node.ts',
  'src/platform/exchange/vector-files.node.ts',
  'src/platform/exchange/metadata-files.node.ts',
]);

/** Make-believe vectors, a name a row, a model that understands nothing, and `build-index` of them, as a person would. */
export async function prepare(count: number, log: (line: string) => void): Promise<Prepared> {
  const folder = join(CACHE_FOLDER, 'bench-million', String(count));
  const publicFolder = join(folder, 'public');
  const record = join(folder, 'built.json');
  const version = `${VECTORS}-${COLLECTIONS}`;
  const known = existsSync(record)
    ? (JSON.parse(await readFile(record, 'utf8')) as Import & { version: string })
    : null;
  if (known?.version === version) return { publicFolder, imported: known };

  await rm(publicFolder, { recursive: true, force: true });
  await mkdir(join(publicFolder, 'collections'), { recursive: true });
  log('a model of random weights …');
  await script('models/make-random-model.ts', [join(folder, 'model'), '--dim', String(DIM)]);
  await addModel({ folder: join(folder, 'model'), modelsFolder: join(publicFolder, 'models'), id: MODEL });
  log(`${count.toLocaleString('en')} vectors …`);
  const vectors = await makeVectors(folder, count);
  log('build-index …');
  const imported = await importVectors(folder, publicFolder, vectors, await makeNames(folder, count));
  await writeFile(record, JSON.stringify({ ...imported, version }));
  return { publicFolder, imported };
}

async function makeVectors(folder: string, count: number): Promise<string> {
  const file = join(folder, `vectors-${VECTORS}.npy`);
  if (existsSync(file)) return file;
  await script('bench/synthetic/make.ts', [`${file}.new`, '--count', String(count), '--dim', String(DIM)]);
  await rename(`${file}.new`, file);
  return file;
}

async function makeNames(folder: string, count: number): Promise<string> {
  const path = join(folder, 'names.txt');
  const file = await open(path, 'w');
  for (let from = 0; from < count; from += LINES) {
    const length = Math.min(LINES, count - from);
    const lines = Array.from({ length }, (_, i) => `photos/${String(from + i).padStart(7, '0')}.jpg\n`);
    await file.write(lines.join(''));
  }
  await file.close();
  return path;
}

async function importVectors(folder: string, publicFolder: string, vectors: string, names: string): Promise<Import> {
  const peak = join(folder, 'peak.txt');
  const args = [
    ...['--from-npy', vectors, '--metadata', names, '--out', join(publicFolder, 'collections', COLLECTION)],
    ...['--models', join(publicFolder, 'models'), '--model', MODEL, '--title', 'Made-up pictures', '--index', 'codes'],
    '--json',
  ];
  const summary = await script('build-index.ts', args, peak);
  const { seconds, bytes } = JSON.parse(summary) as Import;
  return { seconds, bytes, peakBytes: Number(await readFile(peak, 'utf8')) };
}

/** A script of the repository, in a process of its own. @returns what it prints */
async function script(name: string, args: readonly string[], peakFile?: string): Promise<string> {
  const imports = ['tsx', ...(peakFile ? [pathToFileURL(REPORT_PEAK).href] : [])].flatMap((one) => ['--import', one]);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...imports, join(ROOT_FOLDER, 'scripts', name), ...args],
    { cwd: ROOT_FOLDER, maxBuffer: 2 ** 26, env: { ...env, ...(peakFile && { PEAK_FILE: peakFile }) } },
  );
  return stdout;
}
