import { dotAt } from '../../../../src/engine/numeric/dot-at.ts';

/** For each query its exact nearest rows, best first, and their cosines; of parallel arrays. */
export interface Truth {
  readonly rows: readonly (readonly number[])[];
  readonly similarities: readonly (readonly number[])[];
}

/** Compares every query with rows that come in parts; sums are of double precision. */
export interface ExactScan {
  /** `vectors` (rows × dim) are the rows from `first` on; parts come in ascending order. */
  add(vectors: Float32Array, first: number): void;
  /** The nearest of what was added so far. */
  truth(): Truth;
}

/** Of two equally similar rows the one that came first wins. `queries`: queries × dim. */
export function createExactScan(queries: Float32Array, dim: number, k: number): ExactScan {
  const best = Array.from({ length: queries.length / dim }, () => ({ rows: [] as number[], values: [] as number[] }));

  function offer({ rows, values }: { rows: number[]; values: number[] }, row: number, value: number): void {
    if (values.length === k && value <= (values[k - 1] as number)) return;
    let at = values.length;
    while (at > 0 && value > (values[at - 1] as number)) at--;
    values.splice(at, 0, value);
    rows.splice(at, 0, row);
    if (values.length > k) {
      values.pop();
      rows.pop();
    }
  }

  return {
    add(vectors, first) {
      for (const [query, nearest] of best.entries()) {
        for (let row = 0; row * dim < vectors.length; row++) {
          offer(nearest, first + row, dotAt(vectors, row * dim, queries, query * dim, dim));
        }
      }
    },
    truth: () => ({
      rows: best.map(({ rows }) => [...rows]),
      similarities: best.map(({ values }) => [...values]),
    }),
  };
}
