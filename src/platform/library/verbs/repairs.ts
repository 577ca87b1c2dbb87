import { dot } from '../../../engine/numeric/embedding.ts';

/** How far a stored norm may be from 1: float32 rounding over some thousand dimensions stays far below. */
const TOLERANCE = 1e-3;

/** Whether a stored vector can be searched with. @param dim of the model; undefined where it is not known */
export function isUsable(vector: Float32Array, dim: number | undefined): boolean {
  if (vector.length === 0 || (dim !== undefined && vector.length !== dim)) return false;
  return Math.abs(Math.sqrt(dot(vector, vector)) - 1) <= TOLERANCE; // false for what is not finite, too
}

export interface Repairs {
  /** Pictures that went back into the queue. */
  readonly unusable: number;
  readonly withoutThumbnail: number;
}

/** What was not as it should be, for visitors. What nobody can notice is not said. */
export function sentences({ unusable, withoutThumbnail }: Repairs): string[] {
  return [
    ...(unusable > 0
      ? [
          `${pictures(unusable)} could not be searched any more, because stored data were damaged. Their files are read again.`,
        ]
      : []),
    ...(withoutThumbnail > 0
      ? [
          `The small copies of ${pictures(withoutThumbnail)} are gone from this browser. The pictures can still be found.`,
        ]
      : []),
  ];
}

function pictures(count: number): string {
  return count === 1 ? '1 picture' : `${count.toLocaleString('en')} pictures`;
}
