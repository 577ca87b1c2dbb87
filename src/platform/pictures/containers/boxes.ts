/** Boxes of ISO base media files (ISO/IEC 14496-12): AVIF, HEIC, CR3. Untrusted bytes. */
import { asciiOf } from './bytes.ts';

const MAX_BOXES = 1000;

export interface Box {
  readonly type: string;
  /** Its content, without its header; shorter than it says where the bytes end before it does. */
  readonly content: Uint8Array;
}

/** Brands at the beginning; empty for what is no such file. The first one is the major brand. */
export function brandsOf(bytes: Uint8Array): string[] {
  if (asciiOf(bytes, 4, 8) !== 'ftyp') return [];
  const end = Math.min(new DataView(bytes.buffer, bytes.byteOffset).getUint32(0), bytes.length, 400);
  const brands = [asciiOf(bytes, 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(asciiOf(bytes, at, at + 4));
  return brands;
}

/** The boxes inside a path of boxes, the first of each name. `meta` has four bytes before its own. */
export function inside(bytes: Uint8Array, path: readonly string[]): Box[] {
  let found = boxes(bytes);
  for (const name of path) {
    const box = found.find(({ type }) => type === name);
    if (!box) return [];
    found = boxes(box.content, name === 'meta' ? 4 : 0);
  }
  return found;
}

/** The boxes one after the other, from `start` on. */
export function boxes(bytes: Uint8Array, start = 0): Box[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found: Box[] = [];
  for (let at = start; at + 8 <= bytes.length && found.length < MAX_BOXES; ) {
    const short = view.getUint32(at);
    const isLong = short === 1 && at + 16 <= bytes.length;
    const size = short === 0 ? bytes.length - at : isLong ? Number(view.getBigUint64(at + 8)) : short;
    const header = isLong ? 16 : 8;
    if (size < header) break;
    found.push({ type: asciiOf(bytes, at + 4, at + 8), content: bytes.subarray(at + header, at + size) });
    at += size;
  }
  return found;
}
