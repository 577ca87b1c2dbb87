/** What a picture says of itself: when, with what and where it was taken. The same for both hosts. */
import type { Place } from '../../../engine/collection/extensions/facts.ts';
import type { PictureDate } from '../../../engine/collection/types.ts';
import { toSecond } from '../../../engine/formats/dates/date.ts';
import { readDate } from '../../../engine/formats/dates/read-date.ts';
import type { PictureMetadata } from '../../../indexing/ports.ts';
import { type Blocks, readBlocks } from './blocks.ts';
import { type Exif, exifCamera, exifDates, exifOrientation, exifPlace } from './exif.ts';
import { iptcDate } from './iptc.ts';
import { readXmp, type XmpProperties, xmpCamera, xmpDate, xmpPlace } from './xmp.ts';

export interface FileMetadata extends PictureMetadata {
  /**
   * How the pixels that the file holds are to be turned, 1 to 8 as in EXIF. 1 where its container says it (AVIF, HEIC):
   * decoders turn those.
   */
  readonly orientation: number;
}

/**
 * By EXIF, then XMP; the date also by IPTC and by what PNG says. Null is what it does not say. Never rejects.
 * @param bytes of a file of any kind, RAW files too. Untrusted, as all is that it says.
 */
export async function readMetadata(bytes: Uint8Array): Promise<FileMetadata> {
  const blocks = await readBlocks(bytes);
  const { exif } = blocks;
  const xmp: XmpProperties = blocks.xmp ? readXmp(blocks.xmp) : new Map();
  const [orientation = 1] = blocks.isUpright ? [] : first(exif, exifOrientation);
  return {
    captured: dateOf(blocks, xmp),
    camera: first(exif, exifCamera)[0] ?? xmpCamera(xmp) ?? null,
    place: first<Place>(exif, exifPlace)[0] ?? xmpPlace(xmp) ?? null,
    orientation,
  };
}

/** What the first block says that says it. */
function first<T>(blocks: readonly Exif[], read: (exif: Exif) => T | undefined): T[] {
  return blocks.map(read).filter((value) => value !== undefined);
}

/**
 * The first date of: EXIF (taken, digitised, by GPS, changed), XMP, IPTC, PNG's `Creation Time`, PNG's time of the last
 * change.
 */
function dateOf({ exif, iptc, png }: Blocks, xmp: XmpProperties): PictureDate | null {
  const [taken] = exif.flatMap(exifDates);
  if (taken) return taken;
  const dated = (source: PictureDate['source'], date: string | undefined) =>
    date === undefined ? null : { date, source };
  return (
    dated('xmp', xmpDate(xmp)) ??
    dated('iptc', iptc && iptcDate(iptc)) ??
    dated('png-text', textDate(png?.creationTime)) ??
    dated('png-time', png?.time)
  );
}

function textDate(text: string | undefined): string | undefined {
  const date = readDate(text ?? '');
  return date && toSecond(date);
}
