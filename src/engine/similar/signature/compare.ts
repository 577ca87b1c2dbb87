import { comparedWeight, cut, cutHeight, cutWidth, MOST_CUT, type Part } from './cuts.ts';
import { powerOf, TERMS } from './series.ts';
import { COLOUR_TERMS, type Signature } from './signature.ts';

/** A signature made ready to be compared. */
export interface Compared {
  readonly signature: Signature;
  /** Of the luma, weighted, of length 1, the mean left out. */
  readonly shape: Float32Array;
  /** Length before. */
  readonly contrast: number;
  /** Cb and Cr; the length of a difference is its root mean square over the picture. */
  readonly colours: readonly number[];
}

export function comparedOf(signature: Signature): Compared {
  const shape = signature.luma.map((term, i) => term * (comparedWeight[i] as number));
  const contrast = Math.sqrt(shape.reduce((sum, value) => sum + value * value, 0));
  return { signature, shape: shape.map((value) => value / (contrast || 1)), contrast, colours: coloursOf(signature) };
}

/** A picture compared with a part of another one. */
export interface Fit {
  /** Correlation of their brightness, −1 … 1. */
  readonly correlation: number;
  readonly part: Part;
}

const rows = new Float32Array(TERMS);
const series = new Float32Array(TERMS);

/** Steps in which the borders of the part are moved, in hundredths. */
const STEPS = [3, 1];
/** How the two borders of a side are moved. */
const MOVES = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
  [1, 1],
  [-1, -1],
  [1, -1],
  [-1, 1],
] as const;

/** How well a picture correlates with a part of another one. */
export function correlationWith(picture: Compared, other: Compared, part: Part): number {
  cutHeight(other.signature.luma, part, rows);
  return correlationOfRows(picture, part);
}

function correlationOfRows({ shape }: Compared, part: Part): number {
  cutWidth(rows, part, series);
  let [product, square] = [0, 0];
  for (let i = 1; i < TERMS; i++) {
    const weight = comparedWeight[i] as number;
    if (weight === 0) continue;
    const value = weight * (series[i] as number);
    product += value * (shape[i] as number);
    square += value * value;
  }
  return square > 0 ? product / Math.sqrt(square) : 0;
}

/** What is so far from being alike after the first steps does not get there by others. */
const HOPELESS = 0.14;

/** The part of another picture that fits a picture best, near `start`: its borders are moved as long as that gets better. */
export function bestPart(picture: Compared, other: Compared, start: Part, least: number): Fit {
  let best: Fit = { part: start, correlation: correlationWith(picture, other, start) };
  for (const step of STEPS) {
    for (let before = Number.NEGATIVE_INFINITY; best.correlation > before + 1e-4; ) {
      before = best.correlation;
      best = movedWidth(picture, other, best, step);
      best = movedHeight(picture, other, best, step);
      if (best.correlation < least - HOPELESS) return best;
    }
  }
  return best;
}

function movedWidth(picture: Compared, other: Compared, from: Fit, step: number): Fit {
  let best = from;
  cutHeight(other.signature.luma, from.part, rows);
  for (const [first, last] of MOVES) {
    const [left, right] = [from.part.left + first * step, from.part.right + last * step];
    if (!isCut(left) || !isCut(right)) continue;
    const part = { ...from.part, left, right };
    const correlation = correlationOfRows(picture, part);
    if (correlation > best.correlation) best = { part, correlation };
  }
  return best;
}

function movedHeight(picture: Compared, other: Compared, from: Fit, step: number): Fit {
  let best = from;
  for (const [first, last] of MOVES) {
    const [top, bottom] = [from.part.top + first * step, from.part.bottom + last * step];
    if (!isCut(top) || !isCut(bottom)) continue;
    const part = { ...from.part, top, bottom };
    const correlation = correlationWith(picture, other, part);
    if (correlation > best.correlation) best = { part, correlation };
  }
  return best;
}

function isCut(hundredths: number): boolean {
  return hundredths >= 0 && hundredths <= MOST_CUT;
}

/**
 * How alike a picture and the part of another one are, −1 … 1: their correlation, and for each hundredth of a side that was
 * cut off 0.004 more, because signatures say less of the part than of the whole.
 */
export function likenessOf({ correlation, part }: Fit): number {
  const cutOff = Math.max(part.left + part.right, part.top + part.bottom);
  return correlation < LEAST_CORRELATION ? Math.min(correlation, 0) : Math.min(1, correlation + 0.004 * cutOff);
}

/** Whatever was cut off: pictures that correlate less are different ones. */
const LEAST_CORRELATION = 0.88;

/** Levels, 0 … 255. Colours weaker than this are as good as none. */
const FAINT = 10;
/** How far colours may be from those of the other picture, and how much farther where they are strong. */
const COLOUR_APART = 10;
const COLOUR_APART_SHARE = 0.12;
/** Between which factors contrast may differ, and brightness by how many levels. */
const CONTRAST = [0.55, 1.8] as const;
const BRIGHTNESS = 60;
/** Between which factors colours may be stronger, beyond what contrast explains. */
const STRENGTH = [0.62, 1.6] as const;
/** Beyond: a copy that lost its colours still has the same greys. Drawings of another colour mostly have others. */
const SAME_CONTRAST = [0.93, 1.075] as const;
const SAME_BRIGHTNESS = 9;

const within = (value: number, [least, most]: readonly [number, number]) => value > least && value < most;

/**
 * Whether what differs between a picture and the part of another one is what editing does: brightness, contrast and the
 * strength of colours as a whole, and not which colours there are.
 */
export function isSameColours(picture: Compared, other: Compared, part: Part): boolean {
  const luma = cut(other.signature.luma, part);
  const contrast = picture.contrast / (lengthOf(luma) || 1);
  const brightness = Math.abs((picture.signature.luma[0] as number) - (luma[0] as number));
  const { blue, red } = other.signature;
  const { apart, most, strong, along, strength } = differenceOf(
    picture.colours,
    coloursOf({ blue: cut(blue, part), red: cut(red, part) }),
  );
  if (apart > most) return false;
  if (strong >= FAINT) {
    if (along < -4) return false;
    if (!within(strength / contrast, STRENGTH)) return within(contrast, SAME_CONTRAST) && brightness <= SAME_BRIGHTNESS;
  }
  return within(contrast, CONTRAST) && brightness <= BRIGHTNESS;
}

/** Whether it is worth while to look which part of one picture is the other: a rough look at the whole of both. */
export function mayHaveSameColours(picture: Compared, other: Compared): boolean {
  const { apart, most, along } = differenceOf(picture.colours, other.colours);
  return apart <= 1.5 * most && along > -12;
}

/** How colours differ: how far the weaker ones are from the direction of the stronger ones, how far along it, how far is too far. */
function differenceOf(one: readonly number[], two: readonly number[]) {
  const [first, second, product] = [dot(one, one), dot(two, two), dot(one, two)];
  const strong = Math.sqrt(Math.max(first, second));
  const along = product / (strong || 1);
  const apart = Math.sqrt(Math.max(0, Math.min(first, second) - along * along));
  const strength = second >= first ? along / (strong || 1) : strong / Math.max(along, 1e-3);
  return { apart, strong, along, strength, most: Math.max(COLOUR_APART, 8 + COLOUR_APART_SHARE * strong) };
}

function lengthOf(luma: Float32Array): number {
  let square = 0;
  for (let i = 1; i < TERMS; i++) square += ((luma[i] as number) * (comparedWeight[i] as number)) ** 2;
  return Math.sqrt(square);
}

function coloursOf({ blue, red }: Pick<Signature, 'blue' | 'red'>): readonly number[] {
  return [blue, red].flatMap((colours) =>
    COLOUR_TERMS.map((term) => (colours[term] as number) * Math.sqrt(powerOf[term] as number)),
  );
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
