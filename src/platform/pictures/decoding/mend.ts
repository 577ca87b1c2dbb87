import { firstFrame, hasFrame, isGif, mendGif } from '../containers/gif.ts';
import { hasEmptyScan, isJpeg, mendJpeg } from '../containers/jpeg.ts';
import { endsInZeros, isWebp, mendWebp } from '../containers/webp.ts';

/** Some encoders leave out the last pixels of a GIF. */
const MIN_HELD = 0.99;

/** @throws Error for pixels that are missing where decoders make some up without a word */
export function refuseMissing(bytes: Uint8Array): void {
  if (isWebp(bytes) && endsInZeros(bytes)) throw new Error('the end of its pixels is all zeros');
  if (isJpeg(bytes) && hasEmptyScan(bytes)) throw new Error('its scan is empty');
  if (!isGif(bytes)) return;
  if (!hasFrame(bytes)) throw new Error('it has no frame');
  const frame = firstFrame(bytes);
  if (frame && frame.held < MIN_HELD * frame.needed) throw new Error(`it has ${frame.held} of ${frame.needed} pixels`);
}

/** A JPEG that ends in zeros and lacks its end marker: libjpeg would take zeros for pixels. Else the bytes as they are. */
export function withoutZeros(bytes: Uint8Array): Uint8Array {
  if (!isJpeg(bytes) || bytes.at(-1) !== 0) return bytes;
  const mended = mendJpeg(bytes);
  return mended.hasEnd ? bytes : mended.bytes;
}

/** The file with what is missing at its end and holds no pixels; undefined where there is nothing to mend. */
export function mended(bytes: Uint8Array): Uint8Array | undefined {
  if (isJpeg(bytes)) return mendJpeg(bytes).bytes;
  if (isWebp(bytes)) return mendWebp(bytes);
  return isGif(bytes) ? mendGif(bytes) : undefined;
}
