import { brandsOf } from '../containers/boxes.ts';
import { isGif } from '../containers/gif.ts';
import { isJpeg, jpegObstacle } from '../containers/jpeg.ts';
import { isPng } from '../containers/png.ts';
import { pngDamage } from '../containers/png-damage.ts';
import { isRaw, NO_PREVIEW } from '../containers/raw-preview.ts';
import { xmlKind } from '../containers/svg/svg.ts';
import { isTiff, readTiff } from '../containers/tiff/tiff.ts';
import { tiffObstacle } from '../containers/tiff/tiff-samples.ts';
import { isWebp, missingBytes } from '../containers/webp.ts';
import { MAX_PIXELS, TIMEOUT_SECONDS } from '../limits.ts';
import { Refusal } from '../refusal.ts';

const NO_PICTURE = 'It is not a picture in a format that can be read.';

/**
 * Whether an error says the same whatever else runs. What libvips says is one text for the whole process: of pictures that
 * are decoded at a time one may get the words of another.
 */
export function isCertain(error: unknown): boolean {
  return error instanceof Refusal || isOwnOfSharp(wordsOf(error));
}

/** What sharp says without asking libvips. */
function isOwnOfSharp(words: string): boolean {
  return /pixel limit|timeout|empty/i.test(words);
}

/** A sentence for a person, of what libvips says in its own words. */
export function reasonOf(error: unknown, bytes: Uint8Array): string {
  if (error instanceof Refusal) return error.message;
  const words = wordsOf(error);
  if (/pixel limit/i.test(words)) {
    const damage = isPng(bytes) ? pngDamage(bytes) : undefined;
    if (damage !== undefined) return `The picture is damaged: ${damage}`; // its size is not what was written
    return `The picture has more than ${Math.floor(MAX_PIXELS / 1e6)} megapixels, the most that is read.`;
  }
  if (/timeout/i.test(words)) return `Decoding took longer than ${TIMEOUT_SECONDS} seconds and was given up.`;
  const image = readTiff(bytes);
  // Of a RAW file nothing but its JPEG is looked for: what else it holds is not why it is refused.
  if (isRaw(bytes)) return NO_PREVIEW;
  const obstacle = isJpeg(bytes) ? jpegObstacle(bytes) : image && tiffObstacle(image);
  if (obstacle !== undefined) return obstacle;
  if (isTiff(bytes) && !image) return 'The picture is damaged: the directory of the TIFF is missing or cut off.';
  if (xmlKind(bytes) === 'other') return NO_PICTURE;
  if (/unsupported image format/i.test(words)) return reasonOfUnknown(bytes);
  if (/unsupported feature|not implemented|not configured|omitted at compile time/i.test(words))
    return `It is of a kind that is not read: ${words}`;
  const damage = damageOf(bytes) ?? words;
  return damage === '' ? 'The picture is damaged.' : `The picture is damaged: ${damage}`;
}

/** What libraries do not say. */
function damageOf(bytes: Uint8Array): string | undefined {
  if (isPng(bytes)) return pngDamage(bytes);
  const missing = isWebp(bytes) ? missingBytes(bytes) : 0;
  return missing > 0 ? `${missing} bytes are missing at its end` : undefined;
}

/** Where libvips does not even know the format. */
function reasonOfUnknown(bytes: Uint8Array): string {
  const known = xmlKind(bytes) === 'svg' || [isJpeg, isPng, isGif, isWebp, isTiff].some((isOne) => isOne(bytes));
  if (known) return 'The picture is damaged: its header cannot be read.';
  const [major] = brandsOf(bytes);
  if (major?.startsWith('avi')) return 'It is an AVIF of a kind that is not read.';
  return NO_PICTURE;
}

/** The first line that says what was wrong; on the way there libheif tries places to read from. */
export function wordsOf(error: unknown): string {
  const lines = String(error instanceof Error ? error.message : error).split('\n');
  const line = lines.find((one) => !/^\s*(?:source: bad seek|Error: )?$|source: bad seek/.test(one)) ?? lines[0] ?? '';
  return line
    .trim()
    .replace(/^Error: |^Input buffer has corrupt header:\s*/, '')
    .replace(/^Unknown error$/, '')
    .replace(/[\p{C}\uFFFD]/gu, '?')
    .slice(0, 200);
}
