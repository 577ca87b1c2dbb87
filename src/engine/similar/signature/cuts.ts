import { cutMatrix, FREQUENCIES, frequencyOf, TERMS, weightOf } from './series.ts';

/** What may be cut off of each end of a side at most, in hundredths. */
export const MOST_CUT = 12;

/** A part of a picture: what is cut off before and behind along its width and its height, in hundredths. */
export interface Part {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export const WHOLE: Part = { left: 0, right: 0, top: 0, bottom: 0 };

/** Two series are compared up to this frequency: what a part has above comes from frequencies that signatures do not keep. */
const COMPARED = 6.4;

/** What terms are multiplied by before they are compared. */
export const comparedWeight = Float32Array.from(weightOf, (weight, i) =>
  (frequencyOf[i] as number) <= COMPARED ? weight : 0,
);
/** Frequencies of each direction that are compared. */
const KEPT = Math.floor(COMPARED) + 1;

const SIDES = MOST_CUT + 1;
const matrices = new Array<Float32Array | undefined>(SIDES * SIDES);

function matrixOf(before: number, behind: number): Float32Array {
  const at = before * SIDES + behind;
  matrices[at] ??= cutMatrix(before / 100, behind / 100);
  return matrices[at];
}

/** The rows of a series cut along the height: `KEPT` × `FREQUENCIES`, at the beginning of `into`. */
export function cutHeight(series: Float32Array, { top, bottom }: Part, into: Float32Array): void {
  const matrix = matrixOf(top, bottom);
  for (let v = 0; v < KEPT; v++) {
    for (let u = 0; u < FREQUENCIES; u++) {
      let sum = 0;
      for (let i = 0; i < FREQUENCIES; i++)
        sum += (matrix[v * FREQUENCIES + i] as number) * (series[i * FREQUENCIES + u] as number);
      into[v * FREQUENCIES + u] = sum;
    }
  }
}

/** What `cutHeight` gave, cut along the width as well; terms that are not compared are left as they are in `into`. */
export function cutWidth(rows: Float32Array, { left, right }: Part, into: Float32Array): void {
  const matrix = matrixOf(left, right);
  for (let v = 0; v < KEPT; v++) {
    for (let u = 0; u < KEPT; u++) {
      if (v + u > 0 && comparedWeight[v * FREQUENCIES + u] === 0) continue;
      let sum = 0;
      for (let i = 0; i < FREQUENCIES; i++)
        sum += (matrix[u * FREQUENCIES + i] as number) * (rows[v * FREQUENCIES + i] as number);
      into[v * FREQUENCIES + u] = sum;
    }
  }
}

const rows = new Float32Array(TERMS);

/** The series of a part of a picture, as far as it is compared. */
export function cut(series: Float32Array, part: Part): Float32Array {
  const result = new Float32Array(TERMS);
  cutHeight(series, part, rows);
  cutWidth(rows, part, result);
  return result;
}
