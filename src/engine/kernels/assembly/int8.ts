import { sumLanes } from './lanes';

/**
 * Dot products, as float32, of four int8 rows with one int16 query: bytes are widened as they are loaded, pairs summed to
 * int32. Each lane adds up one group of a row, which its own scale is for: groups 0 to 3 those of `A` …, 4 to 7 those of
 * `highA` …
 */
export function dotInt8(
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  scalesA: usize,
  scalesB: usize,
  scalesC: usize,
  scalesD: usize,
  query: usize,
  stride: usize,
): v128 {
  let sumA = i32x4.splat(0);
  let sumB = i32x4.splat(0);
  let sumC = i32x4.splat(0);
  let sumD = i32x4.splat(0);
  let highA = i32x4.splat(0);
  let highB = i32x4.splat(0);
  let highC = i32x4.splat(0);
  let highD = i32x4.splat(0);
  for (let i: usize = 0; i < stride; i += 16) {
    const low = v128.load(query + 2 * i);
    const high = v128.load(query + 2 * i, 16);
    sumA = i32x4.add(sumA, i32x4.dot_i16x8_s(v128.load_ext<i8>(a + i), low));
    sumB = i32x4.add(sumB, i32x4.dot_i16x8_s(v128.load_ext<i8>(b + i), low));
    sumC = i32x4.add(sumC, i32x4.dot_i16x8_s(v128.load_ext<i8>(c + i), low));
    sumD = i32x4.add(sumD, i32x4.dot_i16x8_s(v128.load_ext<i8>(d + i), low));
    highA = i32x4.add(highA, i32x4.dot_i16x8_s(v128.load_ext<i8>(a + i, 8), high));
    highB = i32x4.add(highB, i32x4.dot_i16x8_s(v128.load_ext<i8>(b + i, 8), high));
    highC = i32x4.add(highC, i32x4.dot_i16x8_s(v128.load_ext<i8>(c + i, 8), high));
    highD = i32x4.add(highD, i32x4.dot_i16x8_s(v128.load_ext<i8>(d + i, 8), high));
  }
  return sumLanes<f32>(
    scaled(sumA, highA, scalesA),
    scaled(sumB, highB, scalesB),
    scaled(sumC, highC, scalesC),
    scaled(sumD, highD, scalesD),
  );
}

/** Of each lane the products of its two groups with their scales, bfloat16. */
function scaled(low: v128, high: v128, scales: usize): v128 {
  const lowScales = i32x4.shl(v128.load_ext<u16>(scales), 16);
  const highScales = i32x4.shl(v128.load_ext<u16>(scales, 8), 16);
  return f32x4.add(
    f32x4.mul(f32x4.convert_i32x4_s(low), lowScales),
    f32x4.mul(f32x4.convert_i32x4_s(high), highScales),
  );
}
