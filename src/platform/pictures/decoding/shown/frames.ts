/** Which frame stands for an animation: by what frames show. */
import type { Raw } from '../raw.ts';

/** A frame of which less differs from its ground shows nothing yet. */
export const MIN_SHOWN = 0.02;
/** How many frames are looked at, evenly spread. */
const MAX_FRAMES = 12;
/** Longest side of a frame that is looked at. */
export const LOOK_SIZE = 128;
const MAX_SAMPLES = 40_000;
/** A difference of two colours that is seen well, of 255; below, a difference counts in part. */
const SEEN = 64;
/** What compression changes counts for nothing. */
const NOISE = 8;

/**
 * The number of the frame that stands for an animation whose first one shows next to nothing: the first of those that show
 * about as much as the best one; 0 where none does.
 * @param first what the first frame shows, as a share
 * @param look the pixels of a frame, small
 * @throws what `look` throws, where no frame shows anything and one of them cannot be read
 */
export async function chooseFrame(
  count: number,
  first: number,
  look: (frame: number) => Promise<Raw>,
): Promise<number> {
  const looks = Math.min(MAX_FRAMES, count - 1);
  const frames: { frame: number; shown: number }[] = [];
  let failure: unknown;
  for (let i = 1; i <= looks; i++) {
    const frame = Math.round((i * (count - 1)) / looks);
    try {
      frames.push({ frame, shown: shownShare(await look(frame)) });
    } catch (error) {
      failure = error;
    }
  }
  const most = Math.max(first, ...frames.map(({ shown }) => shown));
  const best = frames.find(({ shown }) => shown > MIN_SHOWN / 2 && shown >= 0.8 * most);
  if (!best && failure !== undefined) throw failure;
  return best?.frame ?? 0;
}

/** The share of pixels that differ from the colour of the most: of a frame with a figure on a ground, the figure. */
export function shownShare({ data }: Raw): number {
  const counts = new Map<number, number>();
  const step = 3 * Math.ceil(data.length / 3 / MAX_SAMPLES);
  for (let i = 0; i + 2 < data.length; i += step) {
    const colour = ((data[i] as number) << 16) | ((data[i + 1] as number) << 8) | (data[i + 2] as number);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const [ground] = [...counts].reduce((best, one) => (one[1] > best[1] ? one : best), [0, 0]);
  let [shown, all] = [0, 0];
  for (const [colour, count] of counts) {
    all += count;
    const part = (difference(colour, ground) - NOISE) / (SEEN - NOISE);
    shown += count * Math.min(1, Math.max(0, part));
  }
  return shown / all;
}

/** The largest difference of a channel. */
function difference(a: number, b: number): number {
  return Math.max(...[16, 8, 0].map((shift) => Math.abs(((a >> shift) & 255) - ((b >> shift) & 255))));
}
