/** What is known of real embeddings, and what makes synthetic ones like them: the contents of `structure.json`. */
export interface Structure {
  /** What the figures were taken on, in words. */
  readonly source: string;
  readonly real: Measures;
  readonly fitted: Fitted;
}

/** Figures of a cloud of pictures and a cloud of texts, comparable between spaces of different size. */
export interface Measures {
  readonly pictures: number;
  readonly texts: number;
  readonly dim: number;
  /** Of the covariance of the pictures, descending, as shares of their sum. */
  readonly pictureEigenvalues: readonly number[];
  readonly textEigenvalues: readonly number[];
  /** Variance of the texts along the eigenvectors of the pictures, as shares of their sum. */
  readonly textAlongPictures: readonly number[];
  /** Squared components of the gap along the eigenvectors of the pictures, as shares of their sum. */
  readonly gapAlongPictures: readonly number[];
  /** Sum of the variances in all directions. */
  readonly pictureVariance: number;
  readonly textVariance: number;
  /** Length of the difference of the means of texts and pictures. */
  readonly gap: number;
  /** Quantiles (`NEIGHBOUR_QUANTILES`) over the pictures of the distance to the nearest other picture … */
  readonly nearest: readonly number[];
  /** … and to the tenth nearest; both in units of the root mean square distance of two pictures. */
  readonly tenthNearest: readonly number[];
  /** Mean over the texts of the standard deviation of the similarities to all pictures. */
  readonly similarityDeviation: number;
  /** Quantiles (`SCORE_QUANTILES`) over the texts of how many standard deviations the best picture is above the mean … */
  readonly best: readonly number[];
  /** … and the tenth best. */
  readonly tenthBest: readonly number[];
}

/** Parameters of the generator, chosen by `fit.ts` so that its vectors measure as the real ones do. */
export interface Fitted {
  /** Both clouds are this many times as wide as the real ones, so that similarities spread as CLIP's do. */
  readonly shrink: number;
  /**
   * Variance along each coordinate of the generator, as shares of the sum: flatter than the eigenvalues to be matched,
   * because clusters add to the leading ones.
   */
  readonly pictureSpectrum: readonly number[];
  readonly textSpectrum: readonly number[];
  /** Share of the variance that lies between clusters of each level, coarse to fine; what is left is the picture's own. */
  readonly levels: readonly number[];
  /** Clusters are the less equal in size the further this is above 1. */
  readonly skew: number;
  /** Share of groups of four rows that show the same thing, as pictures taken in a burst do … */
  readonly burst: number;
  /** … and the share of variance by which they differ. */
  readonly burstVariance: number;
  /** Correlation of a text with the pictures of its topic. */
  readonly correlation: number;
  /** Decay of the eigenvalues of what a text has of its own, over all directions: exp(−decay · i / dim). */
  readonly textDecay: number;
}

export const NEIGHBOUR_QUANTILES = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];
export const SCORE_QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95];

/**
 * Shares over directions, spread over another number of them: the curve over i / dim keeps its shape, and the sum is 1.
 */
export function stretch(shares: readonly number[], dim: number): Float64Array {
  const last = shares.length - 1;
  const stretched = Float64Array.from({ length: dim }, (_, i) => {
    const at = Math.min(last, Math.max(0, ((i + 0.5) * shares.length) / dim - 0.5));
    const low = Math.floor(at);
    const a = shares[low] as number; // 0 ≤ low ≤ last
    const b = shares[Math.min(last, low + 1)] as number;
    return a + (b - a) * (at - low);
  });
  const sum = stretched.reduce((total, value) => total + value, 0);
  return stretched.map((value) => value / sum);
}
