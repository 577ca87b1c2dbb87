import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { SiteFile } from './site-files.ts';
import { isWorthIt } from './transfer.ts';

const gzipped = promisify(gzip);
const brotli = promisify(brotliCompress);

/** Smaller files fit into one packet of the network anyway. */
const MIN_BYTES = 1_400;
/** A file that shrinks by less is sent as it is. */
const MIN_GAIN = 0.05;
/** Brotli's best takes minutes for what is larger; two steps below, it is about as good. */
const LARGE_BYTES = 2 ** 20;

/**
 * Write a `.gz` and a `.br` beside each file that shrinks, for servers that send such files (nginx's `gzip_static`, Caddy's
 * `precompressed`).
 * @returns the files that were written
 */
export async function precompress(folder: string, files: readonly SiteFile[]): Promise<readonly SiteFile[]> {
  const written: SiteFile[] = [];
  const there = new Set(files.map(({ path }) => path));
  for (const { path, bytes } of files) {
    if (bytes < MIN_BYTES || !isWorthIt(path)) continue;
    const content = await readFile(join(folder, path));
    const quality = bytes > LARGE_BYTES ? 9 : constants.BROTLI_MAX_QUALITY;
    const params = { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: bytes };
    const both = { '.gz': await gzipped(content, { level: 9 }), '.br': await brotli(content, { params }) };
    for (const [ending, small] of Object.entries(both)) {
      // What `pnpm build` has compressed already is the same.
      if (small.length > bytes * (1 - MIN_GAIN) || there.has(path + ending)) continue;
      await writeFile(join(folder, path + ending), small);
      written.push({ path: path + ending, bytes: small.length });
    }
  }
  return written;
}
