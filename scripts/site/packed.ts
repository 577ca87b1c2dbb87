import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** A compressed form that is hardly smaller is not worth its place. */
const WORTH = 0.95;
/** A file that is smaller than a few packets comes as fast as it is. */
const SMALL_BYTES = 4096;

/**
 * Write a file once more with gzip, as `<file>.gz`, where that is worth it: hosts need not compress, the page unpacks it.
 * @returns its bytes
 */
export async function writePacked(file: string): Promise<number | undefined> {
  const content = await readFile(file);
  if (content.length < SMALL_BYTES) return undefined;
  const packed = await compress(content, { level: 9 });
  if (packed.length > WORTH * content.length) return undefined;
  await writeFile(`${file}.gz`, packed);
  return packed.length;
}
