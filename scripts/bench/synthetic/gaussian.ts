/** Normally distributed numbers that are addressed, not drawn in order: the same on every run. */
const SIZE = 4096;

/** Midpoints of 4,096 equally likely pieces of the normal distribution: two draws a random word, and no logarithm. */
const TABLE = createTable();

/**
 * Add `scale` times the normal numbers of stream (`seed`, `stream`, `id`) to `out`; an even length.
 * The stream is a counter run through a multiply–xorshift mixer, started from a hash of its address.
 */
export function addGaussian(out: Float32Array, scale: number, seed: number, stream: number, id: number): void {
  let state = address(seed, stream, id);
  for (let i = 0; i < out.length; i += 2) {
    state = (state + 0x9e3779b9) | 0;
    let word = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a2d97);
    word ^= word >>> 15;
    out[i] = (out[i] as number) + scale * (TABLE[word & (SIZE - 1)] as number);
    out[i + 1] = (out[i + 1] as number) + scale * (TABLE[(word >>> 12) & (SIZE - 1)] as number);
  }
}

/** A number in [0, 1) of stream (`seed`, `stream`, `id`). */
export function uniform(seed: number, stream: number, id: number): number {
  return (address(seed, stream, id) >>> 0) / 2 ** 32;
}

function address(seed: number, stream: number, id: number): number {
  let h = Math.imul(seed ^ 0x2545f491, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15) ^ stream, 0x85ebca77);
  h = Math.imul(h ^ (h >>> 13) ^ id, 0xc2b2ae3d);
  h = Math.imul(h ^ (h >>> 16) ^ Math.floor(id / 2 ** 32), 0x27d4eb2f);
  return h ^ (h >>> 15);
}

/** Of unit variance exactly. */
function createTable(): Float32Array {
  const table = Float64Array.from({ length: SIZE }, (_, i) => quantile((i + 0.5) / SIZE));
  const deviation = Math.sqrt(table.reduce((sum, value) => sum + value * value, 0) / SIZE);
  return Float32Array.from(table, (value) => value / deviation);
}

/** Where the normal distribution function is `p`: bisection, since it is done once. */
function quantile(p: number): number {
  let low = -6;
  let high = 6;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (distribution(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** The normal distribution function by its power series (Abramowitz & Stegun 26.2.10). */
function distribution(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < 120; n++) {
    term *= (-x * x) / (2 * n);
    sum += term / (2 * n + 1);
  }
  return 0.5 + sum / Math.sqrt(2 * Math.PI);
}
