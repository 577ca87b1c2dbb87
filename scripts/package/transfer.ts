import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Download } from './first-visit.ts';
import { HOST, type HostId } from './hosts.ts';
import type { SiteFile } from './site-files.ts';

const compress = promisify(gzip);

/** A kind of files as it goes over the line. */
export interface Transfer {
  readonly kind: string;
  readonly files: number;
  /** As the files are. */
  readonly bytes: number;
  /** As the host sends them: by gzip what it compresses. With Brotli, which most of them know, it is less. */
  readonly sent: number;
  /** Whether it depends on the window. */
  readonly about: boolean;
}

/**
 * How much of these downloads goes over the line.
 * @param site the folder that they lie in
 * @param precompressed whether the server sends the compressed files that lie beside the others
 */
export async function transfers(
  site: string,
  host: HostId,
  downloads: readonly Download[],
  precompressed: boolean,
): Promise<readonly Transfer[]> {
  const isCompressed = (path: string) => HOST[host].compresses.test(path) || (precompressed && isWorthIt(path));
  const sentBytes = async ({ path, bytes }: SiteFile) => {
    if (!isCompressed(path)) return bytes;
    return Math.min(bytes, (await compress(await readFile(join(site, path)))).length);
  };
  const rows: Transfer[] = [];
  for (const { kind, files, about } of downloads) {
    const share = about === undefined ? 1 : about / Math.max(1, files.length);
    const sent: number[] = [];
    for (const file of files) sent.push(await sentBytes(file));
    rows.push({
      kind,
      files: about ?? files.length,
      bytes: Math.round(sum(files.map(({ bytes }) => bytes)) * share),
      sent: Math.round(sum(sent) * share),
      about: about !== undefined,
    });
  }
  return rows;
}

/** Whether a file may shrink: pictures and what is compressed already do not. */
export function isWorthIt(path: string): boolean {
  return !/\.(webp|jpe?g|png|gif|avif|gz|br|xz|zip)$/.test(path);
}

export function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
