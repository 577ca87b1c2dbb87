import { AfterimageError } from '../errors.ts';
import { type BaselineSample, drawRows } from '../search/cutoff.ts';
import type { Ranking } from '../search/ranking.ts';
import type { Retrieved, Retriever } from '../search/retriever.ts';
import type { Places } from './places.ts';

/**
 * Finds the nearest rows of several collections of one model: each is asked, and what it gives is merged by score. That is
 * what searching all rows in one would give, as far as each finds its own nearest.
 * @param retrievers of the parts of `places`
 */
export function createMergedRetriever(retrievers: readonly Retriever[], places: Places): Retriever {
  const [first] = retrievers;
  if (!first) throw new AfterimageError('collection-not-found', 'There is no collection to search.');
  const sum = (what: (retriever: Retriever) => number) => retrievers.reduce((total, one) => total + what(one), 0);
  return {
    kind: first.kind,
    dim: first.dim,
    get size() {
      return sum(({ size }) => size);
    },
    // Each is asked for so many, so that each counts as asked for all that it has.
    get pageSize() {
      return sum(({ pageSize }) => pageSize);
    },
    async retrieve(query, { k, filter, signal }) {
      const found = await Promise.all(
        retrievers.map((one, part) =>
          one.retrieve(query, { k, signal, ...(filter && { filter: places.sliceOf(filter, part) }) }),
        ),
      );
      const isUnreachable = found.some(({ unreachable }) => unreachable);
      return {
        ...mergeRankings(found, k, (part, row) => places.rowAt({ part, row })),
        approximate: found.some(({ approximate }) => approximate),
        ...(isUnreachable && { unreachable: true as const }),
      };
    },
    dispose() {
      for (const one of retrievers) one.dispose();
    },
  };
}

/** The best `k` of several rankings, in descending score, ties by ascending row of all. */
function mergeRankings(found: readonly Retrieved[], k: number, rowAt: (part: number, row: number) => number): Ranking {
  const length = Math.min(
    k,
    found.reduce((sum, { rows }) => sum + rows.length, 0),
  );
  const rows = new Uint32Array(length);
  const similarities = new Float32Array(length);
  const scores = found.every((one) => one.scores === one.similarities) ? similarities : new Float32Array(length);
  const heads = found.map(() => 0);
  for (let i = 0; i < length; i++) {
    const part = bestHead(found, heads);
    const from = found[part] as Retrieved;
    const at = heads[part] as number;
    heads[part] = at + 1;
    rows[i] = rowAt(part, from.rows[at] as number);
    similarities[i] = from.similarities[at] as number;
    scores[i] = from.scores[at] as number;
  }
  return { rows, similarities, scores };
}

/** The first of the parts whose next score is the highest: its rows come first. */
function bestHead(found: readonly Retrieved[], heads: readonly number[]): number {
  let best = -1;
  let score = 0;
  for (const [part, { scores }] of found.entries()) {
    const next = scores[heads[part] as number];
    if (next === undefined || (best >= 0 && next <= score)) continue;
    best = part;
    score = next;
  }
  return best;
}

/** A sample of all rows from the samples of the parts: of each as much as its share of the rows. */
export function mergeSamples(samples: readonly BaselineSample[]): BaselineSample {
  const dim = samples[0]?.dim ?? 0;
  const count = samples.reduce((sum, one) => sum + one.count, 0);
  const wanted = drawRows(count);
  const vectors = new Float32Array(wanted.length * dim);
  let part = 0;
  let start = 0;
  for (const [i, row] of wanted.entries()) {
    while (row >= start + (samples[part]?.count ?? count)) start += samples[part++]?.count ?? 0;
    const of = samples[part] as BaselineSample; // the rows of all parts are `count`
    const held = of.vectors.length / dim;
    const at = Math.floor(((row - start) * held) / of.count);
    vectors.set(of.vectors.subarray(at * dim, (at + 1) * dim), i * dim);
  }
  return { dim, count, vectors };
}
