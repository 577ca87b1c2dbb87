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

/** The means of the areas of a picture, 0 … 255, row by row. */
export interface ReducedColours {
  readonly red: Float64Array;
  readonly green: Float64Array;
  readonly blue: Float64Array;
}

/**
 * A picture reduced to `columns` × `rows` colours, each the mean of the area that it covers; sides are scaled apart.
 * Additions and products only, in a fixed order: browser and Node get the same from the same bytes.
 * @throws AfterimageError `picture-unreadable` for a picture without pixels, or with other bytes than its size says
 */
export function reduceColours({ data, width, height }: RgbPicture, columns: number, rows: number): ReducedColours {
  if (width < 1 || height < 1 || data.length !== 3 * width * height) {
    throw new AfterimageError(
      'picture-unreadable',
      `${data.length} bytes are no picture of ${width} × ${height} pixels.`,
    );
  }
  const across = spans(width, columns);
  const reduced = { red: zeros(columns * rows), green: zeros(columns * rows), blue: zeros(columns * rows) };
  const line = { red: zeros(columns), green: zeros(columns), blue: zeros(columns) };
  for (const [row, { first, weights }] of spans(height, rows).entries()) {
    for (const [i, weight] of weights.entries()) {
      reduceLine(data, 3 * width * (first + i), across, line);
      addLine(reduced.red, row * columns, line.red, weight);
      addLine(reduced.green, row * columns, line.green, weight);
      addLine(reduced.blue, row * columns, line.blue, weight);
    }
  }
  return reduced;
}

/** The same in greys. @throws as `reduceColours` */
export function reduceToGrey(picture: RgbPicture, columns: number, rows: number): Float64Array {
  return greysOf(reduceColours(picture, columns, rows));
}

/** Luma of BT.601, which JPEG's greys are as well. */
export function greysOf({ red, green, blue }: ReducedColours): Float64Array {
  return red.map((value, i) => 0.299 * value + 0.587 * (green[i] as number) + 0.114 * (blue[i] as number));
}

function zeros(count: number): Float64Array {
  return new Float64Array(count);
}

/** The means of one line of pixels. */
function reduceLine(data: RgbPicture['data'], start: number, across: readonly Span[], line: ReducedColours): void {
  for (let column = 0; column < across.length; column++) {
    const { first, weights } = across[column] as Span;
    let [red, green, blue] = [0, 0, 0];
    let at = start + 3 * first;
    for (let i = 0; i < weights.length; i++, at += 3) {
      const weight = weights[i] as number;
      red += weight * (data[at] as number);
      green += weight * (data[at + 1] as number);
      blue += weight * (data[at + 2] as number);
    }
    line.red[column] = red;
    line.green[column] = green;
    line.blue[column] = blue;
  }
}

function addLine(to: Float64Array, start: number, line: Float64Array, weight: number): void {
  for (let i = 0; i < line.length; i++) to[start + i] = (to[start + i] as number) + weight * (line[i] as number);
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
