import type { Hit } from './vector-index.ts';

export interface Top {
  /** What a row must be more similar than in order to be taken; −∞ until there are `k`, ∞ where `k` is 0. */
  readonly bar: number;
  /** Take the row if it is among the best so far; one whose similarity is NaN is not. */
  offer(row: number, similarity: number): void;
  /** The rows taken, in descending similarity, ties by ascending row. */
  hits(): Hit[];
}

/** The best `k` of rows offered in ascending order: a binary heap with the worst kept at its root. */
export function createTop(k: number): Top {
  const rows = new Uint32Array(Math.max(0, k));
  const similarities = new Float64Array(rows.length);
  let size = 0;

  /** Of two equally similar rows the later one is worse. */
  const worse = (i: number, similarity: number, row: number): boolean =>
    (similarities[i] as number) < similarity || (similarities[i] === similarity && (rows[i] as number) > row);
  const put = (i: number, row: number, similarity: number): void => {
    rows[i] = row;
    similarities[i] = similarity;
  };
  const move = (from: number, to: number): void => put(to, rows[from] as number, similarities[from] as number);

  function rise(i: number, row: number, similarity: number): void {
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!worse(parent, similarity, row)) {
        move(parent, i);
        i = parent;
      } else break;
    }
    put(i, row, similarity);
  }

  function sink(row: number, similarity: number): void {
    let i = 0;
    for (let child = 1; child < size; child = 2 * i + 1) {
      const right = child + 1;
      if (right < size && worse(right, similarities[child] as number, rows[child] as number)) child = right;
      if (!worse(child, similarity, row)) break;
      move(child, i);
      i = child;
    }
    put(i, row, similarity);
  }

  const bar = (): number => {
    if (size < rows.length) return Number.NEGATIVE_INFINITY;
    return similarities[0] ?? Number.POSITIVE_INFINITY;
  };

  return {
    get bar() {
      return bar();
    },
    offer(row, similarity) {
      if (!(similarity > bar())) return;
      if (size < rows.length) rise(size++, row, similarity);
      else sink(row, similarity);
    },
    hits() {
      const hits = Array.from(
        { length: size },
        (_, i): Hit => ({
          row: rows[i] as number, // i < size
          similarity: similarities[i] as number,
        }),
      );
      return hits.sort((a, b) => b.similarity - a.similarity || a.row - b.row);
    },
  };
}
