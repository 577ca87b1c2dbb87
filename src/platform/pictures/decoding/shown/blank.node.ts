import sharp from 'sharp';
import { Refusal } from '../../refusal.ts';
import type { Input } from '../input.node.ts';
import type { Raw } from '../raw.node.ts';

/** Raw samples that differ by less are as good as one colour, in steps of their format. */
const MIN_RANGE = 16;
/** As parts of their range. What is smaller is a speck, which goes when a picture is made smaller. */
const MIN_DEVIATION = 0.02;

/**
 * Look again at what came out entirely black or white: if its samples are not, something was read wrongly that nobody
 * knew of.
 * @throws Refusal
 */
export async function refuseFalseBlank({ bytes, options, metadata, whole }: Input, base: Raw): Promise<void> {
  const isBlack = base.data.every((byte) => byte <= 1);
  if (!isBlack && !base.data.every((byte) => byte >= 254)) return;
  if (whole || metadata.format === 'svg') return;
  const { channels } = await sharp(bytes, options).stats();
  const colours = metadata.hasAlpha ? channels.slice(0, -1) : channels;
  const alpha = metadata.hasAlpha ? channels.at(-1) : undefined;
  if (alpha && alpha.min === 0) return; // what is transparent has colours too
  const differs = ({ min, max, stdev }: (typeof channels)[number]) =>
    max - min >= MIN_RANGE && stdev >= MIN_DEVIATION * (max - min);
  const one = colours.find(differs);
  if (!one) return;
  throw new Refusal(
    `Its samples (${metadata.depth}, ${metadata.space}) run from ${one.min} to ${one.max}, but what comes out is entirely ` +
      `${isBlack ? 'black' : 'white'}: this kind of file is not read.`,
  );
}
