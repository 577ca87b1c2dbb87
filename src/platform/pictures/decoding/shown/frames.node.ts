import sharp from 'sharp';
import { type Input, readInput } from '../input.node.ts';
import { inside, type Raw } from '../raw.node.ts';
import { chooseFrame, LOOK_SIZE, MIN_SHOWN, shownShare } from './frames.ts';

/** Formats with frames that follow each other in time; pages of a TIFF do not. */
const ANIMATED = new Set(['gif', 'webp']);

/**
 * The frame that stands for an animation: the first one, or where that shows next to nothing, see `chooseFrame`.
 * @param base the first frame
 * @throws Error where none shows anything and one of them cannot be read
 */
export async function showingFrame(input: Input, base: Raw): Promise<Input> {
  const { pages = 1, format } = input.metadata;
  const first = shownShare(base);
  if (pages < 2 || !ANIMATED.has(format) || first >= MIN_SHOWN) return input;
  const look = async (page: number) => readInput(await frameOf(input, page), (image) => inside(image, LOOK_SIZE));
  const page = await chooseFrame(pages, first, look);
  return page === 0 ? input : frameOf(input, page);
}

async function frameOf(input: Input, page: number): Promise<Input> {
  const options = { ...input.options, page };
  return { ...input, options, metadata: { ...input.metadata, ...(await sharp(input.bytes, options).metadata()) } };
}
