import type { Compared } from './compare.ts';
import { comparedWeight, cutHeight, cutWidth, type Part } from './cuts.ts';
import { frequencyOf, TERMS } from './series.ts';

/** Ways in which both ends of a side are cut for a coarse look, in hundredths: every other part is near to one of them. */
const ENDS = [
  [0, 0],
  [4, 4],
  [5, 0],
  [0, 5],
  [10, 0],
  [0, 10],
] as const;

/** Parts of pictures by which copies that are part of them are looked for. Those of one height follow each other. */
export const PARTS: readonly Part[] = [
  ...ENDS.flatMap(([top, bottom]) => ENDS.map(([left, right]) => ({ left, right, top, bottom }))),
  { left: 8, right: 8, top: 8, bottom: 8 },
];
/** The place of the whole among them. */
export const WHOLE_PART = 0;

const order = Array.from({ length: TERMS }, (_, i) => i)
  .filter((term) => comparedWeight[term] !== 0)
  .sort((a, b) => (frequencyOf[a] as number) - (frequencyOf[b] as number) || a - b);

/** Bits of the key by which pictures are looked up, and of the check that follows. */
const KEY_BITS = 16;
const CHECK_BITS = order.length - KEY_BITS;
export const KEYS = 2 ** KEY_BITS;
const keyTerms = order.slice(0, KEY_BITS);

export const SHAPE_TERMS = order.length;
const SHAPE_LENGTH = 127;

/** Of the bits of a key, so many that are nearest to being the other way are tried both ways. */
const DOUBTFUL = 5;
/**
 * Terms below this part of the length of all say nothing: every second term of a drawing that is symmetrical is one. A bit
 * of a key says whether a term is above, so that such terms, whose sign is chance, are always below.
 */
const NOTHING = 0.02;

/** The signs of many pictures and of their parts. */
export interface Codes {
  /** By picture and part: signs of the lowest terms. */
  readonly keys: Uint16Array;
  /** By picture and part: signs of the terms above, and which of them say something. */
  readonly checks: Int32Array;
  readonly known: Int32Array;
  /** By picture and part: `SHAPE_TERMS` numbers, the terms that are compared, of length `SHAPE_LENGTH` together. */
  readonly shapes: Int8Array;
}

export function emptyCodes(count: number): Codes {
  const places = count * PARTS.length;
  return {
    keys: new Uint16Array(places),
    checks: new Int32Array(places),
    known: new Int32Array(places),
    shapes: new Int8Array(places * SHAPE_TERMS),
  };
}

const rows = new Float32Array(TERMS);
const series = new Float32Array(TERMS);
/** Terms of a part, weighted, the lowest first. */
const values = new Float32Array(SHAPE_TERMS);

/** Write down the signs and the shape of picture `index` and of its parts. */
export function writeCodes({ signature, contrast }: Compared, index: number, codes: Codes): void {
  const bar = NOTHING * contrast;
  for (let i = 0; i < PARTS.length; i++) {
    const part = PARTS[i] as Part; // i is below its length
    const before = PARTS[i - 1];
    if (part.top !== before?.top || part.bottom !== before.bottom) cutHeight(signature.luma, part, rows);
    cutWidth(rows, part, series);
    for (let at = 0; at < SHAPE_TERMS; at++) {
      const term = order[at] as number;
      values[at] = (series[term] as number) * (comparedWeight[term] as number);
    }
    writePart(index * PARTS.length + i, bar, codes);
  }
}

/** Of `values`. @param bar below this a term says nothing */
function writePart(place: number, bar: number, { keys, checks, known, shapes }: Codes): void {
  let [key, check, says, square] = [0, 0, 0, 0];
  for (let bit = 0; bit < KEY_BITS; bit++) if ((values[bit] as number) > bar) key |= 1 << bit;
  for (let bit = 0; bit < CHECK_BITS; bit++) {
    const value = values[KEY_BITS + bit] as number;
    if (value > 0) check |= 1 << bit;
    if (Math.abs(value) > bar) says |= 1 << bit;
  }
  for (let i = 0; i < SHAPE_TERMS; i++) square += (values[i] as number) ** 2;
  const scale = square > 0 ? SHAPE_LENGTH / Math.sqrt(square) : 0;
  for (let i = 0; i < SHAPE_TERMS; i++) shapes[place * SHAPE_TERMS + i] = Math.round(scale * (values[i] as number));
  keys[place] = key;
  checks[place] = check;
  known[place] = says;
}

/** Correlation of two pictures or parts, by place, −1 … 1, to two decimals. */
export function roughCorrelation({ shapes }: Codes, one: number, other: number): number {
  let [a, b, sum] = [one * SHAPE_TERMS, other * SHAPE_TERMS, 0];
  for (const end = a + SHAPE_TERMS; a < end; a++, b++) sum += (shapes[a] as number) * (shapes[b] as number);
  return sum / SHAPE_LENGTH ** 2;
}

/** Keys that a copy of the whole picture may have, its own first. */
export function nearKeys({ signature, contrast }: Compared): Uint16Array {
  const bar = NOTHING * contrast;
  const above = keyTerms.map((term) => (signature.luma[term] as number) * (comparedWeight[term] as number) - bar);
  const key = above.reduce((bits, value, bit) => (value > 0 ? bits | (1 << bit) : bits), 0);
  const doubtful = [...above.keys()]
    .sort((a, b) => Math.abs(above[a] as number) - Math.abs(above[b] as number))
    .slice(0, DOUBTFUL);
  const keys = new Uint16Array(2 ** DOUBTFUL).fill(key);
  for (const [place, bit] of doubtful.entries()) {
    for (let i = 0; i < keys.length; i++) if ((i >> place) & 1) keys[i] = (keys[i] as number) ^ (1 << bit);
  }
  return keys;
}
