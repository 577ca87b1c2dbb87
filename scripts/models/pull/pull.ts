/** A model of the registry: brought here file by file, put in the form that add-model takes, and added. */
import { cp, mkdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AfterimageError } from '../../../src/engine/errors.ts';
import type { Dtype, ModelManifest } from '../../../src/engine/model/model.ts';
import { usage } from '../../cli/cli.ts';
import { addModel } from '../add-model.ts';
import {
  addressOf,
  filesToPull,
  pageOf,
  placeOf,
  type RegistryEntry,
  type RegistryFile,
} from '../registry/registry.ts';
import { arrange } from './arrange.ts';
import { download, isAddress } from './download.ts';

export interface PullOptions {
  /** `public/models` */
  readonly modelsFolder: string;
  /** Where what is being brought lies until it is whole; what an interrupted run left there is continued. */
  readonly cacheFolder: string;
  /** A folder or a base address that has the files under their paths in the repository, in place of the hub. */
  readonly from?: string | undefined;
  /** Precisions of the towers; see `filesToPull`. */
  readonly dtypes: readonly Dtype[];
  /** The licence of a model that asks for it was accepted. */
  readonly acceptsLicence: boolean;
  readonly token?: string | undefined;
  readonly signal?: AbortSignal;
  readonly log: (line: string) => void;
  readonly onProgress?: (file: string, loaded: number, total: number | null) => void;
}

/** Hashes of files that the registry does not know, by address: those of the first time that they were pulled. */
type Recorded = Record<string, { readonly bytes: number; readonly sha256: string }>;

/**
 * Pull a model into `<modelsFolder>/<id>`: all of it, or what was there before stays.
 * @throws AfterimageError `usage`, `network`, `part-missing`, `part-corrupt`, `not-writable`, and what `addModel` throws
 */
export async function pullModel(entry: RegistryEntry, options: PullOptions): Promise<ModelManifest> {
  const { licence } = entry;
  if (entry.exportedBy !== undefined) throw notPublished(entry, entry.exportedBy);
  if (licence.accept && !options.acceptsLicence) {
    throw usage(
      `${entry.title} may not be used commercially (${licence.name}; ${pageOf(entry)}). If that suits you, add --accept-licence`,
    );
  }
  const files = filesToPull(entry, options.dtypes);
  checkTowers(entry, files, options.dtypes);
  const folder = join(options.cacheFolder, entry.id);
  await checkRoom(entry, files, options.cacheFolder);
  for (const line of entry.unverified) options.log(`Not verified by anybody: ${line}.`);
  await bring(entry, files, folder, options);
  const ready = `${folder}.ready`;
  await copyFolder(folder, ready);
  await arrange(ready, entry);
  const manifest = await addModel({
    folder: ready,
    modelsFolder: options.modelsFolder,
    id: entry.id,
    described: {
      title: entry.title,
      can: `It finds ${entry.for}.`,
      licence: licence.name,
      source: pageOf(entry),
      revision: entry.revision,
    },
    log: options.log,
  });
  for (const done of [folder, ready]) await rm(done, { recursive: true, force: true });
  return manifest;
}

function notPublished(entry: RegistryEntry, script: string): AfterimageError {
  return usage(
    `nobody publishes ${entry.title} as ONNX. Make it of its weights, on a machine with Python: python3 ${script} <folder>. Then: pnpm add-model <folder> --id ${entry.id} --title "${entry.title}" --licence ${entry.licence.name}`,
  );
}

function checkTowers(entry: RegistryEntry, files: readonly RegistryFile[], dtypes: readonly Dtype[]): void {
  const has = (tower: string) => files.some((one) => one.tower === tower || (entry.layout === 'combined' && one.dtype));
  if (has('text') && has('vision')) return;
  const there = [...new Set(entry.files.flatMap(({ dtype }) => dtype ?? []))].join(', ');
  throw usage(`${entry.title} has no two towers in ${dtypes.join(', ')}: the registry knows ${there}`);
}

/** @throws AfterimageError `not-writable`, before anything is downloaded */
async function checkRoom(entry: RegistryEntry, files: readonly RegistryFile[], cacheFolder: string): Promise<void> {
  await mkdir(cacheFolder, { recursive: true });
  // What came, its arranged form and the added model are there at the same time.
  const needed = 3 * files.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
  const { bavail, bsize } = await statfs(cacheFolder);
  if (bavail * bsize >= needed) return;
  const gigabytes = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`;
  throw new AfterimageError(
    'not-writable',
    `${entry.title} needs ${gigabytes(needed)} while it is added, and ${cacheFolder} has ${gigabytes(bavail * bsize)} left.`,
  );
}

async function bring(
  entry: RegistryEntry,
  files: readonly RegistryFile[],
  folder: string,
  { cacheFolder, from, token, signal, log, onProgress }: PullOptions,
): Promise<void> {
  const record = join(cacheFolder, 'recorded.json');
  const recorded = await readRecorded(record);
  for (const file of files) {
    const place = placeOf(file);
    const address = addressOf(entry, file);
    const known = file.sha256 === null ? recorded[address] : undefined;
    const wanted = {
      place,
      from: from === undefined ? address : await inMirror(from, file),
      bytes: file.bytes ?? known?.bytes ?? null,
      sha256: file.sha256 ?? known?.sha256 ?? null,
    };
    const options = { folder, token, ...(signal && { signal }) };
    const got = await download(wanted, {
      ...options,
      onProgress: (loaded, total) => onProgress?.(place, loaded, total),
    });
    if (wanted.sha256 !== null) continue;
    recorded[address] = got;
    await writeFile(record, `${JSON.stringify(recorded, null, 2)}\n`);
    log(`${place}: nobody knew its hash. Recorded: ${got.sha256}.`);
  }
}

/** The path in the repository, or where it goes: people copy either. */
async function inMirror(from: string, file: RegistryFile): Promise<string> {
  if (isAddress(from)) return new URL(file.path, from.endsWith('/') ? from : `${from}/`).href;
  const paths = [join(from, file.path), join(from, placeOf(file))];
  for (const path of paths) if (await stat(path).catch(() => undefined)) return path;
  return paths[0] as string;
}

async function readRecorded(path: string): Promise<Recorded> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as Recorded;
  } catch {
    throw new AfterimageError('not-writable', `${path} is damaged. Delete it: it holds hashes of earlier pulls.`);
  }
}

async function copyFolder(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await cp(from, to, { recursive: true });
  await mkdir(join(to, 'onnx'), { recursive: true });
}
