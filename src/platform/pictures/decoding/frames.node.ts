import sharp from 'sharp';
import { type Input, readInput } from './input.node.ts';
import { inside, type Raw } from './raw.node.ts';

/** Formats with frames that follow each other in time; pages of a TIFF do not. */
const ANIMATED = new Set(['gif', 'webp']);
/** A frame of which less differs from its ground shows nothing yet. */
export const MIN_SHOWN = 0.02;
/** How many frames are looked at, evenly spread. */
const MAX_FRAMES = 12;
const LOOK_SIZE = 128;
const MAX_SAMPLES = 40_000;
/** A difference of two colours that is seen well, of 255; below, a difference counts in part. */
const SEEN = 64;
/** What compression changes counts for nothing. */
const NOISE = 8;

/**
 * The frame that stands for an animation: the first one, or where that shows next to nothing, the first of those that
 * show about as much as the best one.
 * @param base the first frame
 * @throws Error where none shows anything and one of them cannot be read
 */
export async function showingFrame(input: Input, base: Raw): Promise<Input> {
  const { pages = 1, format } = input.metadata;
  if (pages < 2 || !ANIMATED.has(format) || shownShare(base) >= MIN_SHOWN) return input;
  const count = Math.min(MAX_FRAMES, pages - 1);
  const frames: { input: Input; shown: number }[] = [];
  let failure: Error | undefined;
  for (let i = 1; i <= count; i++) {
    const frame = await frameOf(input, Math.round((i * (pages - 1)) / count));
    const look = await readInput(frame, (image) => inside(image, LOOK_SIZE)).catch((error: Error) => {
      failure = error;
    });
    if (look) frames.push({ input: frame, shown: shownShare(look) });
  }
  const most = Math.max(shownShare(base), ...frames.map(({ shown }) => shown));
  const best = frames.find(({ shown }) => shown > MIN_SHOWN / 2 && shown >= 0.8 * most);
  if (!best && failure) throw failure;
  return best?.input ?? input;
}

async function frameOf(input: Input, page: number): Promise<Input> {
  const options = { ...input.options, page };
  return { ...input, options, metadata: { ...input.metadata, ...(await sharp(input.bytes, options).metadata()) } };
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
