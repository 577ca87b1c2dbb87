/** A query as the kernels of codes take it; see `Kernels.nibbles` and `Kernels.bits`. */
import { align } from '../quantised/row-store.ts';
import { codeBytes, type Shape } from './code.ts';

/** Distances are told apart to 1/8192 of what is possible: some eighty steps a standard deviation. */
const DISTANCE_BITS = 13;
export const DISTANCES = 2 ** DISTANCE_BITS;
const MAX_FACTOR = 32767;
/** Of a table of single bits: four sums of two fit a byte. */
const MAX_ENTRY = 63;

/** Bytes that a query takes. */
export function queryBytes(shape: Shape): number {
  return shape.bits === 1 ? 32 * align(codeBytes(shape), 16) : 2 * shape.width;
}

export interface Factors {
  readonly bias: number;
  readonly shift: number;
  /** What a distance stands for: about Σ weight × component. */
  sumOf(distance: number): number;
}

/** Weights at 16 bits, so that sums of products with components up to 15 stay below 2³¹. */
export function writeFactors(weights: Float32Array, factors: Int16Array): Factors {
  const peak = weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0) || 1;
  const limit = Math.min(MAX_FACTOR, Math.floor((2 ** 31 - 1) / (15 * weights.length)));
  const step = peak / limit;
  weights.forEach((weight, i) => {
    factors[i] = Math.round((weight / peak) * limit);
  });
  const bias = 15 * factors.reduce((sum, factor) => sum + Math.max(0, factor), 0);
  const range = 15 * factors.reduce((sum, factor) => sum + Math.abs(factor), 0);
  const shift = Math.max(0, 32 - Math.clz32(range) - DISTANCE_BITS);
  const half = (2 ** shift - 1) / 2;
  return { bias, shift, sumOf: (distance) => (bias - (distance * 2 ** shift + half)) * step };
}

/**
 * For each four components a table: how far each of their sixteen values is from the best one, in steps of which the
 * table with most to tell takes as many as there may be: 63, and less for more than 520 components, of which more sums
 * are added. @returns what a sum of entries stands for: about Σ weight × bit
 */
export function writeTables(weights: Float32Array, tables: Uint8Array): (distance: number) => number {
  let [best, widest] = [0, 0];
  for (let i = 0; i < weights.length; i += 4) {
    let width = 0;
    for (const weight of weights.subarray(i, i + 4)) {
      best += Math.max(0, weight);
      width += Math.abs(weight);
    }
    widest = Math.max(widest, width);
  }
  const steps = Math.min(MAX_ENTRY, Math.floor((DISTANCES - 1) / (weights.length / 4)));
  const step = widest / steps || 1;
  for (let i = 0; i < weights.length; i += 4) writeTable(weights.subarray(i, i + 4), step, tables.subarray(4 * i));
  return (distance) => best - distance * step;
}

function writeTable(weights: Float32Array, step: number, table: Uint8Array): void {
  for (let value = 0; value < 16; value++) {
    let far = 0;
    weights.forEach((weight, bit) => {
      // Far is a bit that is not set where it would count, and one that is where it counts against.
      if ((value >> bit) % 2 === (weight > 0 ? 0 : 1)) far += Math.abs(weight);
    });
    table[value] = Math.round(far / step);
  }
}
