/**
 * How far codes of single bits are from a query, as uint16; see `Kernels` in ../kernels.ts. Sixteen rows at a time: four
 * bits of each choose one of the sixteen bytes of a table, all in one instruction ("Quicker ADC", André et al. 2019).
 */
export function bits(codes: usize, stride: usize, count: usize, tables: usize, distances: usize): void {
  const group = stride << 4;
  for (let i: usize = 0; i < count; i += 16) {
    sumTables(codes + i * stride, group, tables, distances + (i << 1));
  }
}

/** Two bytes of each of sixteen rows, that is four tables of numbers up to 63, fit a sum of eight bits. */
function sumTables(codes: usize, bytes: usize, tables: usize, distances: usize): void {
  let first = i16x8.splat(0);
  let second = i16x8.splat(0);
  for (let i: usize = 0; i < bytes; i += 32) {
    const at = tables + (i << 1);
    const one = inline.always(lookUp(v128.load(codes + i), v128.load(at), v128.load(at, 16)));
    const other = inline.always(lookUp(v128.load(codes + i, 16), v128.load(at, 32), v128.load(at, 48)));
    const sum = i8x16.add(one, other);
    first = i16x8.add(first, i16x8.extend_low_i8x16_u(sum));
    second = i16x8.add(second, i16x8.extend_high_i8x16_u(sum));
  }
  v128.store(distances, first);
  v128.store(distances, second, 16);
}

/** What the tables say of the lower and of the upper four bits, together. */
function lookUp(code: v128, lower: v128, upper: v128): v128 {
  const four = i8x16.splat(15);
  return i8x16.add(
    i8x16.swizzle(lower, v128.and(code, four)),
    i8x16.swizzle(upper, v128.and(i16x8.shr_u(code, 4), four)),
  );
}
