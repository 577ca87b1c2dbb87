import { sumLanes } from './lanes';

/**
 * How far codes of 4-bit components are from a query, as uint16: (bias − Σ query × component) >> shift; see `Kernels` in
 * ../kernels.ts. Four rows at a time, so that the query is loaded once for all of them.
 */
export function nibbles(
  codes: usize,
  stride: usize,
  count: usize,
  query: usize,
  bias: i32,
  shift: i32,
  distances: usize,
): void {
  for (let i: usize = 0; i < count; i += 4) {
    const a = codes + i * stride;
    const b = i + 1 < count ? a + stride : a;
    const c = i + 2 < count ? b + stride : b;
    const d = i + 3 < count ? c + stride : c;
    const sums = dotFour(a, b, c, d, query, stride);
    const far = i32x4.shr_u(i32x4.sub(i32x4.splat(bias), sums), shift);
    v128.store64_lane(distances + (i << 1), i16x8.narrow_i32x4_u(far, far), 0);
  }
}

/** Sums of products with four rows: sixteen bytes are eight uint16 of four components each. */
function dotFour(a: usize, b: usize, c: usize, d: usize, query: usize, stride: usize): v128 {
  let sumA = i32x4.splat(0);
  let sumB = i32x4.splat(0);
  let sumC = i32x4.splat(0);
  let sumD = i32x4.splat(0);
  for (let i: usize = 0; i < stride; i += 16) {
    const at = query + (i << 2);
    const q0 = v128.load(at);
    const q1 = v128.load(at, 16);
    const q2 = v128.load(at, 32);
    const q3 = v128.load(at, 48);
    sumA = i32x4.add(sumA, inline.always(dotGroup(v128.load(a + i), q0, q1, q2, q3)));
    sumB = i32x4.add(sumB, inline.always(dotGroup(v128.load(b + i), q0, q1, q2, q3)));
    sumC = i32x4.add(sumC, inline.always(dotGroup(v128.load(c + i), q0, q1, q2, q3)));
    sumD = i32x4.add(sumD, inline.always(dotGroup(v128.load(d + i), q0, q1, q2, q3)));
  }
  return sumLanes<i32>(sumA, sumB, sumC, sumD);
}

/** Products with 32 components, summed to four int32. */
function dotGroup(code: v128, q0: v128, q1: v128, q2: v128, q3: v128): v128 {
  const four = i16x8.splat(15);
  const first = i32x4.dot_i16x8_s(v128.and(code, four), q0);
  const second = i32x4.dot_i16x8_s(v128.and(i16x8.shr_u(code, 4), four), q1);
  const third = i32x4.dot_i16x8_s(v128.and(i16x8.shr_u(code, 8), four), q2);
  const fourth = i32x4.dot_i16x8_s(i16x8.shr_u(code, 12), q3);
  return i32x4.add(i32x4.add(first, second), i32x4.add(third, fourth));
}
