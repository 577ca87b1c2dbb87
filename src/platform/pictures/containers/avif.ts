/** Boxes of AVIF files (ISO/IEC 14496-12, 23008-12): untrusted bytes. */
import { AVIF_TRANSFERS, type Colour, GAMUTS, isNearlySrgb } from '../colour/colour.ts';
import { boxes, brandsOf, inside } from './boxes.ts';
import { asciiOf } from './bytes.ts';

export type Sequence = 'none' | 'with-still' | 'without-still';

/** Whether it is an animation, and whether a still picture lies beside it, as most writers put it. */
export function sequenceOf(bytes: Uint8Array): Sequence {
  const [major] = brandsOf(bytes);
  if (major !== 'avis' && major !== 'msf1') return 'none';
  const meta = boxes(bytes).find(({ type }) => type === 'meta');
  const hasItem = meta && boxes(meta.content, 4).some(({ type }) => type === 'pitm');
  return hasItem ? 'with-still' : 'without-still';
}

/** The same file as a still picture: libheif refuses animations by their major brand. */
export function asStill(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.set(new TextEncoder().encode('avif'), 8);
  return copy;
}

/** What the numbers of the colour box mean; null where they are sRGB, are not given, or where a profile says it. */
export function avifColour(bytes: Uint8Array): Colour | null {
  const properties = inside(bytes, ['meta', 'iprp', 'ipco']);
  const colours = properties.filter(({ type, content }) => type === 'colr' && content.length >= 11);
  const kinds = colours.map(({ content }) => asciiOf(content, 0, 4));
  const numbers = colours[kinds.indexOf('nclx')]?.content;
  if (!numbers || kinds.includes('prof') || kinds.includes('rICC')) return null;
  const view = new DataView(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  const gamut = GAMUTS.get(view.getUint16(4));
  const transfer = AVIF_TRANSFERS.get(view.getUint16(6));
  if (!gamut || !transfer || isNearlySrgb({ gamut, transfer })) return null;
  return { gamut, transfer };
}

/** The largest size of a picture in it, before it is turned: of a picture in tiles, the whole. */
export function avifSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  let largest: { width: number; height: number } | undefined;
  for (const { type, content } of inside(bytes, ['meta', 'iprp', 'ipco'])) {
    if (type !== 'ispe' || content.length < 12) continue;
    const view = new DataView(content.buffer, content.byteOffset, 12);
    const [width, height] = [view.getUint32(4), view.getUint32(8)];
    if (!largest || width * height > largest.width * largest.height) largest = { width, height };
  }
  return largest;
}
