import { mix } from './mix.ts';

/** `count` normally distributed numbers, the same for the same seed (Box & Muller 1958). */
export function gaussians(count: number, seed: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    const radius = Math.sqrt(-2 * Math.log((mix(seed, 2 * i) + 1) / 2 ** 32));
    return radius * Math.cos((2 * Math.PI * mix(seed, 2 * i + 1)) / 2 ** 32);
  });
}
