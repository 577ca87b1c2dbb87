import { constants } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative } from 'node:path';
import { forEachLimited } from '../../src/engine/async/limiter.ts';
import { usage } from '../cli/cli.ts';
import { listModels } from '../models/list-models.ts';
import { emptyOut, readRecord, remotesOf, writeRecord } from '../site/out-folder.ts';
import { checkLimits } from './check-limits.ts';
import { type Device, type FirstVisit, firstVisit } from './first-visit.ts';
import { hostFiles } from './host-files.ts';
import { HOST, type HostId } from './hosts.ts';
import { precompress } from './precompress.ts';
import { type LeftOut, type SiteFile, selectFiles } from './site-files.ts';
import { verifyData } from './verify.ts';

/** Files that are copied at a time. */
const PARALLEL = 16;

export interface PackageOptions {
  /** Folder of a built site. */
  readonly site: string;
  /** Where to write it: an empty folder, or a package or site that it replaces. */
  readonly out: string;
  readonly host: HostId;
  /** `./`, or `/x/`: where it will live. */
  readonly base: string;
  /** Models to take along though no collection names them. */
  readonly models?: readonly string[];
  readonly precompressed?: boolean;
}

export interface Packaged {
  /** All that is to be uploaded. */
  readonly files: readonly SiteFile[];
  readonly leftOut: readonly LeftOut[];
  readonly warnings: readonly string[];
  /** By the device that runs the model. */
  readonly visit: Readonly<Record<Device, FirstVisit>>;
}

/**
 * Write a folder to upload: of a built site what visitors need, verified, with what the host needs besides.
 * @throws AfterimageError `usage`, `host-limit`, `model-not-found`, and what `verifyData` throws; then `out` is as it was,
 *   unless it could not be written
 */
export async function packageSite(options: PackageOptions): Promise<Packaged> {
  const { site, out, host, base, models = [], precompressed = false } = options;
  if (isWithin(site, out) || isWithin(out, site))
    throw usage(`${out} and ${site} lie in each other. Choose another --out`);
  const record = await readRecord(site);
  if (!record?.fingerprint) throw usage(`${site} holds no finished site. Run \`pnpm build\` first`);
  // One that was built for any folder has relative addresses.
  if (record.base !== './' && record.base !== base) {
    throw usage(`${site} was built for ${record.base}, not for ${base}: give that as --base`);
  }
  const { files, leftOut, collections } = await selectFiles(site, models);
  const data = await verifyData(site, collections, files);
  const inside = HOST[host].isRoot && base.startsWith('/') ? base.slice(1) : '';
  const extra = [...hostFiles(host, base, await stylesOf(site), await remotesOf(site))].map(([path, text]) => ({
    path,
    text,
    bytes: Buffer.byteLength(text),
  }));
  const placed = files.map(({ path, bytes }) => ({ path: inside + path, bytes }));
  const warnings = checkLimits(host, [...placed, ...extra]);

  await emptyOut(out);
  await copyFiles(files, site, join(out, inside));
  // The page offers what the list names: the models that were left out are not there.
  await listModels(join(out, inside, 'models'));
  for (const { path, text } of extra) await writeFile(join(out, path), text);
  const compressed = precompressed ? await precompress(out, placed) : [];
  await writeRecord(out, record);
  const written = [...placed, ...extra, ...compressed].map(({ path, bytes }) => ({ path, bytes }));

  const visitOn = (device: Device) => firstVisit(site, files, data, device);
  return { files: written, leftOut, warnings, visit: { wasm: await visitOn('wasm'), webgpu: await visitOn('webgpu') } };
}

/** The page's styles, which its document names. */
async function stylesOf(site: string): Promise<string | undefined> {
  return /\bassets\/[\w.-]+\.css\b/.exec(await readFile(join(site, 'index.html'), 'utf8'))?.[0];
}

function isWithin(path: string, folder: string): boolean {
  return !relative(folder, path).startsWith('..') && !isAbsolute(relative(folder, path));
}

async function copyFiles(files: readonly SiteFile[], from: string, to: string): Promise<void> {
  const folders = new Set(files.map(({ path }) => dirname(join(to, path))));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  await forEachLimited(files, PARALLEL, ({ path }) =>
    copyFile(join(from, path), join(to, path), constants.COPYFILE_FICLONE),
  );
}
