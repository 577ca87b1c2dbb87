import { AfterimageError } from '../errors.ts';

/** RGB bytes of a picture, interleaved, row by row: 3 × width × height. */
export interface RgbPicture {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

/** A stretch of pixels that a column or row of the reduced picture covers, with the part of each that lies in it. */
interface Span {
  readonly first: number;
  readonly weights: Float64Array;
}

/**
 * A picture reduced to `columns` × `rows` greys, 0 … 255, each the mean of the area that it covers; sides are scaled apart.
 * Additions and products only, in a fixed order: browser and Node get the same from the same bytes.
 * @throws AfterimageError `picture-unreadable` for a picture without pixels, or with other bytes than its size says
 */
export function reduceToGrey({ data, width, height }: RgbPicture, columns: number, rows: number): Float64Array {
  if (width < 1 || height < 1 || data.length !== 3 * width * height) {
    throw new AfterimageError(
      'picture-unreadable',
      `${data.length} bytes are no picture of ${width} × ${height} pixels.`,
    );
  }
  const across = spans(width, columns);
  const reduced = new Float64Array(columns * rows);
  const line = new Float64Array(columns);
  for (const [row, { first, weights }] of spans(height, rows).entries()) {
    for (const [i, weight] of weights.entries()) {
      reduceLine(data, 3 * width * (first + i), across, line);
      for (let column = 0; column < columns; column++) {
        const at = row * columns + column;
        reduced[at] = (reduced[at] as number) + weight * (line[column] as number);
      }
    }
  }
  return reduced;
}

/** The means of one line of pixels. */
function reduceLine(data: RgbPicture['data'], start: number, across: readonly Span[], line: Float64Array): void {
  // By index: iterators take twice the time.
  for (let column = 0; column < across.length; column++) {
    const { first, weights } = across[column] as Span; // one a column
    let sum = 0;
    for (let i = 0, at = start + 3 * first; i < weights.length; i++, at += 3) {
      sum += (weights[i] as number) * greyOf(data[at] as number, data[at + 1] as number, data[at + 2] as number);
    }
    line[column] = sum;
  }
}

/** Luma of BT.601, which JPEG's greys are as well. */
function greyOf(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** `from` pixels in `to` stretches of equal width; weights of a stretch add up to 1. */
function spans(from: number, to: number): Span[] {
  const scale = from / to;
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [i * scale, Math.min(from, (i + 1) * scale)];
    const first = Math.min(from - 1, Math.floor(start));
    const count = Math.max(1, Math.ceil(end) - first);
    const weights = Float64Array.from({ length: count }, (_, j) => {
      const covered = Math.min(end, first + j + 1) - Math.max(start, first + j);
      return Math.max(0, covered) / scale;
    });
    return { first, weights };
  });
}
