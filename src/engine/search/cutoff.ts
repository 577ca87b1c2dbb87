import type { Calibration } from '../model/calibration.ts';
import type { Embedding } from '../numeric/embedding.ts';

/** Baseline similarities: what similarities mean nothing in a collection, against which a query's best hits are measured. */
export interface Baseline {
  readonly dim: number;
  /** Pictures in the collection. */
  readonly count: number;
  /** Rows drawn evenly from the collection, one after the other. */
  readonly sample: Float32Array;
  /** The sample's similarities to ordinary texts of this model; null when no text was given. */
  readonly ordinary: Distribution | null;
  /** How sure a result is, as measured for the model; absent where that was not. */
  readonly calibration?: Calibration | undefined;
}

/** Mean and standard deviation of similarities. */
interface Distribution {
  readonly mean: number;
  readonly deviation: number;
}

/** Why nobody can tell what matches: there are too few pictures to judge by, or too like ones. */
export type Unjudged = 'few' | 'alike';

export interface Cutoff {
  /** How many similarities, from the top, one can be sure of, at most `good`; absent where the model is not calibrated. */
  readonly sure?: number;
  /** How many, from the top, are good matches or may be. 0: none is, as far as the model knows. Null: `unjudged`. */
  readonly good: number | null;
  /** The similarity that a good match of this query has at least; null where there is no line. */
  readonly line: number | null;
  readonly unjudged?: Unjudged;
  /**
   * How sure it is that something matches, comparable between queries: the probability that the first is right where the model
   * is calibrated, else the peak over what chance gives (about 1).
   */
  readonly confidence: number;
}

/** Enough for a mean and a deviation to within 3 %, and 0.3 ms at 512 dimensions. */
const SAMPLE = 1024;
/** What decides where good matches end. */
export interface CutoffConstants {
  /**
   * How much of the baseline is the similarities to this query, from 0 to 1; the rest is those to ordinary texts. With
   * more of it a broad query ("animal"), to which many pictures are near, seems vague.
   */
  readonly own: number;
  /** A peak this many times as high as chance is a match. */
  readonly match: number;
  /**
   * Where something matches, good matches reach this share of the peak. Asking each of them to beat chance as well has
   * lower precision and lower recall on the demo's names and keywords.
   */
  readonly share: number;
}

/**
 * `own` and `match` were set by `pnpm eval` on half of the demo's queries: four of five queries for things that are
 * not there have no match, and as few as possible of those whose pictures are found.
 */
export const CUTOFF: CutoffConstants = { own: 0.125, match: 1.17, share: 0.9 };
/**
 * What is said of how many pictures, or of those that pass a filter. How near chance brings one of a few is an estimate:
 * similarities have heavier tails than a normal distribution, and of random hundreds of the demo's pictures two absent words
 * in five are nearer than chance would have it.
 */
export const JUDGED = {
  /** Of fewer nothing is said: no statistics hold, and a person sees at a glance what matches. */
  least: 16,
  /** Of fewer nobody says that nothing matches. */
  none: 100,
  /** Of fewer it is a match only what would be one among so many; what would be one among them alone is left open. */
  sure: 1000,
} as const;
/** Deviations below are rounding: all pictures are the same. */
const NO_SPREAD = 1e-5;

/**
 * Some vectors of a collection, or what their codes stand for, of about unit norm: good for statistics and nothing else.
 * Who wants the vector of a row asks a `VectorSource`.
 */
export interface BaselineSample {
  readonly dim: number;
  /** Pictures in the collection. */
  readonly count: number;
  /** Those of `drawRows(count)`, one after the other. */
  readonly vectors: Float32Array;
}

/** The sample of a collection of which `vectorOf` gives rows. */
export function drawSample(
  count: number,
  dim: number,
  vectorOf: (row: number) => ArrayLike<number>,
  sample: number = SAMPLE,
): BaselineSample {
  const drawn = drawRows(count, sample);
  const vectors = new Float32Array(drawn.length * dim);
  for (const [i, row] of drawn.entries()) vectors.set(vectorOf(row), i * dim);
  return { dim, count, vectors };
}

/** The rows that the sample of a collection holds: drawn evenly, no more than `sample`. */
export function drawRows(count: number, sample: number = SAMPLE): number[] {
  const size = Math.min(sample, count);
  return Array.from({ length: size }, (_, i) => Math.floor((i * count) / size));
}

/** @param texts embeddings of a few ordinary texts by the same model, for which its golden vectors do. */
export function createBaseline(
  { count, dim, vectors }: BaselineSample,
  texts: readonly ArrayLike<number>[],
  calibration?: Calibration,
): Baseline {
  const distributions = texts.map((text) => similarities(text, dim, vectors));
  return { dim, count, sample: vectors, ordinary: texts.length === 0 ? null : pool(distributions), calibration };
}

/** What similarities mean nothing to a query: see `Baseline`. */
export interface QueryBaseline {
  readonly own: Distribution;
  readonly ordinary: Distribution;
  readonly count: number;
}

/** The baseline as `query` sees it. */
export function baselineOfQuery(query: Embedding, { dim, count, sample, ordinary }: Baseline): QueryBaseline {
  const own = similarities(query, dim, sample);
  return { own, ordinary: ordinary ?? own, count };
}

/**
 * Where the good matches of a query end, by how far the best ones stand out: see `cutoffOver`. For queries that are more than
 * a text, and for models that are not calibrated (certainty/).
 *
 * @param best similarities of the best hits, descending.
 */
export function cutoff(query: Embedding, baseline: Baseline, best: ArrayLike<number>): Cutoff {
  return best.length === 0 ? NOTHING : cutoffOver(baselineOfQuery(query, baseline), best);
}

const NOTHING: Cutoff = { good: 0, line: 1, confidence: 0 };

/** What is said where no line can be drawn, or where there is nothing; undefined where one can. */
export function noLine({ own, ordinary, count }: QueryBaseline, best: ArrayLike<number>): Cutoff | undefined {
  if (best.length === 0) return NOTHING;
  if (count < JUDGED.least) return unjudged('few');
  return Math.min(own.deviation, ordinary.deviation) < NO_SPREAD ? unjudged('alike') : undefined;
}

/**
 * The raw cosine cannot tell: its range differs from model to model (CLIP's lies between 0.15 and 0.35) and from query
 * to query. So the best similarity's height over the baseline is measured in units of what chance gives, the highest of
 * `count` draws from a normal distribution. The baseline lies between the similarities to this query and those to
 * ordinary texts, nearer to the latter: alone, the former takes a broad query ("animal"), to which many pictures are near,
 * for a vague one, and the latter lets more words pass that mean nothing to the model and are somewhat near to everything.
 * Shifting or scaling all similarities changes nothing, so that the constants hold for other models too.
 *
 * @param best similarities of the best hits, descending.
 */
export function cutoffOver(
  { own, ordinary, count }: QueryBaseline,
  best: ArrayLike<number>,
  constants: CutoffConstants = CUTOFF,
): Cutoff {
  const top = best[0];
  if (top === undefined) return NOTHING;
  if (count < JUDGED.least) return unjudged('few');
  const weight = constants.own;
  const level = weight * own.mean + (1 - weight) * ordinary.mean;
  const spread = own.deviation ** weight * ordinary.deviation ** (1 - weight);
  if (spread < NO_SPREAD) return unjudged('alike');
  const unit = spread * expectedMaximum(count);
  const peak = top - level;
  const least = constants.match * unit;
  const sure = constants.match * spread * expectedMaximum(Math.max(count, JUDGED.sure));
  if (peak < sure && (peak >= least || count < JUDGED.none)) return unjudged('few');
  const line = level + (peak >= sure ? constants.share * peak : least);
  let good = 0;
  while (good < best.length && (best[good] as number) >= line) good++;
  return { good, line, confidence: peak / unit };
}

function unjudged(why: Unjudged): Cutoff {
  return { good: null, line: null, confidence: 0, unjudged: why };
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
export function expectedMaximum(n: number): number {
  if (n < 3) return 1;
  const root = Math.sqrt(2 * Math.log(n));
  return root - (Math.log(Math.log(n)) + Math.log(4 * Math.PI)) / (2 * root);
}
