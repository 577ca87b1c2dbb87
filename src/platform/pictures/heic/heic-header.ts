/** What a HEIC file (ISO/IEC 23008-12) says of its picture before it is decoded. Untrusted bytes; nothing throws. */
import { AVIF_TRANSFERS, type Colour, GAMUTS, isNearlySrgb } from '../colour/colour.ts';
import { iccColour } from '../colour/icc.ts';
import { type Box, brandsOf, inside } from '../containers/boxes.ts';
import { asciiOf } from '../containers/bytes.ts';
import { itemContents, itemsOf, metaBoxes } from '../containers/iso-items.ts';

export interface HeicHeader {
  /** Before it is turned. */
  readonly width: number;
  readonly height: number;
  /** What its colours mean; null where that is sRGB, or nearly so, or nobody says. */
  readonly colour: Colour | null;
}

/** Brands of pictures that are coded as HEVC, and of sequences of them. */
const BRANDS = /^he(?:ic|ix|im|is|vc|vx|vm|vs)$/;
const GENERAL_BRANDS = ['mif1', 'mif2', 'mif3', 'msf1'];
const CODED = ['hvc1', 'hev1'];
const MAX_ASSOCIATIONS = 100_000;

/** By its content: messengers call HEIC `.jpg`, and AVIF has the same container. */
export function isHeic(bytes: Uint8Array): boolean {
  const brands = brandsOf(bytes);
  const [major = ''] = brands;
  if (major.startsWith('avi')) return false;
  if (brands.some((brand) => BRANDS.test(brand))) return true;
  return GENERAL_BRANDS.includes(major) && itemsOf(metaBoxes(bytes)).some(({ type }) => CODED.includes(type));
}

/** Of the picture that the file is shown as; undefined where there is none, as in a sequence without a still one. */
export function heicHeader(bytes: Uint8Array): HeicHeader | undefined {
  const meta = metaBoxes(bytes);
  const id = primaryItem(meta);
  if (id === undefined) return undefined;
  const all = inside(bytes, ['meta', 'iprp', 'ipco']);
  const own = associations(inside(bytes, ['meta', 'iprp'])).get(id) ?? [];
  const properties = own.map((index) => all[index - 1]).filter((box) => box !== undefined);
  const size = properties.find(({ type }) => type === 'ispe')?.content;
  if (!size || size.length < 12) return undefined;
  const view = viewOf(size);
  // What the whole picture does not say is said by its tiles.
  const colour = colourOf(properties) ?? colourOf(all);
  return { width: view.getUint32(4), height: view.getUint32(8), colour: colour ?? null };
}

/** Zeros in a row that no coded picture has: its coder puts a three between them (ITU-T H.265, 7.4.2). */
const ZEROS = 3;

/** Whether the end of a coded picture, or of a tile, was never written. Its decoder takes zeros for pixels and does not complain. */
export function endsInZeros(bytes: Uint8Array): boolean {
  const coded = itemContents(bytes, ({ type }) => CODED.includes(type));
  return coded.some((one) => one.length > ZEROS && one.subarray(-ZEROS).every((byte) => byte === 0));
}

function primaryItem(meta: readonly Box[]): number | undefined {
  const content = meta.find(({ type }) => type === 'pitm')?.content;
  if (!content || content.length < 6) return undefined;
  return content[0] === 0
    ? viewOf(content).getUint16(4)
    : content.length < 8
      ? undefined
      : viewOf(content).getUint32(4);
}

/** Which properties, counted from 1, belong to which item. */
function associations(properties: readonly Box[]): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>();
  const content = properties.find(({ type }) => type === 'ipma')?.content;
  if (!content || content.length < 8) return found;
  const view = viewOf(content);
  const [version, isWide] = [content[0] ?? 0, ((content[3] ?? 0) & 1) === 1];
  const idBytes = version < 1 ? 2 : 4;
  const count = Math.min(view.getUint32(4), MAX_ASSOCIATIONS);
  for (let i = 0, at = 8; i < count && at + idBytes + 1 <= content.length; i++) {
    const id = idBytes === 2 ? view.getUint16(at) : view.getUint32(at);
    const length = content[at + idBytes] ?? 0;
    at += idBytes + 1;
    const size = isWide ? 2 : 1;
    if (at + size * length > content.length) break;
    const indexes = Array.from({ length }, (_, k) =>
      isWide ? view.getUint16(at + 2 * k) & 0x7fff : (content[at + k] ?? 0) & 0x7f,
    );
    found.set(id, [...(found.get(id) ?? []), ...indexes]);
    at += size * length;
  }
  return found;
}

/** By a profile, else by numbers (ISO/IEC 23001-8); undefined where neither is there, null where that is sRGB. */
function colourOf(properties: readonly Box[]): Colour | null | undefined {
  const contents = properties.filter(({ type }) => type === 'colr').map(({ content }) => content);
  const kind = (names: readonly string[]) => contents.find((content) => names.includes(asciiOf(content, 0, 4)));
  const profile = kind(['prof', 'rICC']);
  const numbers = kind(['nclx']);
  const colour = profile ? iccColour(profile.subarray(4)) : numbers && numericColour(numbers);
  if (!profile && !numbers) return undefined;
  return colour && !isNearlySrgb(colour) ? colour : null;
}

function numericColour(content: Uint8Array): Colour | undefined {
  if (content.length < 8) return undefined;
  const view = viewOf(content);
  const gamut = GAMUTS.get(view.getUint16(4));
  const transfer = AVIF_TRANSFERS.get(view.getUint16(6));
  return gamut && transfer && { gamut, transfer };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
