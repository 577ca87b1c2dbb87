/**
 * How much more the square of an error counts along a direction of length 1 than across it, for vectors of `dim`
 * dimensions: the more there are, the less of a query lies in each other one. At 512, recall is the same from 3 to 300.
 */
export const weightAlong = (dim: number): number => dim / 32;
/** Hardly anything changes after the second. */
const PASSES = 4;

/**
 * Which numbers of a row to round the other way, up instead of down, so that the whole error is harmless: rounding by what
 * an error does and not to the nearest (as AdaRound, arXiv:2004.10568, and GPTQ, arXiv:2210.17323, do it with weights).
 * Most of a query embedding is what all embeddings of its model have in common, and what finds a row has something in common
 * with it besides, so an error along the row is noise in every score that matters; half a dozen of 512 numbers that were
 * nearly half way between two steps take it away.
 */
export interface Balance {
  /** Per dimension what rounding to the nearest loses; what is lost in the end, after `run`. */
  readonly errors: Float64Array;
  /** What rounding the other way would lose; the same as in `errors` where there is no other way. */
  readonly others: Float64Array;
  /** After `run`, whether the other way was taken. */
  readonly turned: Uint8Array;
  /**
   * Take the other way wherever that lessens |errors|² + `weightAlong` (along · errors)², one dimension after the other, until
   * none is left or some passes are over.
   * @param along `dim` values from `from` on: the shorter this vector, the less it matters.
   */
  run(along: Float32Array, from: number): void;
}

export function createBalance(dim: number): Balance {
  const errors = new Float64Array(dim);
  const others = new Float64Array(dim);
  const turned = new Uint8Array(dim);
  const weight = weightAlong(dim);
  return {
    errors,
    others,
    turned,
    run(along, from) {
      turned.fill(0);
      let total = 0;
      for (let i = 0; i < dim; i++) total += (along[from + i] as number) * (errors[i] as number);
      for (let pass = 0, changed = true; changed && pass < PASSES; pass++) {
        changed = false;
        for (let i = 0; i < dim; i++) {
          const error = errors[i] as number;
          const other = others[i] as number;
          const difference = other - error;
          const part = (along[from + i] as number) * difference;
          if (!(difference * (other + error) + weight * part * (2 * total + part) < 0)) continue;
          errors[i] = other;
          others[i] = error;
          turned[i] = 1 - (turned[i] as number);
          total += part;
          changed = true;
        }
      }
    },
  };
}
