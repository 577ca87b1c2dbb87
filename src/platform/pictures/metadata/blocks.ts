/** The blocks of metadata in files of every kind that is read: EXIF, XMP, IPTC, and what PNG has besides. Untrusted bytes. */
import { brandsOf } from '../containers/boxes.ts';
import { asciiOf } from '../containers/bytes.ts';
import { isGif } from '../containers/gif.ts';
import { itemContents } from '../containers/iso-items.ts';
import { isJpeg } from '../containers/jpeg.ts';
import { jpegHeader } from '../containers/jpeg-header.ts';
import { isPng } from '../containers/png.ts';
import { cr3Metadata } from '../containers/raw/cr3.ts';
import { isRaw, rawJpeg } from '../containers/raw-preview.ts';
import { openTiff, RAW_MAGICS } from '../containers/tiff/ifd.ts';
import { isWebp, webpChunk } from '../containers/webp.ts';
import { type Exif, joinExif, openExif } from './exif.ts';
import { gifXmp } from './gif.ts';
import { type PngBlocks, pngBlocks } from './png.ts';

export interface Blocks {
  /** The first one that says something counts. */
  readonly exif: readonly Exif[];
  readonly xmp?: Uint8Array | undefined;
  /** IPTC-IIM, or the image resources of Photoshop with it. */
  readonly iptc?: Uint8Array | undefined;
  readonly png?: Pick<PngBlocks, 'creationTime' | 'time'>;
  /** Whether orientation in EXIF counts for nothing, because decoders turn the picture by what its container says. */
  readonly isUpright?: boolean;
}

const XMP_TAG = 0x02bc;
const IPTC_TAG = 0x83bb;
const XMP_TYPE = 'application/rdf+xml';
/** Before EXIF in AVIF and HEIC: how many bytes to skip besides. */
const SKIP_BYTES = 4;

/** Never rejects: what is damaged has none. @param bytes of the file */
export async function readBlocks(bytes: Uint8Array): Promise<Blocks> {
  if (isJpeg(bytes)) return jpegBlocks(bytes);
  if (isPng(bytes)) return fromPng(await pngBlocks(bytes));
  if (isGif(bytes)) return { exif: [], xmp: gifXmp(bytes) };
  if (isWebp(bytes)) return { exif: opened(webpChunk(bytes, 'EXIF')), xmp: webpChunk(bytes, 'XMP ') };
  if (isRaw(bytes)) return rawBlocks(bytes);
  return brandsOf(bytes).length > 0 ? isoBlocks(bytes) : tiffBlocks(bytes);
}

function opened(...blocks: readonly (Uint8Array | undefined)[]): Exif[] {
  return blocks.flatMap((block) => (block ? (openExif(block) ?? []) : []));
}

function jpegBlocks(bytes: Uint8Array): Blocks {
  const header = jpegHeader(bytes);
  return { exif: opened(header?.exif), xmp: header?.xmp, iptc: header?.iptc };
}

function fromPng({ exif, xmp, iptc, ...png }: PngBlocks): Blocks {
  return { exif: opened(exif), xmp, iptc, png };
}

/** TIFF has the fields of EXIF in its own directories. */
function tiffBlocks(bytes: Uint8Array): Blocks {
  const tiff = openTiff(bytes, RAW_MAGICS);
  const main = tiff?.directory(tiff.first);
  return { exif: opened(bytes), xmp: tiff?.bytes(main?.get(XMP_TAG)), iptc: tiff?.bytes(main?.get(IPTC_TAG)) };
}

/** Of the file, and of the JPEG in it. */
function rawBlocks(bytes: Uint8Array): Blocks {
  const jpeg = rawJpeg(bytes);
  const inside = jpeg ? jpegBlocks(jpeg) : { exif: [] };
  const own = brandsOf(bytes).length > 0 ? cr3Blocks(bytes) : tiffBlocks(bytes);
  return { exif: [...own.exif, ...inside.exif], xmp: own.xmp ?? inside.xmp, iptc: own.iptc ?? inside.iptc };
}

function cr3Blocks(bytes: Uint8Array): Blocks {
  const metadata = cr3Metadata(bytes);
  const content = (name: string) => metadata.find(({ type }) => type === name)?.content;
  return { exif: [joinExif({ main: content('CMT1'), exif: content('CMT2'), gps: content('CMT4') })] };
}

/** AVIF and HEIC. */
function isoBlocks(bytes: Uint8Array): Blocks {
  const [exif] = itemContents(bytes, ({ type }) => type === 'Exif');
  const [xmp] = itemContents(bytes, ({ type, contentType }) => type === 'mime' && contentType === XMP_TYPE);
  return { exif: opened(exif && withoutSkipped(exif)), xmp, isUpright: true };
}

/** Some writers count the prefix of EXIF to what is skipped, some do not. */
function withoutSkipped(item: Uint8Array): Uint8Array {
  if (item.length < SKIP_BYTES) return item;
  const skip = new DataView(item.buffer, item.byteOffset, item.byteLength).getUint32(0);
  const rest = item.subarray(SKIP_BYTES);
  return asciiOf(rest, 0, 4) === 'Exif' ? rest : rest.subarray(Math.min(skip, rest.length));
}
