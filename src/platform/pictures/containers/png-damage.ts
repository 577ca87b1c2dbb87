import { asciiOf } from './bytes.ts';
import { crc32 } from './crc32.ts';

/** What is wrong with the chunks of a PNG, where libpng says nothing; undefined where nothing is. Untrusted bytes. */
export function pngDamage(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at < bytes.length; ) {
    if (at + 12 > bytes.length) return 'it ends in the middle of a chunk';
    const end = at + 8 + view.getUint32(at);
    const name = asciiOf(bytes, at + 4, at + 8);
    if (!/^[A-Za-z]{4}$/.test(name)) return 'the name of a chunk is none';
    if (end + 4 > bytes.length) return `it ends in the middle of its ${name} chunk`;
    const isCritical = name < 'a'; // of others libpng takes no notice
    if (isCritical && crc32(bytes.subarray(at + 4, end)) !== view.getUint32(end))
      return `the checksum of its ${name} chunk is wrong`;
    if (name === 'IEND') return undefined;
    at = end + 4;
  }
  return undefined;
}
