/** Resampling as Pillow does it (`Resample.c`): libvips enlarges with everything shifted by a part of a pixel. */
import type { Raw } from '../decoding/raw.ts';

/** Interpolation by PIL's numbers: nearest is taken for a narrow box. */
const FILTERS: Readonly<Record<number, { readonly support: number; readonly weight: (x: number) => number }>> = {
  0: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  1: { support: 3, weight: (x) => (Math.abs(x) < 3 ? sinc(x) * sinc(x / 3) : 0) },
  2: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  3: { support: 2, weight: (x) => cubic(Math.abs(x)) },
};

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** Keys's cubic convolution with a = −0.5. */
function cubic(x: number): number {
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/** Weights are whole numbers of this part, as Pillow has them: sums of bytes that they weigh stay within 32 bits. */
const PARTS = 2 ** 22;

/** A stretch of pixels and what each counts, in `PARTS`. */
interface Window {
  readonly first: number;
  readonly weights: Int32Array;
}

interface Axis {
  /** Pixels of the source and of the whole that it is scaled to. */
  readonly from: number;
  readonly to: number;
  /** Which of the latter are made. */
  readonly start: number;
  readonly count: number;
}

function windowsOf({ from, to, start, count }: Axis, resample: number): Window[] {
  const { support, weight } = FILTERS[resample] ?? FILTERS[3] ?? { support: 1, weight: () => 1 };
  const scale = from / to;
  const wide = resample === 0 ? 1 : Math.max(1, scale);
  return Array.from({ length: count }, (_, i) => {
    const centre = (start + i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - support * wide + 0.5));
    const end = Math.max(first + 1, Math.min(from, Math.floor(centre + support * wide + 0.5)));
    const weights = Array.from({ length: end - first }, (_, j) => weight((first + j - centre + 0.5) / wide));
    const sum = weights.reduce((total, one) => total + one, 0);
    return {
      first,
      weights: Int32Array.from(sum === 0 ? [1] : weights, (one) => Math.round((PARTS * one) / (sum || 1))),
    };
  });
}

export interface Square {
  /** Of the whole that the source is scaled to. */
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly size: number;
}

/** Scale RGB bytes and cut out a square. */
export function resampleSquare(source: Raw, square: Square, resample: number): Uint8Array {
  const { width, height, left, top, size } = square;
  const columns = windowsOf({ from: source.width, to: width, start: left, count: size }, resample);
  const rows = windowsOf({ from: source.height, to: height, start: top, count: size }, resample);
  const first = rows[0]?.first ?? 0;
  const last = rows.reduce((end, row) => Math.max(end, row.first + row.weights.length), 0);
  // All arrays of bytes of one kind: with two kinds, engines compile what reads them for neither.
  const pixels = new Uint8ClampedArray(source.data.buffer, source.data.byteOffset, source.data.length);
  const narrow = new Uint8ClampedArray(3 * size * (last - first));
  // Line by line, as pixels lie in memory.
  for (let y = first; y < last; y++) {
    for (let x = 0; x < size; x++) {
      const { first: from, weights } = columns[x] as Window; // one a column
      mix(pixels, 3 * (y * source.width + from), 3, weights, narrow, 3 * ((y - first) * size + x));
    }
  }
  const result = new Uint8ClampedArray(3 * size * size);
  for (let y = 0; y < size; y++) {
    const { first: from, weights } = rows[y] as Window; // one a row
    for (let x = 0; x < size; x++) {
      mix(narrow, 3 * ((from - first) * size + x), 3 * size, weights, result, 3 * (y * size + x));
    }
  }
  return new Uint8Array(result.buffer);
}

/** A pixel as the weighted sum of others, `step` bytes apart, rounded. The array cuts off. */
function mix(
  from: Uint8ClampedArray,
  start: number,
  step: number,
  weights: Int32Array,
  to: Uint8ClampedArray,
  at: number,
): void {
  let red = PARTS >> 1;
  let green = PARTS >> 1;
  let blue = PARTS >> 1;
  for (let i = 0, place = start; i < weights.length; i++, place += step) {
    const weight = weights[i] as number;
    red = (red + Math.imul(weight, from[place] as number)) | 0;
    green = (green + Math.imul(weight, from[place + 1] as number)) | 0;
    blue = (blue + Math.imul(weight, from[place + 2] as number)) | 0;
  }
  to[at] = red >> 22;
  to[at + 1] = green >> 22;
  to[at + 2] = blue >> 22;
}
