import { dotHalves } from './halves';
import { dotInt8 } from './int8';

/** Positions whose largest score is noted, so that who looks for the best reads few of the scores. */
const BLOCK: usize = 32;

/** Rows of a list that are asked for at once in each quarter; divides `BLOCK`. */
const AHEAD: usize = 8;

/** Scores of int8 rows; see `Kernels` in ../kernels.ts. */
export function scan(
  rows: usize,
  scales: usize,
  stride: usize,
  list: usize,
  count: usize,
  query: usize,
  step: f32,
  base: f32,
  scores: usize,
  maxima: usize,
): void {
  scoreAll(false, rows, scales, stride, list, count, query, step, base, scores, maxima);
}

/** Scores of rows of halves; see `Kernels` in ../kernels.ts. */
export function scanHalves(
  rows: usize,
  scales: usize,
  stride: usize,
  list: usize,
  count: usize,
  query: usize,
  step: f32,
  base: f32,
  scores: usize,
  maxima: usize,
): void {
  scoreAll(true, rows, scales, stride, list, count, query, step, base, scores, maxima);
}

/**
 * Scores of rows of int8 values or of halves.
 * Four rows are scored at a time, from four parts of the range: rows that lie next to each other make half as fast a use
 * of memory as four streams do.
 */
function scoreAll(
  halves: bool,
  rows: usize,
  scales: usize,
  stride: usize,
  list: usize,
  count: usize,
  query: usize,
  step: f32,
  base: f32,
  scores: usize,
  maxima: usize,
): void {
  const quarter = (count / (4 * BLOCK)) * BLOCK;
  let first: usize = 0;
  while (first < count) {
    // Four blocks, one in each quarter, or, from where the quarters end, one block by fours.
    const far = first < quarter;
    const jump: usize = far ? quarter : 1;
    const next: usize = far ? 1 : 4;
    const end = min(first + BLOCK, count);
    const last = far ? count : end - 1;
    let best = f32x4.splat(-Infinity);
    for (let i = first; i < end; i += next) {
      const j = min(i + jump, last);
      const k = min(i + 2 * jump, last);
      const l = min(i + 3 * jump, last);
      if (far && list !== 0 && i % AHEAD === 0) askFor(rows, stride, list + (i << 2), jump << 2, scores + (i << 2));
      const found = scoreFour(halves, rows, scales, stride, list, i, j, k, l, query, step, base);
      v128.store_lane<f32>(scores + (i << 2), found, 0);
      v128.store_lane<f32>(scores + (j << 2), found, 1);
      v128.store_lane<f32>(scores + (k << 2), found, 2);
      v128.store_lane<f32>(scores + (l << 2), found, 3);
      best = f32x4.pmax(best, found);
    }
    const at = maxima + ((first / BLOCK) << 2);
    if (far) {
      const apart = (quarter / BLOCK) << 2;
      v128.store_lane<f32>(at, best, 0);
      v128.store_lane<f32>(at + apart, best, 1);
      v128.store_lane<f32>(at + 2 * apart, best, 2);
      v128.store_lane<f32>(at + 3 * apart, best, 3);
    } else f32.store(at, largest(best));
    first += BLOCK;
    if (first === quarter) first = 4 * quarter;
  }
}

/** Scores of the rows at four positions of the list, or of the range where there is none (0). */
function scoreFour(
  halves: bool,
  rows: usize,
  scales: usize,
  stride: usize,
  list: usize,
  i: usize,
  j: usize,
  k: usize,
  l: usize,
  query: usize,
  step: f32,
  base: f32,
): v128 {
  if (list !== 0) {
    i = <usize>load<u32>(list + (i << 2));
    j = <usize>load<u32>(list + (j << 2));
    k = <usize>load<u32>(list + (k << 2));
    l = <usize>load<u32>(list + (l << 2));
  }
  const a = rows + i * stride;
  const b = rows + j * stride;
  const c = rows + k * stride;
  const d = rows + l * stride;
  const sums = halves
    ? f32x4.mul(dotHalves(a, b, c, d, query, stride), oneEach(scales, i, j, k, l))
    : dotInt8(a, b, c, d, scales + (i << 4), scales + (j << 4), scales + (k << 4), scales + (l << 4), query, stride);
  return f32x4.add(f32x4.splat(base), f32x4.mul(sums, f32x4.splat(step)));
}

/** The scales of four rows that have one each: bfloat16 are the upper halves of float32. */
function oneEach(scales: usize, i: usize, j: usize, k: usize, l: usize): v128 {
  let scale = i16x8.splat(0);
  scale = v128.load_lane<u16>(scales + (i << 1), scale, 1);
  scale = v128.load_lane<u16>(scales + (j << 1), scale, 3);
  scale = v128.load_lane<u16>(scales + (k << 1), scale, 5);
  return v128.load_lane<u16>(scales + (l << 1), scale, 7);
}

/**
 * Ask for all cache lines of the next rows in each quarter at once: listed rows lie anywhere, no hardware foresees them,
 * and waiting for one after the other takes a third longer. The sum is written where a score will be, because loads that
 * nothing comes of are left out by compilers.
 */
function askFor(rows: usize, stride: usize, list: usize, jump: usize, scratch: usize): void {
  let sum: u32 = 0;
  for (let i: usize = 0; i < AHEAD; i++) {
    const at = list + (i << 2);
    const a = rows + <usize>load<u32>(at) * stride;
    const b = rows + <usize>load<u32>(at + jump) * stride;
    const c = rows + <usize>load<u32>(at + 2 * jump) * stride;
    const d = rows + <usize>load<u32>(at + 3 * jump) * stride;
    // Line by line: rows one after the other would wait for their pages one after the other.
    for (let line: usize = 0; line < stride; line += 64) {
      sum += load<u32>(a + line) + load<u32>(b + line) + load<u32>(c + line) + load<u32>(d + line);
    }
  }
  store<u32>(scratch, sum);
}

/** The largest lane; none of them is a NaN, because pmax keeps the first of two that do not compare. */
function largest(lanes: v128): f32 {
  const two = f32x4.pmax(lanes, i32x4.shuffle(lanes, lanes, 2, 3, 2, 3));
  return f32x4.extract_lane(f32x4.pmax(two, i32x4.shuffle(two, two, 1, 1, 1, 1)), 0);
}
