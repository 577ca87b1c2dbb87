/**
 * An order of rows in which like ones lie next to each other, so that the vectors of a query's candidates share blocks:
 * k-means (mini-batch, Sculley 2010) on the codes' components, in two levels, so that a row is compared with tens of
 * centres, not with thousands, and neighbouring clusters stand next to each other.
 */

import { type Steps, share } from '../../async/steps.ts';
import { dotAt } from '../../numeric/dot-at.ts';
import { mix } from '../../numeric/mix.ts';

export interface ClusterOptions {
  readonly count: number;
  /** Numbers of a row's point. */
  readonly width: number;
  /** Write the points of rows `from` … `to − 1` to `out`; asked for in any order, more than once. */
  readonly points: (from: number, to: number, out: Float32Array) => void;
  /** Rows of a cluster, about. */
  readonly clusterRows?: number;
  readonly seed?: number;
}

/** Work of which each step says how many comparisons of a row with a centre it took. */
type Comparing<T> = Generator<number, T, void>;

/** Rows that centres are learnt from, for each centre. */
const SAMPLE_PER_CENTRE = 40;
const ROUNDS = 6;
/** Rows whose points are in memory at a time. */
const CHUNK = 1024;
/** Comparisons of a step, a few milliseconds. */
const STEP = 100_000;
const MAX_BRANCHES = 256;
const MOST_SAMPLED = 200_000;
const SEED = 1;

export interface Clusters {
  /** Row numbers in cluster order. */
  readonly order: Uint32Array<ArrayBuffer>;
  /** Where each cluster begins in it, and at last its length. Some may be empty. */
  readonly starts: Uint32Array<ArrayBuffer>;
}

/** How much a clustering of so many rows takes. */
export interface ClusterPlan {
  /** Centres of the first level, and about as many of the second for each of them. */
  readonly branches: number;
  /** Rows that centres are learnt from. */
  readonly sampleRows: number;
}

/** @param clusterRows rows of a cluster, about */
export function planClusters(count: number, clusterRows = 32): ClusterPlan {
  const branches = Math.min(MAX_BRANCHES, Math.max(1, Math.round(Math.sqrt(count / clusterRows))));
  return { branches, sampleRows: Math.min(count, branches * branches * SAMPLE_PER_CENTRE, MOST_SAMPLED) };
}

/**
 * Row numbers in cluster order.
 * Memory: a few bytes a row, and the sample; time: rows × width × about 2 · √(rows / clusterRows).
 */
export function* clusterOrder(options: ClusterOptions): Steps<Uint32Array<ArrayBuffer>> {
  const { count, width, points, clusterRows, seed = SEED } = options;
  const plan = planClusters(count, clusterRows);
  const learning = learningWork(plan) / (learningWork(plan) + 2 * plan.branches * count);
  const tree = yield* share(growTree(samplePoints(options, plan.sampleRows, seed), width, plan, seed), 0, learning);
  const clusters = new Uint32Array(count);
  const chunk = new Float32Array(Math.min(CHUNK, count) * width);
  for (let from = 0; from < count; from += CHUNK) {
    const to = Math.min(count, from + CHUNK);
    points(from, to, chunk);
    findClusters(tree, chunk, clusters.subarray(from, to));
    yield learning + (1 - learning) * (to / count);
  }
  return sortByCluster(clusters, tree.clusters).order;
}

/** Comparisons that learning takes, about: centres are learnt twice, from a third of the sample a round. */
function learningWork({ branches, sampleRows }: ClusterPlan): number {
  return branches * sampleRows * ((2 * ROUNDS) / 3 + 1);
}

/** Centres in two levels. */
export interface ClusterTree {
  readonly width: number;
  readonly coarse: Centres;
  /** One set for each coarse centre, with the number of its first cluster. */
  readonly fine: readonly { readonly centres: Centres; readonly first: number }[];
  readonly clusters: number;
}

/** @param sample points of rows that `samplePieces` names, one after the other */
export function* growTree(sample: Float32Array, width: number, plan: ClusterPlan, seed = SEED): Steps<ClusterTree> {
  const expected = learningWork(plan);
  const work = growing(sample, width, plan.branches, seed);
  let compared = 0;
  let step = work.next();
  for (; !step.done; step = work.next()) {
    compared += step.value;
    yield Math.min(1, compared / Math.max(1, expected)); // where trees are uneven it comes to somewhat more or less
  }
  return step.value;
}

/** Write the numbers of the clusters that points belong to. @param points rows × width */
export function findClusters(tree: ClusterTree, points: Float32Array, clusters: Uint32Array): void {
  for (let i = 0; i < clusters.length; i++) clusters[i] = findCluster(tree, points, i * tree.width, tree.width);
}

export interface Centres {
  readonly count: number;
  readonly values: Float32Array;
  /** Half of the squared length of each. */
  readonly halves: Float32Array;
}

function* growing(sample: Float32Array, width: number, branches: number, seed: number): Comparing<ClusterTree> {
  const rows = sample.length / width;
  const coarse = inLine(yield* learnCentres(sample, width, branches, seed), width);
  const members = yield* membersOf(coarse, sample, width);
  const fine: { centres: Centres; first: number }[] = [];
  let clusters = 0;
  for (const [i, own] of members.entries()) {
    const points = new Float32Array(own.length * width);
    own.forEach((row, at) => {
      points.set(sample.subarray(row * width, (row + 1) * width), at * width);
    });
    // As many centres as the cluster's share of the rows asks for.
    const wanted = Math.max(1, Math.round((branches * branches * own.length) / rows));
    const learnt = yield* learnCentres(points, width, Math.min(wanted, MAX_BRANCHES * 4), seed + 1 + i);
    const centres = inLine(learnt, width);
    fine.push({ centres, first: clusters });
    clusters += centres.count;
  }
  return { width, coarse, fine, clusters };
}

/** Which rows are nearest to each centre. */
function* membersOf(centres: Centres, points: Float32Array, width: number): Comparing<number[][]> {
  const members = Array.from({ length: centres.count }, (): number[] => []);
  const rows = points.length / width;
  for (let from = 0; from < rows; from += CHUNK) {
    const to = Math.min(rows, from + CHUNK);
    for (let row = from; row < to; row++) members[nearestCentre(centres, points, row * width, width)]?.push(row);
    yield centres.count * (to - from);
  }
  return members;
}

/** Rows that follow each other. */
export interface RowPiece {
  readonly from: number;
  readonly length: number;
}

/** Rows that are evenly spread over all `count`, `wanted` of them. */
export function* samplePieces(count: number, wanted: number, seed = SEED): Generator<RowPiece> {
  const pieces = Math.min(wanted, 2048);
  for (let piece = 0; piece < pieces; piece++) {
    const first = Math.floor((piece * wanted) / pieces);
    const length = Math.floor(((piece + 1) * wanted) / pieces) - first;
    const stratum = Math.floor((piece * count) / pieces);
    const slack = Math.max(0, Math.floor(((piece + 1) * count) / pieces) - stratum - length);
    yield { from: Math.min(count - length, stratum + (slack === 0 ? 0 : mix(seed, piece) % slack)), length };
  }
}

function samplePoints({ count, width, points }: ClusterOptions, wanted: number, seed: number): Float32Array {
  const sample = new Float32Array(wanted * width);
  let at = 0;
  for (const { from, length } of samplePieces(count, wanted, seed)) {
    points(from, from + length, sample.subarray(at, at + length * width));
    at += length * width;
  }
  return sample;
}

/** k-means from random rows; a centre that nothing is near takes another random row. At most one centre a row. */
function* learnCentres(points: Float32Array, width: number, wanted: number, seed: number): Comparing<Centres> {
  const rows = points.length / width;
  const count = Math.min(wanted, Math.max(1, rows));
  const values = new Float32Array(count * width);
  const place = (i: number, row: number) => values.set(points.subarray(row * width, (row + 1) * width), i * width);
  if (rows === 0) return withHalves(values, width);
  for (let i = 0; i < count; i++) place(i, Math.floor(((i + mix(seed, i) / 2 ** 32) * rows) / count));
  for (let round = 0; round < ROUNDS; round++) {
    const { sums, sizes } = yield* sumByCentre(withHalves(values, width), points, width, round % 3);
    for (let i = 0; i < count; i++) {
      const size = sizes[i] as number;
      if (size === 0) place(i, mix(seed + round + 1, i) % rows);
      else for (let d = 0; d < width; d++) values[i * width + d] = (sums[i * width + d] as number) / size;
    }
  }
  return withHalves(values, width);
}

/** The sums of the rows that are nearest to each centre, of every third row: enough to move a centre. */
function* sumByCentre(centres: Centres, points: Float32Array, width: number, first: number) {
  const rows = points.length / width;
  const sums = new Float64Array(centres.count * width);
  const sizes = new Uint32Array(centres.count);
  const stepRows = 3 * Math.ceil(STEP / centres.count);
  for (let from = first; from < rows; from += stepRows) {
    const to = Math.min(rows, from + stepRows);
    for (let row = from; row < to; row += 3) {
      const i = nearestCentre(centres, points, row * width, width);
      sizes[i] = (sizes[i] as number) + 1;
      for (let d = 0; d < width; d++) {
        sums[i * width + d] = (sums[i * width + d] as number) + (points[row * width + d] as number);
      }
    }
    yield (centres.count * (to - from)) / 3;
  }
  return { sums, sizes };
}

function withHalves(values: Float32Array, width: number): Centres {
  const count = values.length / width;
  const halves = Float32Array.from({ length: count }, (_, i) => dotAt(values, i * width, values, i * width, width) / 2);
  return { count, values, halves };
}

/** The centres in an order in which each is followed by the nearest of those that are left. */
function inLine({ count, values }: Centres, width: number): Centres {
  const left = new Set(Array.from({ length: count }, (_, i) => i));
  const ordered = new Float32Array(values.length);
  let last = 0;
  for (let at = 0; at < count; at++) {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (const i of left) {
      const distance = at === 0 ? i : distanceAt(values, last * width, i * width, width);
      if (distance >= least) continue;
      least = distance;
      best = i;
    }
    left.delete(best);
    ordered.set(values.subarray(best * width, (best + 1) * width), at * width);
    last = best;
  }
  return withHalves(ordered, width);
}

function findCluster({ coarse, fine }: ClusterTree, points: Float32Array, at: number, width: number): number {
  const branch = fine[nearestCentre(coarse, points, at, width)];
  return branch === undefined ? 0 : branch.first + nearestCentre(branch.centres, points, at, width);
}

/** The nearest centre: the largest of point · centre − |centre|² / 2. */
function nearestCentre({ count, values, halves }: Centres, points: Float32Array, at: number, width: number): number {
  let best = 0;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const score = dotAt(points, at, values, i * width, width) - (halves[i] as number);
    if (score <= most) continue;
    most = score;
    best = i;
  }
  return best;
}

function distanceAt(values: Float32Array, a: number, b: number, width: number): number {
  let sum = 0;
  for (let i = 0; i < width; i++) sum += ((values[a + i] as number) - (values[b + i] as number)) ** 2;
  return sum;
}

/** A counting sort: rows of one cluster stay in their order. @param clusters of each row @param count of clusters */
export function sortByCluster(clusters: Uint32Array, count: number): Clusters {
  const starts = new Uint32Array(count + 1);
  for (const cluster of clusters) starts[cluster + 1] = (starts[cluster + 1] as number) + 1;
  for (let i = 0; i < count; i++) starts[i + 1] = (starts[i + 1] as number) + (starts[i] as number);
  const order = new Uint32Array(clusters.length);
  const next = starts.slice();
  for (let row = 0; row < clusters.length; row++) {
    const cluster = clusters[row] as number;
    const at = next[cluster] as number;
    order[at] = row;
    next[cluster] = at + 1;
  }
  return { order, starts };
}
