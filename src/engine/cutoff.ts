import type { Embedding } from './embedding.ts';

/** What similarities mean nothing: a sample of a collection, against which a query's best hits are measured. */
export interface Background {
  readonly dim: number;
  /** Pictures in the collection. */
  readonly count: number;
  /** Rows drawn evenly from the collection, one after the other. */
  readonly sample: Float32Array;
  /** Deviation of the similarities of the sample to an ordinary text of this model; null when no text was given. */
  readonly deviation: number | null;
}

export interface Cutoff {
  /** How many scores, from the top, are good matches. 0: nothing in the collection matches. */
  readonly good: number;
  /** The similarity that a good match of this query has at least. */
  readonly line: number;
  /** How sure it is that something matches: the peak over what chance gives (about 1). Comparable between queries. */
  readonly confidence: number;
}

/** Enough for a mean and a deviation to within 3 %, and 0.3 ms at 512 dimensions. */
const SAMPLE = 1024;
/**
 * A peak this many times as high as chance is a match. Set on the demo collection (pnpm eval), where nine of ten queries
 * for things that are not there have none, and more than nine of ten names of things that are there have one.
 */
const MATCH = 1.07;
/** Good matches reach this share of the peak: below, the first is right and the others only resemble it. */
const SHARE = 0.85;
/** In fewer pictures a person sees at a glance what matches, and no statistics hold. */
const FEWEST = 16;
/** Deviations below are rounding: all pictures are the same. */
const NO_SPREAD = 1e-5;

/**
 * @param vectors unit-norm rows of length `dim`, one after the other.
 * @param texts embeddings of a few ordinary texts by the same model, for which its golden vectors do.
 * @param sample rows to draw at most.
 */
export function createBackground(
  vectors: Float32Array,
  dim: number,
  texts: readonly ArrayLike<number>[],
  sample: number = SAMPLE,
): Background {
  const count = vectors.length / dim;
  const size = Math.min(sample, count);
  const rows = new Float32Array(size * dim);
  for (let i = 0; i < size; i++) {
    const from = Math.floor((i * count) / size) * dim;
    rows.set(vectors.subarray(from, from + dim), i * dim);
  }
  const deviations = texts.map((text) => similarities(text, dim, rows).deviation);
  const deviation = deviations.length === 0 ? null : Math.hypot(...deviations) / Math.sqrt(deviations.length);
  return { dim, count, sample: rows, deviation };
}

/**
 * Where the good matches of a query end.
 *
 * The raw cosine cannot tell: its range differs from model to model (CLIP's lies between 0.15 and 0.35) and from query
 * to query. So the peak, the best score's height over the mean similarity to the collection, is measured in units of
 * what chance gives: the highest of `count` draws from a normal distribution. The deviation of that distribution is the
 * geometric mean of two, that of the similarities to this query and that of ordinary texts. With the former alone (a z
 * score) a vague query passes, which lies equally near to everything; the latter alone knows nothing of the query.
 * Shifting or scaling all similarities changes nothing, so that the two constants hold for other models too.
 *
 * @param scores similarities of the best hits, descending.
 */
export function cutoff(query: Embedding, background: Background, scores: ArrayLike<number>): Cutoff {
  const top = scores[0];
  if (top === undefined) return { good: 0, line: 1, confidence: 0 };
  const { mean, deviation } = similarities(query, background.dim, background.sample);
  const unit = Math.sqrt(deviation * (background.deviation ?? deviation)) * expectedMaximum(background.count);
  if (background.count < FEWEST || unit < NO_SPREAD) {
    return { good: scores.length, line: scores[scores.length - 1] as number, confidence: 0 };
  }
  const peak = top - mean;
  const line = mean + Math.max(MATCH * unit, SHARE * peak);
  let good = 0;
  while (good < scores.length && (scores[good] as number) >= line) good++;
  return { good, line, confidence: peak / unit };
}

/** Mean and standard deviation of the query's similarity to the sample. */
function similarities(
  query: ArrayLike<number>,
  dim: number,
  sample: Float32Array,
): { mean: number; deviation: number } {
  let sum = 0;
  let squares = 0;
  for (let row = 0; row < sample.length; row += dim) {
    let similarity = 0;
    for (let j = 0; j < dim; j++) similarity += (query[j] as number) * (sample[row + j] as number);
    sum += similarity;
    squares += similarity * similarity;
  }
  const n = sample.length / dim;
  const mean = sum / n;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / n - mean * mean)) };
}

/** Of `n` draws from the standard normal distribution, asymptotically (Leadbetter, Lindgren & Rootzén 1983, 1.5.3). */
function expectedMaximum(n: number): number {
  if (n < 3) return 1;
  const root = Math.sqrt(2 * Math.log(n));
  return root - (Math.log(Math.log(n)) + Math.log(4 * Math.PI)) / (2 * root);
}
