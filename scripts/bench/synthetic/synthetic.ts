/**
 * Made-up embeddings with the structure of real ones (`structure.json`), in any number, seeded, each row by its own
 * address. Pictures are clusters within clusters in the eigen-coordinates of a real picture cloud; texts are displaced
 * from them by the gap that CLIP-like models have between the two (Liang et al. 2022, "Mind the Gap"), and aimed at
 * clusters that exist. A seeded rotation then hides the coordinates. Runs in Node and in a page.
 */

import { type Embedding, normalise } from '../../../src/engine/numeric/embedding.ts';
import { addGaussian, uniform } from './gaussian.ts';
import { createRotation } from './rotation.ts';
import fittedStructure from './structure.json' with { type: 'json' };
import { type Structure, stretch } from './structure.ts';

export interface SyntheticOptions {
  readonly seed: number;
  /** A power of two. */
  readonly dim?: number;
  /** Pictures and queries evenly on the sphere instead: no structure at all. */
  readonly isotropic?: boolean;
  readonly structure?: Structure;
}

export interface Synthetic {
  readonly dim: number;
  /** Write picture `row` (0, 1, …) to `out`, of `dim` values and unit norm. */
  picture(row: number, out: Float32Array): void;
  /** Write query `i` (0, 1, …) to `out`, of `dim` values and unit norm. */
  query(i: number, out: Float32Array): void;
  /** Pictures `from` … `from + count − 1`, row by row, into `out` or new memory. */
  pictures(from: number, count: number, out?: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer>;
  /** The first `count` queries. */
  queries(count: number): Embedding[];
}

/** Clusters that every cluster of the level above is divided into: 65,536 in all. */
const BRANCHES = [64, 8, 8, 16];
/** Rows of one burst. */
const BURST = 4;
/** Levels whose centres are kept: 64 + 512 + 4,096 vectors. */
const KEPT_LEVELS = 3;
/** Queries are about what pictures 0 … TOPICS − 1 show, so that they have an answer in every collection that is larger. */
const TOPICS = 1000;
/** Addresses of random streams; those of cluster centres follow. */
const OWN = 1;
const BURST_OWN = 2;
const PATH = 3;
const BURST_CHOICE = 4;
const QUERY_OWN = 5;
const QUERY_PATH = 6;
const CONE = 7;
const GAP = 8;
const CENTRES = 100;

export function createSynthetic(options: SyntheticOptions): Synthetic {
  const { dim = 512, isotropic = false } = options;
  const write = isotropic ? isotropicWriter(options.seed) : structuredWriter(options, dim);
  return {
    dim,
    ...write,
    pictures(from, count, out = new Float32Array(count * dim)) {
      for (let i = 0; i < count; i++) write.picture(from + i, out.subarray(i * dim, (i + 1) * dim));
      return out;
    },
    queries(count) {
      return Array.from({ length: count }, (_, i) => {
        const out = new Float32Array(dim);
        write.query(i, out);
        return out as Embedding; // of unit norm: normalised by `query`
      });
    },
  };
}

type Writer = Pick<Synthetic, 'picture' | 'query'>;

function isotropicWriter(seed: number): Writer {
  const write = (stream: number) => (i: number, out: Float32Array) => {
    out.fill(0);
    addGaussian(out, 1, seed, stream, i);
    normalise(out);
  };
  return { picture: write(OWN), query: write(QUERY_OWN) };
}

function structuredWriter({ seed, structure = fittedStructure }: SyntheticOptions, dim: number): Writer {
  const { fitted } = structure;
  const { pictureMean, textMean, pictureScale, textScale } = createShape(structure, dim, seed);
  const rotate = createRotation(dim, seed);
  const clusters = createClusters(fitted.levels, fitted.skew, dim, seed);
  const between = fitted.levels.reduce((sum, share) => sum + share, 0);
  const own = Math.sqrt(1 - between);
  const topic = fitted.correlation / Math.sqrt(between);
  const correlate = createCorrelation(fitted.textDecay, dim);
  const noise = new Float32Array(dim);

  const finish = (out: Float32Array, mean: Float32Array, scale: Float32Array): void => {
    for (let i = 0; i < dim; i++) out[i] = (mean[i] as number) + (scale[i] as number) * (out[i] as number);
    rotate(out);
    normalise(out);
  };
  return {
    picture(row, out) {
      const first = row - (row % BURST);
      const inBurst = uniform(seed, BURST_CHOICE, first) < fitted.burst;
      const base = inBurst ? first : row;
      out.fill(0);
      clusters.add(out, 1, uniform(seed, PATH, base), uniform(seed, PATH, -1 - base));
      addGaussian(out, own, seed, OWN, base);
      if (inBurst) {
        for (let i = 0; i < dim; i++) out[i] = (out[i] as number) * Math.sqrt(1 - fitted.burstVariance);
        addGaussian(out, Math.sqrt(fitted.burstVariance), seed, BURST_OWN, row);
      }
      finish(out, pictureMean, pictureScale);
    },
    query(i, out) {
      noise.fill(0);
      addGaussian(noise, Math.sqrt(1 - fitted.correlation ** 2), seed, QUERY_OWN, i);
      correlate(noise);
      out.set(noise);
      const about = Math.floor(uniform(seed, QUERY_PATH, i) * TOPICS);
      clusters.add(out, topic, uniform(seed, PATH, about), uniform(seed, PATH, -1 - about));
      finish(out, textMean, textScale);
    },
  };
}

interface Clusters {
  /** Add `scale` times the centre of a cluster of the finest level, chosen by two numbers in [0, 1), to `out`. */
  add(out: Float32Array, scale: number, coarse: number, fine: number): void;
}

/** A tree of clusters; a centre is the sum of what its level and those above it add. */
function createClusters(levels: readonly number[], skew: number, dim: number, seed: number): Clusters {
  const kept: Float32Array[][] = levels.map(() => []);
  /** A number in [0, 1) chooses a branch and leaves a number in [0, 1). */
  const step = (choice: number, branches: number): readonly [branch: number, left: number] => {
    const branch = Math.min(branches - 1, Math.floor(choice ** skew * branches));
    const low = (branch / branches) ** (1 / skew);
    const high = ((branch + 1) / branches) ** (1 / skew);
    return [branch, Math.min(1 - 2 ** -32, (choice - low) / (high - low))];
  };
  const part = (level: number, cluster: number): Float32Array => {
    const known = kept[level]?.[cluster];
    if (known) return known;
    const values = new Float32Array(dim);
    addGaussian(values, 1, seed, CENTRES + level, cluster);
    const keep = kept[level];
    if (keep) keep[cluster] = values;
    return values;
  };
  return {
    add(out, scale, coarse, fine) {
      let cluster = 0;
      let choice = coarse;
      levels.forEach((share, level) => {
        // 32 random bits are enough for two levels.
        if (level === 2) choice = fine;
        const branches = BRANCHES[level] as number; // as many as levels
        const [branch, left] = step(choice, branches);
        choice = left;
        cluster = cluster * branches + branch;
        const weight = scale * Math.sqrt(share);
        if (level >= KEPT_LEVELS) addGaussian(out, weight, seed, CENTRES + level, cluster);
        else addScaled(out, weight, part(level, cluster));
      });
    },
  };
}

function addScaled(out: Float32Array, scale: number, values: Float32Array): void {
  for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) + scale * (values[i] as number);
}

interface Shape {
  readonly pictureMean: Float32Array;
  readonly textMean: Float32Array;
  /** Standard deviations along the eigenvectors of the pictures. */
  readonly pictureScale: Float32Array;
  readonly textScale: Float32Array;
}

/**
 * Means and deviations in the eigen-coordinates of the pictures. Both clouds are shrunk about their means; the gap keeps
 * its length; what a unit norm then lacks is a direction that both means share, the cone of CLIP-like models.
 */
function createShape({ real, fitted }: Structure, dim: number, seed: number): Shape {
  const deviations = (shares: readonly number[], variance: number) =>
    Float32Array.from(stretch(shares, dim), (share) => fitted.shrink * Math.sqrt(share * variance));
  const direction = (stream: number) =>
    normalise(
      Float32Array.from(stretch(real.gapAlongPictures, dim), (share, i) =>
        uniform(seed, stream, i) < 0.5 ? Math.sqrt(share) : -Math.sqrt(share),
      ),
    );
  const gap = direction(GAP);
  const cone = direction(CONE);
  const along = cone.reduce((sum, value, i) => sum + value * (gap[i] as number), 0);
  normalise(cone.map((value, i) => value - along * (gap[i] as number))).forEach((value, i) => {
    cone[i] = value;
  });
  const mean = (variance: number, side: number) => {
    const length = Math.sqrt(1 - fitted.shrink ** 2 * variance - (real.gap / 2) ** 2);
    return cone.map((value, i) => length * value + (side * real.gap * (gap[i] as number)) / 2);
  };
  return {
    pictureMean: mean(real.pictureVariance, -1),
    textMean: mean(real.textVariance, 1),
    pictureScale: deviations(fitted.pictureSpectrum, real.pictureVariance),
    textScale: deviations(fitted.textSpectrum, real.textVariance),
  };
}

/**
 * Makes independent normal numbers of unit variance depend on each other, in place: their covariance gets eigenvalues
 * that fall exponentially, while every coordinate keeps its variance, since a Hadamard matrix has entries ±1/√dim only.
 */
function createCorrelation(decay: number, dim: number): (values: Float32Array) => void {
  const eigenvalues = Float64Array.from({ length: dim }, (_, i) => Math.exp((-decay * i) / dim));
  const sum = eigenvalues.reduce((total, value) => total + value, 0);
  const scale = eigenvalues.map((value) => Math.sqrt((value * dim) / sum));
  const rotate = createRotation(dim, 1, 1);
  return (values) => {
    for (let i = 0; i < dim; i++) values[i] = (values[i] as number) * (scale[i] as number);
    rotate(values);
  };
}
