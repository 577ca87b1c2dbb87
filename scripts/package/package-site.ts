import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { usage } from '../cli/cli.ts';
import { emptyOut, readRecord, writeRecord } from '../site/out-folder.ts';
import { checkLimits } from './check-limits.ts';
import { type Device, firstVisit } from './first-visit.ts';
import { hostFiles } from './host-files.ts';
import { HOST, type HostId } from './hosts.ts';
import { precompress } from './precompress.ts';
import { type LeftOut, type SiteFile, selectFiles } from './site-files.ts';
import { type Transfer, transfers } from './transfer.ts';
import { verifyData } from './verify.ts';

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
  readonly visit: Readonly<
    Record<Device, { readonly first: readonly Transfer[]; readonly later: readonly Transfer[] }>
  >;
}

/**
 * Write a folder to upload: of a built site what visitors need, verified, with what the host needs besides.
 * @throws AfterimageError `usage`, `host-limit`, `model-not-found`, and what `verifyData` throws; then `out` is as it was,
 *   unless it could not be written
 */
export async function packageSite(options: PackageOptions): Promise<Packaged> {
  const { site, out, host, base, models = [], precompressed = false } = options;
  const record = await readRecord(site);
  if (!record?.fingerprint) throw usage(`${site} holds no finished site. Run \`pnpm build\` first`);
  // One that was built for any folder has relative addresses.
  if (record.base !== './' && record.base !== base) {
    throw usage(`${site} was built for ${record.base}, not for ${base}: give that as --base`);
  }
  const { files, leftOut, collections } = await selectFiles(site, models);
  const data = await verifyData(site, collections, files);
  const inside = HOST[host].isRoot && base.startsWith('/') ? base.slice(1) : '';
  const extra = [...hostFiles(host, base)].map(([path, text]) => ({ path, text, bytes: Buffer.byteLength(text) }));
  const placed = files.map(({ path, bytes }) => ({ path: inside + path, bytes }));
  const warnings = checkLimits(host, [...placed, ...extra]);

  await emptyOut(out);
  for (const { path } of files) await copy(join(site, path), join(out, inside + path));
  for (const { path, text } of extra) await writeFile(join(out, path), text);
  const compressed = precompressed ? await precompress(out, placed) : [];
  await writeRecord(out, record);
  const written = [...placed, ...extra, ...compressed].map(({ path, bytes }) => ({ path, bytes }));

  const visitOn = async (device: Device) => {
    const { first, later } = await firstVisit(site, files, data, device);
    const sent = (downloads: typeof first) => transfers(site, host, downloads, precompressed);
    return { first: await sent(first), later: await sent(later) };
  };
  const visit = { wasm: await visitOn('wasm'), webgpu: await visitOn('webgpu') };
  return { files: written, leftOut, warnings, visit };
}

async function copy(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to);
}
