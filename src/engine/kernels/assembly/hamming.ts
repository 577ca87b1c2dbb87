import { sumLanes } from './lanes';

/** What a lane of 8 bits holds: 31 × 8 bits counted. */
const MAX_CHUNKS: usize = 31;

/** Bits in which each of `count` codes differs from the query, as uint16; see `Kernels` in ../kernels.ts. */
export function hamming(codes: usize, stride: usize, count: usize, query: usize, distances: usize): void {
  for (let i: usize = 0; i < count; i += 4) {
    const a = codes + i * stride;
    const b = i + 1 < count ? a + stride : a;
    const c = i + 2 < count ? b + stride : b;
    const d = i + 3 < count ? c + stride : c;
    let sums = i32x4.splat(0);
    for (let from: usize = 0; from < stride; from += 16 * MAX_CHUNKS) {
      const end = min(stride, from + 16 * MAX_CHUNKS);
      sums = i32x4.add(sums, differFour(a, b, c, d, query, from, end));
    }
    v128.store64_lane(distances + (i << 1), i16x8.narrow_i32x4_u(sums, sums), 0);
  }
}

function differFour(a: usize, b: usize, c: usize, d: usize, query: usize, from: usize, end: usize): v128 {
  let sumA = i8x16.splat(0);
  let sumB = i8x16.splat(0);
  let sumC = i8x16.splat(0);
  let sumD = i8x16.splat(0);
  for (let i = from; i < end; i += 16) {
    const bits = v128.load(query + i);
    sumA = i8x16.add(sumA, i8x16.popcnt(v128.xor(v128.load(a + i), bits)));
    sumB = i8x16.add(sumB, i8x16.popcnt(v128.xor(v128.load(b + i), bits)));
    sumC = i8x16.add(sumC, i8x16.popcnt(v128.xor(v128.load(c + i), bits)));
    sumD = i8x16.add(sumD, i8x16.popcnt(v128.xor(v128.load(d + i), bits)));
  }
  return sumLanes(widen(sumA), widen(sumB), widen(sumC), widen(sumD));
}

/** Sixteen bytes to four int32, each the sum of four of them. */
function widen(bytes: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_u(bytes));
}

/** Write `value` where the bit of a position is not set; see `Kernels`. */
export function maskDistances(distances: usize, count: usize, bits: usize, value: u32): void {
  const powers = i16x8(1, 2, 4, 8, 16, 32, 64, 128);
  const others = i16x8.splat(<i16>value);
  for (let i: usize = 0; i < count; i += 8) {
    const chosen = v128.and(i16x8.splat(<i16>load<u8>(bits + (i >> 3))), powers);
    const at = distances + (i << 1);
    v128.store(at, v128.bitselect(v128.load(at), others, i16x8.eq(chosen, powers)));
  }
}

/** How often each distance occurs: counts[distance]++ for all of them. */
export function countDistances(distances: usize, count: usize, counts: usize): void {
  for (let i: usize = 0; i < count; i++) {
    const at = counts + ((<usize>load<u16>(distances + (i << 1))) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
}

/** Positions, ascending, of all distances below `limit` and of the first `equal` that are `limit`. Returns how many. */
export function collectNearest(distances: usize, count: usize, limit: u32, equal: u32, list: usize): u32 {
  let found: usize = 0;
  const bound = i16x8.splat(<i16>limit);
  const whole = count & ~7;
  for (let i: usize = 0; i < whole; i += 8) {
    let mask = i16x8.bitmask(i16x8.le_u(v128.load(distances + (i << 1)), bound));
    while (mask !== 0) {
      const at = i + <usize>ctz(mask);
      mask &= mask - 1;
      if (load<u16>(distances + (at << 1)) === limit) {
        if (equal === 0) continue;
        equal--;
      }
      store<u32>(list + (found++ << 2), <u32>at);
    }
  }
  for (let i = whole; i < count; i++) {
    const distance: u32 = load<u16>(distances + (i << 1));
    if (distance > limit) continue;
    if (distance === limit) {
      if (equal === 0) continue;
      equal--;
    }
    store<u32>(list + (found++ << 2), <u32>i);
  }
  return <u32>found;
}
