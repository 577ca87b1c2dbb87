import { sumLanes } from './lanes';

/**
 * Dot products of four rows of halves with one float32 query, whose values are 2¹¹² times what they stand for and lie in
 * groups of eight, even ones first; see `Kernels` in ../kernels.ts.
 */
export function dotHalves(a: usize, b: usize, c: usize, d: usize, query: usize, stride: usize): v128 {
  let sumA = f32x4.splat(0);
  let sumB = f32x4.splat(0);
  let sumC = f32x4.splat(0);
  let sumD = f32x4.splat(0);
  for (let i: usize = 0; i < stride; i += 16) {
    const evenQuery = v128.load(query + 2 * i);
    const oddQuery = v128.load(query + 2 * i, 16);
    const halvesA = v128.load(a + i);
    const halvesB = v128.load(b + i);
    const halvesC = v128.load(c + i);
    const halvesD = v128.load(d + i);
    sumA = f32x4.add(sumA, f32x4.mul(inline.always(even(halvesA)), evenQuery));
    sumB = f32x4.add(sumB, f32x4.mul(inline.always(even(halvesB)), evenQuery));
    sumC = f32x4.add(sumC, f32x4.mul(inline.always(even(halvesC)), evenQuery));
    sumD = f32x4.add(sumD, f32x4.mul(inline.always(even(halvesD)), evenQuery));
    sumA = f32x4.add(sumA, f32x4.mul(inline.always(odd(halvesA)), oddQuery));
    sumB = f32x4.add(sumB, f32x4.mul(inline.always(odd(halvesB)), oddQuery));
    sumC = f32x4.add(sumC, f32x4.mul(inline.always(odd(halvesC)), oddQuery));
    sumD = f32x4.add(sumD, f32x4.mul(inline.always(odd(halvesD)), oddQuery));
  }
  return sumLanes<f32>(sumA, sumB, sumC, sumD);
}

/** Where a float32 has its sign, its mantissa's first ten bits and its exponent's last five. */
const PLACES: i32 = 0x8fffe000;

/**
 * The even ones of eight halves as float32 of 2⁻¹¹² times their value: exponent and mantissa go where float32 has them,
 * and only the exponents' biases (127 and 15) differ. Subnormal halves become subnormal floats.
 */
function even(halves: v128): v128 {
  // Times 2¹³, and the odd ones times 0: widened with their sign and shifted in one step. Of the sign's copies one stays.
  return v128.and(i32x4.dot_i16x8_s(halves, i32x4.splat(1 << 13)), i32x4.splat(PLACES));
}

/** The odd ones. */
function odd(halves: v128): v128 {
  return v128.and(i32x4.shr_s(halves, 3), i32x4.splat(PLACES));
}
