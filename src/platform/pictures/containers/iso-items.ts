/** Items of AVIF and HEIC files (ISO/IEC 14496-12, 8.11): what is in them beside boxes. Untrusted bytes; nothing throws. */
import { type Box, boxes } from './boxes.ts';
import { asciiOf, concat } from './bytes.ts';

/** Of metadata; a longer item is none. */
const MAX_ITEM_BYTES = 16 * 2 ** 20;
const MAX_ITEMS = 10_000;
const MAX_EXTENTS = 1000;

export interface IsoItem {
  readonly id: number;
  /** `hvc1`, `grid`, `Exif`, `mime` … */
  readonly type: string;
  /** The media type of `mime`. */
  readonly contentType: string;
}

/** Contents of the items of the file's `meta` box that are asked for. */
export function itemContents(bytes: Uint8Array, isWanted: (item: IsoItem) => boolean): Uint8Array[] {
  const meta = metaBoxes(bytes);
  const wanted = itemsOf(meta).filter(isWanted);
  if (wanted.length === 0) return [];
  const places = locationsOf(meta, new Set(wanted.map(({ id }) => id)));
  const data = meta.find(({ type }) => type === 'idat')?.content;
  return wanted.flatMap(({ id }) => {
    const place = places.get(id);
    return (place && contentAt(place, bytes, data)) ?? [];
  });
}

export function metaBoxes(bytes: Uint8Array): Box[] {
  const meta = boxes(bytes).find(({ type }) => type === 'meta');
  return meta ? boxes(meta.content, 4) : [];
}

/** As `iinf` lists them, those of versions 2 and 3, which have types. */
export function itemsOf(meta: readonly Box[]): IsoItem[] {
  const info = meta.find(({ type }) => type === 'iinf')?.content;
  if (!info || info.length < 8) return [];
  const list = boxes(info, info[0] === 0 ? 6 : 8).slice(0, MAX_ITEMS);
  return list.flatMap(({ type, content }) => (type === 'infe' ? (itemOf(content) ?? []) : []));
}

function itemOf(content: Uint8Array): IsoItem | undefined {
  const version = content[0] ?? 0;
  const wide = version > 2;
  if (version < 2 || content.length < (wide ? 14 : 12)) return undefined;
  const view = viewOf(content);
  const id = wide ? view.getUint32(4) : view.getUint16(4);
  const at = wide ? 10 : 8; // behind the number of its protection
  // Its name ends with a zero, and so does the media type behind it.
  const [, contentType = ''] = asciiOf(content, at + 4, Math.min(content.length, at + 300)).split('\0');
  return { id, type: asciiOf(content, at, at + 4), contentType };
}

interface Location {
  /** 0: offsets count in the file; 1: in `idat`. */
  readonly method: number;
  readonly extents: readonly (readonly [start: number, length: number])[];
}

function locationsOf(meta: readonly Box[], wanted: ReadonlySet<number>): Map<number, Location> {
  const found = new Map<number, Location>();
  const content = meta.find(({ type }) => type === 'iloc')?.content;
  if (!content || content.length < 8) return found;
  try {
    readLocations(content, wanted, found);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // it ends early: what was found until there counts
  }
  return found;
}

/** @throws RangeError where the box ends before it does */
function readLocations(content: Uint8Array, wanted: ReadonlySet<number>, found: Map<number, Location>): void {
  const view = viewOf(content);
  const version = content[0] ?? 0;
  let at = 6;
  const read = (size: number): number => {
    at += size;
    if (size === 0) return 0;
    if (size === 2) return view.getUint16(at - 2);
    if (size === 4) return view.getUint32(at - 4);
    if (size === 8) return Number(view.getBigUint64(at - 8));
    throw new RangeError('a size that there is not');
  };
  const [sizes, more] = [content[4] ?? 0, content[5] ?? 0];
  const [offsetSize, lengthSize, baseSize, indexSize] = [
    sizes >> 4,
    sizes & 15,
    more >> 4,
    version > 0 ? more & 15 : 0,
  ];
  const count = Math.min(read(version < 2 ? 2 : 4), MAX_ITEMS);
  for (let i = 0; i < count; i++) {
    const id = read(version < 2 ? 2 : 4);
    const method = version > 0 ? read(2) & 15 : 0;
    const reference = read(2);
    const base = read(baseSize);
    const extents = Array.from({ length: Math.min(read(2), MAX_EXTENTS) }, () => {
      read(indexSize);
      return [base + read(offsetSize), read(lengthSize)] as const;
    });
    if (reference === 0 && wanted.has(id)) found.set(id, { method, extents });
  }
}

function contentAt({ method, extents }: Location, bytes: Uint8Array, data?: Uint8Array): Uint8Array | undefined {
  const source = method === 0 ? bytes : method === 1 ? data : undefined;
  const length = extents.reduce((sum, [, one]) => sum + one, 0);
  if (!source || length > MAX_ITEM_BYTES) return undefined;
  const parts = extents.map(([start, one]) => source.subarray(start, start + one));
  return parts.every((part, i) => part.length === extents[i]?.[1]) ? concat(parts) : undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
