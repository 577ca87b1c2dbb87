/** Copy listed rows one after the other; see `Kernels` in ../kernels.ts. */
export function gatherRows(rows: usize, stride: usize, list: usize, count: usize, out: usize): void {
  for (let i: usize = 0; i < count; i++) {
    const from = rows + <usize>load<u32>(list + (i << 2)) * stride;
    for (let at: usize = 0; at < stride; at += 16) v128.store(out + at, v128.load(from + at));
    out += stride;
  }
}
