/** On which ground a picture with transparent parts is seen. */
import type { Raw } from '../raw.ts';

export const WHITE = '#ffffff';
/** Shows what is white or light; black still shows on it. */
const DARK = '#404040';
/** A difference from white that is seen, of 255. */
const SEEN = 40;
/** Where less of what is drawn is seen on white, the ground is dark. */
const MIN_SEEN = 0.1;

/** Whether enough of the picture on white is seen, whatever is drawn. */
export function isSeen(onWhite: Raw): boolean {
  return seenShare(onWhite) >= MIN_SEEN;
}

/**
 * White, or for white and light drawings on nothing a dark ground.
 * @param drawn the mean opacity, 0 … 1
 */
export function groundFor(onWhite: Raw, drawn: number): string {
  const isOpaque = drawn > 0.999;
  return isOpaque || drawn === 0 || seenShare(onWhite) >= MIN_SEEN * drawn ? WHITE : DARK;
}

/** The share of pixels that differ from white so that it is seen. */
function seenShare({ data }: Raw): number {
  let seen = 0;
  for (let i = 0; i + 2 < data.length; i += 3) {
    const darkest = Math.min(data[i] as number, data[i + 1] as number, data[i + 2] as number);
    if (darkest <= 255 - SEEN) seen++;
  }
  return (3 * seen) / data.length;
}
