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

/** Dot product of `length` values of `a` from `i` on with those of `b` from `j` on. */
export function dotAt(a: Float32Array, i: number, b: Float32Array, j: number, length: number): number {
  const whole = length & ~3;
  // Sums that do not wait for each other are twice as fast in V8. All indices lie within what the caller promises.
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let at = 0;
  for (; at < whole; at += 4) {
    s0 += (a[i + at] as number) * (b[j + at] as number);
    s1 += (a[i + at + 1] as number) * (b[j + at + 1] as number);
    s2 += (a[i + at + 2] as number) * (b[j + at + 2] as number);
    s3 += (a[i + at + 3] as number) * (b[j + at + 3] as number);
  }
  for (; at < length; at++) s0 += (a[i + at] as number) * (b[j + at] as number);
  return s0 + s1 + (s2 + s3);
}
