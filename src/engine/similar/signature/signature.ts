import { deviation, LEAST_DEVIATION, SIDE } from '../perceptual-hash.ts';
import { greysOf, type ReducedColours, type RgbPicture, reduceColours } from '../reduce.ts';
import { frequencyOf, seriesOf, TERMS, weightOf } from './series.ts';

/** What a picture looks like: the slow changes of its brightness and, more coarsely, of its colours. Levels are 0 … 255. */
export interface Signature {
  /** Series of the luma; its first term is the mean. */
  readonly luma: Float32Array;
  /** Series of the colour differences Cb and Cr: the terms of `COLOUR_TERMS`, all others are 0. */
  readonly blue: Float32Array;
  readonly red: Float32Array;
}

/** Terms of the luma that are kept, but for the mean; the lowest first. */
const LUMA_TERMS = termsUpTo(8.2).slice(1);
/** Terms of the colours that are kept. */
export const COLOUR_TERMS = termsUpTo(2);

/** A number is a character: −31 … 31. */
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-';
const MOST = 31;
const VALUE = new Map(Array.from(DIGITS, (digit, i) => [digit, i - MOST]));

const VERSION = '1';
const HEAD = VERSION.length + 4;
const LENGTH = HEAD + LUMA_TERMS.length + 2 * COLOUR_TERMS.length;
const SHAPE = new RegExp(`^${VERSION}[A-Za-z0-9-]{${LENGTH - VERSION.length}}$`);

/** Steps of what is written: of the mean, of doublings of the scale, of a colour. */
const MEAN_STEP = 1 / 15;
const SCALE_STEP = 1 / 256;
const LOWEST_SCALE = -4;
const COLOUR_STEP = 4;
/** The scale is the root mean square of the luma terms: none is larger than this many times the scale. */
const MOST_TERM = Math.sqrt(LUMA_TERMS.length);
const FINER = 1.5;

/** By frequency; of the same one in the order of the series. */
function termsUpTo(most: number): readonly number[] {
  const terms = Array.from({ length: TERMS }, (_, i) => i).filter((term) => (frequencyOf[term] as number) <= most);
  return terms.sort((a, b) => (frequencyOf[a] as number) - (frequencyOf[b] as number) || a - b);
}

/**
 * The signature of a picture as text, 78 characters: copies that were encoded again, resized, cropped a little, brightened
 * or bereft of colour have signatures that fit each other (docs/decisions/0018-picture-signature.md). Grey levels on a grid
 * as the signature of a picture are of Wong, Bern and Goldberg, "An Image Signature for Any Kind of Image", 2002; here the
 * grid is kept as cosines, so that it can be cropped.
 * Null where the picture is so even that it shows nothing.
 * @throws AfterimageError `picture-unreadable` for a picture without pixels, or with other bytes than its size says
 */
export function pictureSignature(picture: RgbPicture): string | null {
  return signatureOfColours(reduceColours(picture, SIDE, SIDE));
}

/** The same of colours that were reduced already. @param colours 32 × 32 */
export function signatureOfColours(colours: ReducedColours): string | null {
  const greys = greysOf(colours);
  if (deviation(greys) < LEAST_DEVIATION) return null;
  const luma = seriesOf(greys, SIDE);
  const blue = seriesOf(
    greys.map((grey, i) => 0.564 * ((colours.blue[i] as number) - grey)),
    SIDE,
  );
  const red = seriesOf(
    greys.map((grey, i) => 0.713 * ((colours.red[i] as number) - grey)),
    SIDE,
  );
  return toText(luma, blue, red);
}

function toText(luma: Float64Array, blue: Float64Array, red: Float64Array): string {
  const weighted = LUMA_TERMS.map((term) => (luma[term] as number) * (weightOf[term] as number));
  const scale = Math.sqrt(weighted.reduce((sum, value) => sum + value * value, 0) / weighted.length);
  const scaleNumber = Math.max(0, Math.round((Math.log2(scale) - LOWEST_SCALE) / SCALE_STEP));
  const written = scaleAt(scaleNumber);
  return [
    VERSION,
    twoDigits(Math.round((luma[0] as number) / MEAN_STEP)),
    twoDigits(scaleNumber),
    ...weighted.map((value) => digit(MOST * compressed(value / written / MOST_TERM))),
    ...COLOUR_TERMS.map((term) => digit((blue[term] as number) / COLOUR_STEP)),
    ...COLOUR_TERMS.map((term) => digit((red[term] as number) / COLOUR_STEP)),
  ].join('');
}

/** Small terms are written in finer steps than large ones. @param value −1 … 1, as what it gives */
function compressed(value: number): number {
  return Math.sign(value) * Math.abs(value) ** (1 / FINER);
}

function expanded(value: number): number {
  return Math.sign(value) * Math.abs(value) ** FINER;
}

function scaleAt(number: number): number {
  return 2 ** (number * SCALE_STEP + LOWEST_SCALE);
}

function digit(value: number): string {
  return DIGITS.charAt(Math.max(-MOST, Math.min(MOST, Math.round(value))) + MOST);
}

function twoDigits(value: number): string {
  const within = Math.max(0, Math.min(DIGITS.length ** 2 - 1, value));
  return DIGITS.charAt(Math.floor(within / DIGITS.length)) + DIGITS.charAt(within % DIGITS.length);
}

/** Whether a text is a signature that this version reads. */
export function isSignature(text: unknown): text is string {
  return typeof text === 'string' && SHAPE.test(text);
}

/** Undefined for what is none, and for one of a later version. Untrusted before this. */
export function parseSignature(text: string): Signature | undefined {
  if (!isSignature(text)) return undefined;
  const at = (place: number) => VALUE.get(text.charAt(place)) ?? 0; // its shape was looked at
  const number = (place: number) => (at(place) + MOST) * DIGITS.length + at(place + 1) + MOST;
  const scale = scaleAt(number(VERSION.length + 2));
  const luma = new Float32Array(TERMS);
  luma[0] = number(VERSION.length) * MEAN_STEP;
  for (const [i, term] of LUMA_TERMS.entries()) {
    luma[term] = (expanded(at(HEAD + i) / MOST) * MOST_TERM * scale) / (weightOf[term] as number);
  }
  const colour = (start: number) => {
    const series = new Float32Array(TERMS);
    for (const [i, term] of COLOUR_TERMS.entries()) series[term] = at(start + i) * COLOUR_STEP;
    return series;
  };
  const start = HEAD + LUMA_TERMS.length;
  return { luma, blue: colour(start), red: colour(start + COLOUR_TERMS.length) };
}
