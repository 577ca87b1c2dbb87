/** What zlib compressed (RFC 1950), by what both hosts have. */
import { concat } from '../containers/bytes.ts';

/** @returns undefined for what is damaged, and for what becomes longer than `most` bytes */
export async function inflate(bytes: Uint8Array, most: number): Promise<Uint8Array | undefined> {
  const stream = new DecompressionStream('deflate');
  const writer = stream.writable.getWriter();
  // What fails there fails below as well.
  writer.write(Uint8Array.from(bytes)).catch(() => {});
  writer.close().catch(() => {});
  const reader = stream.readable.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      length += next.value.length;
      if (length > most) {
        await reader.cancel();
        return undefined;
      }
      parts.push(next.value);
    }
  } catch {
    return undefined;
  }
  return concat(parts);
}
