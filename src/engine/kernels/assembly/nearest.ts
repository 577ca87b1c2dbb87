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
