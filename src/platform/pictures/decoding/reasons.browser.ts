import { isBmp } from '../containers/bmp.ts';
import { brandsOf } from '../containers/boxes.ts';
import { isGif } from '../containers/gif.ts';
import { isJpeg, jpegObstacle } from '../containers/jpeg.ts';
import { isPng } from '../containers/png.ts';
import { xmlKind } from '../containers/svg/svg.ts';
import { isTiff } from '../containers/tiff/tiff.ts';
import { isWebp } from '../containers/webp.ts';
import { Refusal } from '../refusal.ts';

const NO_PICTURE = 'It is not a picture in a format that can be read.';

/** Browsers draw it, and do not say what it looks like. */
const WEB_PAGE = 'It is a drawing that holds parts of a web page, which browsers do not hand out.';

/** A sentence for a visitor, of why a picture is not read. */
export function reasonOf(error: unknown, bytes: Uint8Array): string {
  if (error instanceof Refusal) return error.message;
  if (error instanceof DOMException && error.name === 'SecurityError') return WEB_PAGE;
  const obstacle = isJpeg(bytes) ? jpegObstacle(bytes) : undefined;
  if (obstacle !== undefined) return obstacle;
  if (isTiff(bytes)) return 'This browser does not read TIFF. Save it as JPEG or PNG.';
  if (brandsOf(bytes).length > 0)
    return 'This browser does not read it: it is damaged, or of a kind that is not known.';
  const isKnown = xmlKind(bytes) === 'svg' || [isJpeg, isPng, isGif, isWebp, isBmp].some((isOne) => isOne(bytes));
  if (!isKnown) return NO_PICTURE;
  const words = error instanceof DOMException ? '' : wordsOf(error);
  return words === '' ? 'The picture is damaged.' : `The picture is damaged: ${words}.`;
}

function wordsOf(error: unknown): string {
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
  return line
    .replace(/[\p{C}\uFFFD]/gu, '?')
    .slice(0, 200)
    .replace(/\.$/, '');
}
