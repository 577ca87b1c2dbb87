/** When a picture was made, wherever its file says so. */
import sharp, { type Metadata } from 'sharp';
import type { PictureDate } from '../../../engine/collection/types.ts';
import { toSecond } from '../../../engine/formats/dates/date.ts';
import { readDate } from '../../../engine/formats/dates/read-date.ts';
import { exifDates } from './exif.ts';
import { gifXmp } from './gif.ts';
import { iptcDate } from './iptc.ts';
import { type PngBlocks, pngBlocks } from './png.node.ts';
import { xmpDate } from './xmp.node.ts';

/** Blocks of metadata that sharp takes out of a file. */
export type MetadataBlocks = Pick<Metadata, 'exif' | 'xmp' | 'iptc'>;

/**
 * The first date that a picture says of itself, in this order: EXIF (taken, digitised, by GPS, changed), XMP, IPTC, PNG's
 * `Creation Time`, PNG's time of the last change. Null where it says none. Never throws.
 * @param bytes of the file. Untrusted, as `blocks` is.
 */
export function pictureDate(bytes: Uint8Array, blocks: MetadataBlocks): PictureDate | null {
  const own = ownBlocks(bytes);
  const exif = [blocks.exif, own.exif].flatMap((block) => (block ? exifDates(block) : []));
  const [first] = exif;
  if (first) return first;
  const dated = (source: PictureDate['source'], date: string | undefined) =>
    date === undefined ? null : { date, source };
  return (
    dated('xmp', firstDate([blocks.xmp, own.xmp], xmpDate)) ??
    dated('iptc', firstDate([blocks.iptc, own.iptc], iptcDate)) ??
    dated('png-text', textDate(own.creationTime)) ??
    dated('png-time', own.time)
  );
}

/** As `pictureDate`, without decoding anything; null also for what is no picture. */
export async function readPictureDate(bytes: Uint8Array): Promise<PictureDate | null> {
  // Whatever can be said of a picture that is damaged or too large is said when it is decoded.
  const open = async () => sharp(bytes, { failOn: 'none', limitInputPixels: false }).metadata();
  return pictureDate(bytes, await open().catch(() => ({})));
}

/** What sharp leaves in the file: it takes nothing out of GIF, and of TIFF no EXIF. */
function ownBlocks(bytes: Uint8Array): PngBlocks {
  const begin = String.fromCharCode(...bytes.subarray(0, 4));
  if (begin === '\u0089PNG') return pngBlocks(bytes);
  if (begin === 'II*\0' || begin === 'MM\0*') return { exif: bytes };
  const xmp = begin === 'GIF8' ? gifXmp(bytes) : undefined;
  return xmp ? { xmp } : {};
}

function firstDate(
  blocks: readonly (Uint8Array | undefined)[],
  read: (block: Uint8Array) => string | undefined,
): string | undefined {
  for (const block of blocks) {
    const date = block && read(block);
    if (date !== undefined) return date;
  }
  return undefined;
}

function textDate(text: string | undefined): string | undefined {
  const date = readDate(text ?? '');
  return date && toSecond(date);
}
