/** What a lane of 8 bits holds: 31 × 8 bits counted. */
const MAX_CHUNKS: usize = 31;

/**
 * Sums of those int8 query values whose bit is set, for listed codes; see `Kernels` in ../kernels.ts. The query comes as
 * eight planes, one for each binary digit of its values, of which the last counts negative.
 */
export function sumPlanes(codes: usize, stride: usize, list: usize, count: usize, planes: usize, sums: usize): void {
  for (let i: usize = 0; i < count; i++) {
    if ((i & 15) === 0) touch(codes, stride, list + (i << 2), min<usize>(16, count - i), sums + (i << 2));
    const code = codes + <usize>load<u32>(list + (i << 2)) * stride;
    let total = i32x4.splat(0);
    for (let digit: usize = 0; digit < 7; digit++) {
      total = i32x4.add(total, i32x4.shl(common(code, planes + digit * stride, stride), <i32>digit));
    }
    total = i32x4.sub(total, i32x4.shl(common(code, planes + 7 * stride, stride), 7));
    const two = i32x4.add(total, i32x4.shuffle(total, total, 2, 3, 2, 3));
    store<i32>(sums + (i << 2), i32x4.extract_lane(two, 0) + i32x4.extract_lane(two, 1));
  }
}

/** Bits that are set in both, in four sums. */
function common(code: usize, plane: usize, stride: usize): v128 {
  let sums = i32x4.splat(0);
  for (let from: usize = 0; from < stride; from += 16 * MAX_CHUNKS) {
    const end = min(stride, from + 16 * MAX_CHUNKS);
    let bytes = i8x16.splat(0);
    for (let i = from; i < end; i += 16) {
      bytes = i8x16.add(bytes, i8x16.popcnt(v128.and(v128.load(code + i), v128.load(plane + i))));
    }
    sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_s(i16x8.extadd_pairwise_i8x16_u(bytes)));
  }
  return sums;
}

/**
 * Ask for listed codes at once: they lie anywhere, and waiting for one after the other takes three times as long. The sum
 * is written where another will be, because loads that nothing comes of are left out by compilers.
 */
function touch(codes: usize, stride: usize, list: usize, count: usize, scratch: usize): void {
  let sum: u32 = 0;
  for (let i: usize = 0; i < count; i++) sum += load<u32>(codes + <usize>load<u32>(list + (i << 2)) * stride);
  store<u32>(scratch, sum);
}
