import { passes } from '../../data/filter.ts';
import type { Engine } from '../engine.ts';

/**
 * What demos of semantic search do: a float32 file, a dot product a row in plain JavaScript, an object a row, and a sort
 * of all of them. No index, nothing lost.
 */
export const loop: Engine = {
  async load(source) {
    const rows: Float32Array[] = [];
    for await (const { vectors } of source.parts()) {
      for (let at = 0; at < vectors.length; at += source.dim) rows.push(vectors.subarray(at, at + source.dim));
    }
    return {
      search(query, k, filter) {
        const scored: { row: number; score: number }[] = [];
        rows.forEach((vector, row) => {
          if (!filter || passes(filter, row)) scored.push({ row, score: dot(vector, query) });
        });
        scored.sort((a, b) => b.score - a.score);
        return scored.slice(0, k).map(({ row }) => row);
      },
    };
  },
};

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
