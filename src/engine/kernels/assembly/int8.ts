import { sumLanes } from './lanes';

/**
 * Dot products, as float32, of four int8 rows with one int16 query: bytes are widened as they are loaded, pairs summed to
 * int32.
 */
export function dotInt8(a: usize, b: usize, c: usize, d: usize, query: usize, stride: usize): v128 {
  let sumA = i32x4.splat(0);
  let sumB = i32x4.splat(0);
  let sumC = i32x4.splat(0);
  let sumD = i32x4.splat(0);
  for (let i: usize = 0; i < stride; i += 16) {
    const low = v128.load(query + 2 * i);
    const high = v128.load(query + 2 * i, 16);
    sumA = i32x4.add(sumA, i32x4.dot_i16x8_s(v128.load_ext<i8>(a + i), low));
    sumB = i32x4.add(sumB, i32x4.dot_i16x8_s(v128.load_ext<i8>(b + i), low));
    sumC = i32x4.add(sumC, i32x4.dot_i16x8_s(v128.load_ext<i8>(c + i), low));
    sumD = i32x4.add(sumD, i32x4.dot_i16x8_s(v128.load_ext<i8>(d + i), low));
    sumA = i32x4.add(sumA, i32x4.dot_i16x8_s(v128.load_ext<i8>(a + i, 8), high));
    sumB = i32x4.add(sumB, i32x4.dot_i16x8_s(v128.load_ext<i8>(b + i, 8), high));
    sumC = i32x4.add(sumC, i32x4.dot_i16x8_s(v128.load_ext<i8>(c + i, 8), high));
    sumD = i32x4.add(sumD, i32x4.dot_i16x8_s(v128.load_ext<i8>(d + i, 8), high));
  }
  return f32x4.convert_i32x4_s(sumLanes<i32>(sumA, sumB, sumC, sumD));
}
