/** Whether a device computes what a reranker computed when it was added, and how long it takes. */
import { AfterimageError } from '../../engine/errors.ts';
import type { Dtype } from '../../engine/model/model.ts';
import { GOLDEN_MATCH, type GoldenMatch, TEST_PICTURES } from '../../engine/model/reranker.ts';
import type { Pixels, Reranker } from '../../engine/ports.ts';

/** One that a picture shows, and one that none shows. */
const GOLDEN_TEXTS = ['a red and blue checkerboard', 'a photograph of a dog'];

/** Needs no file and no canvas, and is the same everywhere. */
export function paintedPicture(picture: GoldenMatch['picture'], size: number): Pixels {
  const paint = { checkers, slope }[picture];
  const rgb = new Uint8Array(3 * size * size);
  for (let i = 0; i < size * size; i++) rgb.set(paint(i % size, Math.floor(i / size), size), 3 * i);
  return { size, rgb };
}

const checkers = (x: number, y: number, size: number) =>
  (Math.floor((8 * x) / size) + Math.floor((8 * y) / size)) % 2 === 0 ? [220, 40, 40] : [20, 30, 120];
const slope = (x: number, y: number, size: number) => [60, Math.floor((255 * x) / size), Math.floor((255 * y) / size)];

/** What a reranker gives for each painted picture and text. */
export async function goldenMatches(reranker: Reranker, dtype: Dtype): Promise<GoldenMatch[]> {
  const pictures = TEST_PICTURES.map((picture) => paintedPicture(picture, reranker.imageSize));
  const golden: GoldenMatch[] = [];
  for (const text of GOLDEN_TEXTS) {
    const matches = await reranker.score(text, pictures);
    golden.push(...TEST_PICTURES.map((picture, i) => ({ text, picture, dtype, match: matches[i] as number })));
  }
  return golden;
}

export interface SelfTest {
  /** How far the worst match is from the one that was recorded. */
  readonly deviation: number;
  /** What a picture takes, once all is warm. */
  readonly msPerPicture: number;
}

/** @throws AfterimageError `device-nonsense`, and what the reranker throws */
export async function selfTest(
  reranker: Reranker,
  golden: readonly GoldenMatch[],
  dtype: Dtype,
  now: () => number = () => performance.now(),
): Promise<SelfTest> {
  let deviation = 0;
  let msPerPicture = Number.POSITIVE_INFINITY;
  for (const known of golden.filter((one) => one.dtype === dtype)) {
    const start = now();
    const [match] = await reranker.score(known.text, [paintedPicture(known.picture, reranker.imageSize)]);
    // The first runs make room and, on a GPU, compile: the quickest is what is left without that.
    msPerPicture = Math.min(msPerPicture, now() - start);
    deviation = Math.max(deviation, Math.abs((match as number) - known.match));
  }
  if (deviation <= GOLDEN_MATCH) return { deviation, msPerPicture };
  throw new AfterimageError(
    'device-nonsense',
    `This device computes other matches than it should (${deviation.toFixed(2)} away), so its order would be wrong.`,
  );
}
