import { dot, type Embedding } from '../../numeric/embedding.ts';
import { solve } from '../../numeric/solve.ts';

/** A picture that a person judged, as a result of the query that is asked. */
export interface JudgedPicture {
  readonly vector: Embedding;
  readonly isLiked: boolean;
  /** Its similarity to the query over the mean of those that mean nothing, in their deviations. */
  readonly height: number;
}

/** How far thumbs move other pictures. */
export interface ThumbConstants {
  /** What being liked counts for, in deviations of similarities that mean nothing; 0: others stay where they are. */
  readonly weight: number;
  /** Pictures less alike count for less by this power of their cosine. */
  readonly power: number;
  /** The variance of what a thumb says: people err. */
  readonly noise: number;
}

/** The weight as `pnpm eval --feedback` chose it on one half of the queries. */
export const THUMBS: ThumbConstants = { weight: 0.5, power: 4, noise: 0.3 };
/** At this height a thumb up is as likely as one down; this much beyond, it is hardly news. */
const EVEN = 3;
const SPREAD = 1.5;
/** A picture is close to one from this kernel on: a cosine of 0.56, less what all pictures have in common. */
const CLOSE = 0.1;

/** What the judged pictures say of another one. */
export interface Closeness {
  /** What to add to its height. */
  readonly change: number;
  /** To how many of those that were liked it is close. */
  readonly liked: number;
}

/**
 * Gaussian process regression (Rasmussen & Williams 2006, 2.2) of thumbs, 1 and −1, over pictures. The query says what is
 * expected of each, so that a thumb up on the best result is no news, and one down is. The kernel is a power of the cosine
 * of pictures less their mean, because all pictures have much in common (Liang et al., "Mind the Gap", 2022).
 * @param centre the mean of the collection's pictures, of the same dimension
 */
export function createCloseness(
  judged: readonly JudgedPicture[],
  centre: Float32Array,
  { weight, power, noise }: ThumbConstants = THUMBS,
): (vector: Embedding) => Closeness {
  const points = judged.map(({ vector }) => direction(vector, centre));
  const kernels = (point: Float32Array) => points.map((other) => Math.max(0, dot(point, other)) ** power);
  const gram = points.map((point, i) => kernels(point).map((value, j) => (i === j ? value + noise : value)));
  const news = judged.map(({ isLiked, height }) => (isLiked ? 1 : -1) - Math.tanh((height - EVEN) / SPREAD));
  const weights = solve(gram, news);
  return (vector) => {
    const values = kernels(direction(vector, centre));
    return {
      change: weight * values.reduce((sum, value, i) => sum + value * (weights[i] as number), 0), // parallel
      liked: values.filter((value, i) => value >= CLOSE && judged[i]?.isLiked).length,
    };
  };
}

/** Where `vector` lies from `centre`, at length 1; all zeros at the centre itself. */
function direction(vector: Float32Array, centre: Float32Array): Float32Array {
  const from = vector.map((value, i) => value - (centre[i] as number)); // of the same model
  const norm = Math.sqrt(dot(from, from));
  return norm > 0 ? from.map((value) => value / norm) : from;
}
