import type { Embedding } from '../numeric/embedding.ts';

/** What similarities mean nothing: a sample of a collection, against which a query's best hits are measured. */
export interface Background {
  readonly dim: number;
  /** Pictures in the collection. */
  readonly count: number;
  /** Rows drawn evenly from the collection, one after the other. */
  readonly sample: Float32Array;
  /** The sample's similarities to ordinary texts of this model; null when no text was given. */
  readonly ordinary: Distribution | null;
}

/** Mean and standard deviation of similarities. */
interface Distribution {
  readonly mean: number;
  readonly deviation: number;
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
 * A peak this many times as high as chance is a match. Set on the demo collection (pnpm eval), where four of five queries
 * for things that are not there have none, and nearly all names of things that are there have one.
 */
const MATCH = 1.02;
/**
 * Where something matches, good matches reach this share of the peak. Asking each of them to beat chance as well has
 * lower precision and lower recall on the demo's names and keywords.
 */
const SHARE = 0.9;
/** In fewer pictures a person sees at a glance what matches, and no statistics hold. */
const FEWEST = 16;
/** Deviations below are rounding: all pictures are the same. */
const NO_SPREAD = 1e-5;

/** The vectors of a collection, of which only a few are looked at. */
export interface RowSource {
  readonly count: number;
  readonly dim: number;
  /** Unit norm. */
  vectorOf(row: number): Float32Array;
}

/** The rows that a background of `count` rows is drawn from: evenly, no more than `sample`. */
export function drawRows(count: number, sample: number = SAMPLE): number[] {
  const size = Math.min(sample, count);
  return Array.from({ length: size }, (_, i) => Math.floor((i * count) / size));
}

/**
 * @param texts embeddings of a few ordinary texts by the same model, for which its golden vectors do.
 * @param sample rows to draw at most.
 */
export function sampleBackground(
  { count, dim, vectorOf }: RowSource,
  texts: readonly ArrayLike<number>[],
  sample: number = SAMPLE,
): Background {
  const drawn = drawRows(count, sample);
  const rows = new Float32Array(drawn.length * dim);
  for (const [i, row] of drawn.entries()) rows.set(vectorOf(row), i * dim);
  const distributions = texts.map((text) => similarities(text, dim, rows));
  return { dim, count, sample: rows, ordinary: texts.length === 0 ? null : pool(distributions) };
}

/**
 * Where the good matches of a query end.
 *
 * The raw cosine cannot tell: its range differs from model to model (CLIP's lies between 0.15 and 0.35) and from query
 * to query. So the best score's height over the background is measured in units of what chance gives, the highest of
 * `count` draws from a normal distribution. The background lies halfway between the similarities to this query and those
 * to ordinary texts: alone, the former takes a broad query ("dog"), to which many pictures are near, for a vague one, and
 * the latter lets words pass that mean nothing to the model and are somewhat near to everything. Shifting or scaling all
 * similarities changes nothing, so that the two constants hold for other models too.
 *
 * @param scores similarities of the best hits, descending.
 */
export function cutoff(query: Embedding, background: Background, scores: ArrayLike<number>): Cutoff {
  const top = scores[0];
  if (top === undefined) return { good: 0, line: 1, confidence: 0 };
  const own = similarities(query, background.dim, background.sample);
  const ordinary = background.ordinary ?? own;
  const level = (own.mean + ordinary.mean) / 2;
  const unit = Math.sqrt(own.deviation * ordinary.deviation) * expectedMaximum(background.count);
  if (background.count < FEWEST || unit < NO_SPREAD) {
    return { good: scores.length, line: scores[scores.length - 1] as number, confidence: 0 };
  }
  const peak = top - level;
  const line = level + (peak >= MATCH * unit ? SHARE * peak : MATCH * unit);
  let good = 0;
  while (good < scores.length && (scores[good] as number) >= line) good++;
  return { good, line, confidence: peak / unit };
}

/** Mean of the means, quadratic mean of the deviations. */
function pool(distributions: readonly Distribution[]): Distribution {
  const n = distributions.length;
  const mean = distributions.reduce((sum, one) => sum + one.mean / n, 0);
  const variance = distributions.reduce((sum, { deviation }) => sum + deviation ** 2 / n, 0);
  return { mean, deviation: Math.sqrt(variance) };
}

/** Of a text's similarity to the sample. */
function similarities(text: ArrayLike<number>, dim: number, sample: Float32Array): Distribution {
  let sum = 0;
  let squares = 0;
  for (let row = 0; row < sample.length; row += dim) {
    let similarity = 0;
    for (let j = 0; j < dim; j++) similarity += (text[j] as number) * (sample[row + j] as number);
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
