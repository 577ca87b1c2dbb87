import { type RgbPicture, reduceToGrey } from './reduce.ts';

/** Side of the square that is transformed, and of its low frequencies that are kept. */
export const SIDE = 32;
const KEPT = 8;

/** Pictures whose coarse greys deviate less than this from their mean, of 0 … 255, show nothing that could be told apart. */
export const LEAST_DEVIATION = 1;

/** `cosines[k * SIDE + x]`: the k-th cosine of the discrete cosine transform (DCT-II) at x. */
const cosines = Float64Array.from({ length: KEPT * SIDE }, (_, i) =>
  Math.cos((Math.PI * Math.floor(i / SIDE) * ((i % SIDE) + 0.5)) / SIDE),
);

/**
 * What a picture looks like, in 64 bits as 16 lower-case hex digits: which of the 8 × 8 lowest frequencies of its greys,
 * reduced to 32 × 32, are above their median (Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions",
 * 2010). Copies that were encoded again, resized or brightened differ in few bits
 * (docs/decisions/0013-perceptual-hash.md).
 * Null where the picture is so even that its bits would be chance.
 * @throws AfterimageError `picture-unreadable` for a picture without pixels, or with other bytes than its size says
 */
export function perceptualHash(picture: RgbPicture): string | null {
  return hashOfGreys(reduceToGrey(picture, SIDE, SIDE));
}

/** The same of greys that were reduced already. @param greys 32 × 32, 0 … 255 */
export function hashOfGreys(greys: Float64Array): string | null {
  if (deviation(greys) < LEAST_DEVIATION) return null;
  return toHex(aboveMedian(lowFrequencies(greys)));
}

function lowFrequencies(greys: Float64Array): Float64Array {
  const low = new Float64Array(KEPT * KEPT);
  const line = new Float64Array(SIDE);
  for (let v = 0; v < KEPT; v++) {
    for (let x = 0; x < SIDE; x++) {
      let sum = 0;
      for (let y = 0; y < SIDE; y++) sum += (cosines[v * SIDE + y] as number) * (greys[y * SIDE + x] as number);
      line[x] = sum;
    }
    for (let u = 0; u < KEPT; u++) {
      let sum = 0;
      for (let x = 0; x < SIDE; x++) sum += (cosines[u * SIDE + x] as number) * (line[x] as number);
      low[v * KEPT + u] = sum;
    }
  }
  return low;
}

function aboveMedian(values: Float64Array): boolean[] {
  const sorted = values.toSorted();
  const median = ((sorted[values.length / 2 - 1] as number) + (sorted[values.length / 2] as number)) / 2;
  return Array.from(values, (value) => value > median);
}

/** How much greys differ from their mean, root mean square. */
export function deviation(greys: Float64Array): number {
  let [sum, squares] = [0, 0];
  for (const grey of greys) {
    sum += grey;
    squares += grey * grey;
  }
  const mean = sum / greys.length;
  return Math.sqrt(Math.max(0, squares / greys.length - mean * mean));
}

function toHex(bits: readonly boolean[]): string {
  let hex = '';
  for (let i = 0; i < bits.length; i += 4) {
    hex += bits
      .slice(i, i + 4)
      .reduce((digit, bit) => 2 * digit + (bit ? 1 : 0), 0)
      .toString(16);
  }
  return hex;
}
