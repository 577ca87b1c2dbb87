/** A model of the registry: brought here file by file, put in the form that add-model takes, and added. */
import { mkdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AfterimageError } from '../../../src/engine/errors.ts';
import type { Dtype, ModelManifest } from '../../../src/engine/model/model.ts';
import { usage } from '../../cli/cli.ts';
import { addModel } from '../add-model.ts';
import { linkFolder } from '../layouts/links.ts';
import {
  addressOf,
  filesToPull,
  hub,
  pageOf,
  placeOf,
  type RegistryEntry,
  type RegistryFile,
} from '../registry/registry.ts';
import { describeHere, differences } from './described.ts';
import { type Downloaded, download, isAddress, MissingFile, type Wanted } from './download.ts';

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
  /** Of the hub, for files that are not public. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal;
  readonly log: (line: string) => void;
  readonly onProgress?: (file: string, loaded: number, total: number | null) => void;
  /** Before a lost connection is tried again. */
  readonly pauseMs?: number;
}

/** Hashes of files that the registry does not know, by address: those of the first time that they were pulled. */
type Recorded = Record<string, { readonly bytes: number; readonly sha256: string }>;

/**
 * Pull a model into `<modelsFolder>/<id>`: all of it, or what was there before stays.
 * @throws AfterimageError `usage`, `network`, `download-failed`, `not-writable`, and what `addModel` throws
 */
export async function pullModel(entry: RegistryEntry, options: PullOptions): Promise<ModelManifest> {
  const { licence } = entry;
  if (entry.exportedBy !== undefined) throw notPublished(entry, entry.exportedBy);
  if (entry.layout === 'embedded') throw usage(`${entry.title} comes with Afterimage: there is nothing to pull`);
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
  await linkFolder(folder, ready);
  await describeHere(ready, entry);
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
  for (const line of differences(entry, manifest)) options.log(line);
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
  // What came, its towers where they are taken out of other graphs, and the model are there at the same time.
  const needed = (entry.layout === 'transformers' ? 2 : 3) * files.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
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
  options: PullOptions,
): Promise<void> {
  const { cacheFolder, log } = options;
  const record = join(cacheFolder, 'recorded.json');
  const recorded = await readRecorded(record);
  for (const file of files) {
    const place = placeOf(file);
    const address = addressOf(entry, file);
    const known = file.sha256 === null ? recorded[address] : undefined;
    const bytes = file.bytes ?? known?.bytes ?? null;
    const sha256 = file.sha256 ?? known?.sha256 ?? null;
    const got = await bringFile(entry, file, { place, bytes, sha256 }, folder, options);
    if (sha256 !== null || got === undefined) continue;
    recorded[address] = got;
    await writeFile(record, `${JSON.stringify(recorded, null, 2)}\n`);
    log(`${place}: nobody knew its hash. Recorded: ${got.sha256}.`);
  }
}

/** From the first place that has it. @returns undefined where none has a file that may be missing */
async function bringFile(
  entry: RegistryEntry,
  file: RegistryFile,
  wanted: Omit<Wanted, 'from'>,
  folder: string,
  { from, token, signal, onProgress, pauseMs }: PullOptions,
): Promise<Downloaded | undefined> {
  const places = from === undefined ? [addressOf(entry, file)] : await inMirror(from, file);
  let missing: unknown;
  for (const place of places) {
    try {
      return await download(
        { ...wanted, from: place },
        {
          ...{ folder, ...(signal && { signal }), ...(pauseMs !== undefined && { pauseMs }) },
          ...(token && { token: { value: token, origin: new URL(hub()).origin } }),
          onProgress: (loaded, total) => onProgress?.(wanted.place, loaded, total),
        },
      );
    } catch (error) {
      if (!(error instanceof MissingFile)) throw error;
      missing ??= error;
    }
  }
  if (file.optional) return undefined;
  throw missing;
}

/** The path in the repository, or where it goes: people copy either. */
async function inMirror(from: string, file: RegistryFile): Promise<readonly string[]> {
  const paths = [...new Set([file.path, placeOf(file)])];
  if (isAddress(from)) return paths.map((path) => new URL(path, from.endsWith('/') ? from : `${from}/`).href);
  const files = paths.map((path) => join(from, path));
  for (const path of files) if (await stat(path).catch(() => undefined)) return [path];
  return files.slice(0, 1);
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
