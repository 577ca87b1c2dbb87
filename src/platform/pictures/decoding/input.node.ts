import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import { type Colour, toSrgb } from '../colour/colour.ts';
import { asStill, avifColour, sequenceOf } from '../containers/avif.ts';
import { isPng, pngColour } from '../containers/png.ts';
import { isRaw, NO_PREVIEW } from '../containers/raw-preview.ts';
import { isXml, type SvgSize, sizeSvg } from '../containers/svg/svg.ts';
import { isTiff, readTiff } from '../containers/tiff/tiff.ts';
import { type NumericSamples, tiffReading } from '../containers/tiff/tiff-samples.ts';
import { decodeHeicInThread } from '../heic/heic.node.ts';
import { isHeic } from '../heic/heic.ts';
import { MAX_PIXELS, TIMEOUT_SECONDS } from '../limits.ts';
import { Refusal } from '../refusal.ts';
import { numericTiff } from './numeric-tiff.node.ts';
import { fromRaw, type Raw, toRaw } from './raw.node.ts';
import { WHITE } from './shown/ground.ts';

/** A picture file and how its pixels are read. */
export interface Input {
  readonly bytes: Uint8Array;
  readonly options: SharpOptions;
  readonly metadata: Metadata;
  /** As a person sees it: orientation applied. */
  readonly size: SvgSize;
  /** What its numbers mean where libvips takes them for sRGB. */
  readonly colour: Colour | null;
  /** What shows where it is transparent. */
  readonly ground: string;
  /** Pixels that were made already, of sample formats that libvips does not show. */
  readonly whole?: Raw;
}

export interface Strictness {
  /** From which trouble of the file on it is refused. */
  readonly failOn: 'error' | 'warning';
  readonly ignoreProfile: boolean;
}

/**
 * @param longest of the raster of a drawing
 * @throws Refusal for what would come out wrong, and what sharp throws
 */
export async function openInput(bytes: Uint8Array, strictness: Strictness, longest: number): Promise<Input> {
  if (isHeic(bytes)) return openHeic(bytes, strictness);
  const prepared = prepare(bytes, longest);
  const { colour = null, size } = prepared;
  const ignoreIcc = strictness.ignoreProfile || prepared.ignoreProfile === true;
  const options = { limitInputPixels: MAX_PIXELS, failOn: strictness.failOn, ignoreIcc };
  const content = prepared.bytes ?? bytes;
  const metadata = await sharp(content, options).metadata();
  const { numeric } = prepared;
  const whole = numeric && (await numericTiff(content, options, metadata, numeric));
  return {
    bytes: content,
    options,
    metadata,
    size: size ?? metadata.autoOrient,
    colour,
    ground: WHITE,
    ...(whole && { whole }),
  };
}

/** libvips is built without HEVC. Its pixels are made at once, on white where they are transparent. */
async function openHeic(bytes: Uint8Array, { failOn }: Strictness): Promise<Input> {
  const { width, height, rgba } = await decodeHeicInThread(bytes);
  const options = { limitInputPixels: MAX_PIXELS, failOn, ignoreIcc: true };
  const image = sharp(rgba, { ...options, raw: { width, height, channels: 4 } }).flatten({ background: WHITE });
  const whole = await toRaw(image);
  const metadata = await fromRaw(whole).metadata();
  return { bytes, options, metadata, size: { width, height }, colour: null, ground: WHITE, whole };
}

interface Prepared {
  readonly bytes?: Uint8Array;
  readonly size?: SvgSize;
  readonly colour?: Colour | null;
  readonly ignoreProfile?: boolean;
  readonly numeric?: NumericSamples;
}

/** By the first bytes: the name of a file does not count. */
function prepare(bytes: Uint8Array, longest: number): Prepared {
  if (isRaw(bytes) && !isTiff(bytes)) throw new Refusal(NO_PREVIEW);
  if (isPng(bytes)) return pngColour(bytes);
  if (isTiff(bytes)) return prepareTiff(bytes);
  if (isXml(bytes)) {
    const drawing = sizeSvg(bytes, longest);
    return drawing ? { bytes: drawing.bytes, size: drawing } : {};
  }
  const sequence = sequenceOf(bytes);
  if (sequence === 'without-still') {
    throw new Refusal('It is an animated AVIF without a still picture beside it, which is not read.');
  }
  return { ...(sequence === 'with-still' && { bytes: asStill(bytes) }), colour: avifColour(bytes) };
}

function prepareTiff(bytes: Uint8Array): Prepared {
  const image = readTiff(bytes);
  if (!image) return {};
  const reading = tiffReading(image);
  if (reading.kind === 'refused') throw new Refusal(isRaw(bytes) ? NO_PREVIEW : reading.reason);
  return reading.kind === 'numeric' ? { numeric: reading.samples } : {};
}

/** The picture on its ground, made smaller by `scale`. */
export async function readInput(input: Input, scale: (image: Sharp) => Sharp): Promise<Raw> {
  const { bytes, options, metadata, colour, ground, whole } = input;
  if (whole) return toRaw(scale(fromRaw(whole)));
  const flat = scale(sharp(bytes, options).autoOrient().flatten({ background: ground })).timeout({
    seconds: TIMEOUT_SECONDS,
  });
  const isDeep = metadata.depth === 'ushort';
  if (colour) return inSrgb(flat, isDeep, colour);
  if (!isDeep || !metadata.hasProfile || options.ignoreIcc) return toRaw(flat.toColourspace('srgb'));
  // Of 16 bits sharp brings what has a profile to Display P3 and leaves it there; of grey it takes no notice.
  return metadata.space === 'grey16'
    ? toRaw(flat.pipelineColourspace('b-w').toColourspace('srgb'))
    : toRaw(flat.toColourspace('srgb').withIccProfile('srgb'));
}

async function inSrgb(image: Sharp, isDeep: boolean, colour: Colour): Promise<Raw> {
  const samples = image.toColourspace(isDeep ? 'rgb16' : 'srgb').raw({ depth: isDeep ? 'ushort' : 'uchar' });
  const { data, info } = await samples.toBuffer({ resolveWithObject: true });
  const { buffer, byteOffset, length } = data;
  const values = isDeep ? new Uint16Array(buffer, byteOffset, length / 2) : data;
  return { data: toSrgb(values, isDeep ? 0xffff : 0xff, colour), width: info.width, height: info.height };
}
