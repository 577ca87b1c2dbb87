/**
 * The nearest sequence that never rises, by least squares: pool adjacent violators (Ayer et al. 1955).
 * A ranking says of two results which is the better one, so that its probabilities must not say the opposite.
 */
export function neverRising(values: ArrayLike<number>): Float32Array {
  const pools: { mean: number; count: number }[] = [];
  for (let i = 0; i < values.length; i++) {
    let pool = { mean: values[i] as number, count: 1 };
    for (let last = pools.at(-1); last && last.mean < pool.mean; last = pools.at(-1)) {
      const count = last.count + pool.count;
      pool = { mean: (last.mean * last.count + pool.mean * pool.count) / count, count };
      pools.pop();
    }
    pools.push(pool);
  }
  const result = new Float32Array(values.length);
  let at = 0;
  for (const { mean, count } of pools) {
    result.fill(mean, at, at + count);
    at += count;
  }
  return result;
}
