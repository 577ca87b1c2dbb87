import { decodeFloat16, encodeFloat16 } from '../../numeric/float16.ts';
import { createBalance } from './balance.ts';

/**
 * Vectors (rows × dim) as halves, each number rounded up or down so that a row loses next to nothing along itself: its
 * norm stays, and so does its similarity to what all vectors have in common. What halves stand for gives the same again.
 */
export function toHalves(vectors: Float32Array, dim: number): Uint16Array<ArrayBuffer> {
  const halves = encodeFloat16(vectors);
  const others = new Uint16Array(dim);
  const nearest = new Float32Array(dim);
  const beside = new Float32Array(dim);
  const balance = createBalance(dim);
  for (let from = 0; from < vectors.length; from += dim) {
    decodeFloat16(halves.subarray(from, from + dim), nearest);
    for (let i = 0; i < dim; i++) {
      const half = halves[from + i] as number;
      const error = (vectors[from + i] as number) - (nearest[i] as number);
      others[i] = error === 0 ? half : neighbour(half, error > 0);
      balance.errors[i] = error;
    }
    decodeFloat16(others, beside);
    for (let i = 0; i < dim; i++) balance.others[i] = (vectors[from + i] as number) - (beside[i] as number);
    balance.run(vectors, from);
    for (let i = 0; i < dim; i++) if (balance.turned[i]) halves[from + i] = others[i] as number;
  }
  return halves;
}

/** The next half above or below a finite one. */
function neighbour(half: number, above: boolean): number {
  const magnitude = half & 0x7fff;
  if (magnitude === 0) return above ? 0x0001 : 0x8001;
  return above === half < 0x8000 ? half + 1 : half - 1;
}
