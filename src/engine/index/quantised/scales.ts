import { fromBfloat16, toBfloat16, toBfloat16Above } from '../../numeric/bfloat16.ts';

/**
 * The scale of one group of a row, out of the bfloat16 numbers from the least that reaches its largest deviation upwards:
 * by a scale of 127.5ths of that it is rounded to code 127, by larger ones to 126, 125 … What 64 numbers lose by rounding
 * is as good as drawn anew at each of them (its standard deviation is a ninth of it), while the step grows by 1/255 to 1/128
 * only: the best of twelve loses about an eighth less than the first. More are hardly worth their time
 * (scripts/bench/synthetic/choices/ROUNDING.md).
 */

export const MAX_CODE = 127;

/** What float32 rounds off of values up to 4 is at most a 32nd of such a step. */
const LEAST_SCALE = 2 ** -18;
/** What rows of unit norm, at most 2 from their centre, need; readers take hardly more. */
const LARGEST_BITS = toBfloat16(2 / MAX_CODE);
/** Among how many the one is chosen that loses least. */
const CHOICE = 12;
/** Among which one is found again: a largest deviation that was rounded down, by a 234th or less, has its first one or two lower. */
const FOUND_AMONG = CHOICE + 2;
/** In steps: numbers no further from what codes stand for were dequantised. */
const ON_LATTICE = 1 / 8;

/** The scale that gives the largest deviation of a group code 127, or the least that there is. @returns bfloat16 */
export function leastScale(largest: number): number {
  return toBfloat16Above(Math.max(LEAST_SCALE, largest / (MAX_CODE + 0.5)));
}

/** The least scale of which all `deviations` are multiples, as they are where they were dequantised. @param first `leastScale` */
export function findScale(deviations: Float64Array, first: number): number | undefined {
  const end = endOf(first, FOUND_AMONG);
  for (let bits = first; bits < end; bits++) if (isOnLattice(deviations, 1 / fromBfloat16(bits))) return bits;
  return undefined;
}

/** The scale by which `deviations` lose least when they are rounded to the nearest. @param first `leastScale` */
export function chooseScale(deviations: Float64Array, first: number): number {
  let [best, least] = [first, Number.POSITIVE_INFINITY];
  const end = endOf(first, CHOICE);
  for (let bits = first; bits < end; bits++) {
    const scale = fromBfloat16(bits);
    const loss = scale * scale * lossInSteps(deviations, 1 / scale);
    if (!(loss < least)) continue;
    best = bits;
    least = loss;
  }
  return best;
}

function endOf(first: number, count: number): number {
  return Math.max(first, Math.min(first + count - 1, LARGEST_BITS)) + 1;
}

/** Added to a small number and taken away again, it leaves a whole one: there are no others of its size. */
const ROUNDING = 1.5 * 2 ** 52;

function lossInSteps(deviations: Float64Array, perStep: number): number {
  let sum = 0;
  for (let i = 0; i < deviations.length; i++) {
    const steps = (deviations[i] as number) * perStep;
    const error = steps - (steps + ROUNDING - ROUNDING);
    sum += error * error;
  }
  return sum;
}

function isOnLattice(deviations: Float64Array, perStep: number): boolean {
  for (let i = 0; i < deviations.length; i++) {
    const steps = (deviations[i] as number) * perStep;
    if (!(Math.abs(steps - (steps + ROUNDING - ROUNDING)) <= ON_LATTICE)) return false;
  }
  return true;
}
