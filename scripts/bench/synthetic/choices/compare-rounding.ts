/** What recall costs when vectors are stored, by the way they are rounded. What src/engine/index/quantised does rests on it. */

import { toHalves } from '../../../../src/engine/index/quantised/halves.ts';
import {
  chooseCentre,
  createMean,
  dequantise,
  GROUPS,
  groupOf,
  MAX_CODE,
  quantise,
} from '../../../../src/engine/index/quantised/quantise.ts';
import { leastScale } from '../../../../src/engine/index/quantised/scales.ts';
import { createTop } from '../../../../src/engine/index/top.ts';
import { decodeBfloat16 } from '../../../../src/engine/numeric/bfloat16.ts';
import { dot, type Embedding } from '../../../../src/engine/numeric/embedding.ts';
import { decodeFloat16, encodeFloat16 } from '../../../../src/engine/numeric/float16.ts';
import { parseCount, parseOptions, runScript } from '../../../cli/cli.ts';
import { createSynthetic, type Synthetic } from '../synthetic.ts';

const HELP = `
Usage: npx tsx scripts/bench/synthetic/choices/compare-rounding.ts [options]

Options:
  --rows <n>      pictures of 512 dimensions (default: 100000)
  --queries <n>   texts (default: 400)
  --isotropic     vectors without structure
  --centres       int8 around other centres than the mean of all pictures
`;

const DIM = 512;
const K = 10;
/** Nothing further down by float32 comes among the ten best when it is rounded. */
const CONSIDERED = 50;
const CHUNK = 4096;
/** Rows that the centre is the mean of, as good as all of them. */
const SAMPLE = 20_000;
/** Of every kind of centre, and how far the pictures of one are apart. */
const DRAWS = 8;
const STRIDE = 131;

await runScript(HELP, async (args) => {
  const { values } = parseOptions(args, {
    rows: { type: 'string', default: '100000' },
    queries: { type: 'string', default: '400' },
    isotropic: { type: 'boolean', default: false },
    centres: { type: 'boolean', default: false },
  });
  const count = parseCount(values.rows, '--rows', CONSIDERED);
  const synthetic = createSynthetic({ seed: 1, dim: DIM, isotropic: values.isotropic });
  const queries = synthetic.queries(parseCount(values.queries, '--queries'));
  const sample = synthetic.pictures(0, Math.min(SAMPLE, count));
  const best = findBest(synthetic, count, queries);
  if (values.centres) return compareCentres(sample, best);
  const centre = chooseCentre(sample, DIM);
  console.log('| vectors | rounded | recall@10 | standard deviation of a score’s error |\n| --- | --- | --- | --- |');
  for (const [vectors, rounded, store] of waysToStore(centre)) {
    const { recall, deviation } = measure(best, store);
    console.log(`| ${vectors} | ${rounded} | ${recall.toFixed(4)} | ${deviation.toExponential(1)} |`);
  }
});

type Store = (vectors: Float32Array) => Float32Array;

function waysToStore(centre: Float32Array): readonly (readonly [vectors: string, rounded: string, Store])[] {
  return [
    [
      'int8',
      'to the nearest, by the least scales',
      (vectors) => toNearest(vectors, centre, leastScales(vectors, centre)),
    ],
    [
      'int8',
      'to the nearest, by scales that lose least',
      (vectors) => toNearest(vectors, centre, quantise(vectors, DIM, centre).scales),
    ],
    ['int8', 'balanced along the row as well', storeAround(centre)],
    ['float16', 'to the nearest', (vectors) => decodeFloat16(encodeFloat16(vectors))],
    ['float16', 'balanced along the row', (vectors) => decodeFloat16(toHalves(vectors, DIM))],
  ];
}

function storeAround(centre: Float32Array): Store {
  return (vectors) => dequantise(quantise(vectors, DIM, centre), DIM, centre);
}

/** Where a centre is kept that was chosen for other pictures, or for fewer of them. */
function compareCentres(sample: Float32Array, best: readonly Best[]): void {
  const rows = createMean(DIM);
  rows.add(sample);
  const mean = rows.mean();
  const ways = new Map<string, readonly Float32Array[]>([['mean of the pictures', [mean]]]);
  for (const n of [64, 16, 8, 4, 2, 1])
    ways.set(
      `mean of ${n} of them`,
      draws(sample, (at) => someFrom(sample, at, n)),
    );
  for (const n of [5000, 1000, 100])
    ways.set(
      `mean of ${n} that are alike`,
      draws(sample, (at) => nearestTo(sample, at, n)),
    );
  ways.set('mean of another model', [chooseCentre(createSynthetic({ seed: 2, dim: DIM }).pictures(0, SAMPLE), DIM)]);
  console.log('| centre | its distance² / variance | recall@10 | standard deviation of a score’s error |');
  console.log('| --- | --- | --- | --- |');
  const print = (name: string, share: number, { recall, deviation }: ReturnType<typeof measure>) =>
    console.log(`| ${name} | ${share.toFixed(3)} | ${recall.toFixed(4)} | ${deviation.toExponential(2)} |`);
  for (const [name, centres] of ways) {
    const shares = centres.map((centre) => distanceSquared(centre, mean) / rows.variance());
    const measured = centres.map((centre) => measure(best, storeAround(centre)));
    const recall = meanOf(measured.map((one) => one.recall));
    print(name, meanOf(shares), { recall, deviation: meanOf(measured.map((one) => one.deviation)) });
  }
  const [early = mean] = ways.get('mean of 4 of them') ?? [];
  const again = measure(best, (vectors) => storeAround(mean)(storeAround(early)(vectors)));
  print('mean of 4 of them, then again that of the pictures', 0, again);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** A few centres, each from pictures that one of `sample`, some way on, stands for. */
function draws(sample: Float32Array, choose: (at: number) => Float32Array): Float32Array[] {
  const count = sample.length / DIM;
  return Array.from({ length: DRAWS }, (_, i) => chooseCentre(choose(Math.floor((i * count) / DRAWS)), DIM));
}

/** Rows come in bursts and by clusters at random: those that are STRIDE apart have nothing to do with each other. */
function someFrom(sample: Float32Array, at: number, n: number): Float32Array {
  const rows = Array.from({ length: n }, (_, i) => (at + i * STRIDE) % (sample.length / DIM));
  return gather(sample, rows);
}

function nearestTo(sample: Float32Array, at: number, n: number): Float32Array {
  const one = sample.subarray(at * DIM, (at + 1) * DIM);
  const top = createTop(n);
  for (let row = 0; row * DIM < sample.length; row++) {
    top.offer(row, dot(one, sample.subarray(row * DIM, (row + 1) * DIM)));
  }
  return gather(
    sample,
    top.hits().map(({ row }) => row),
  );
}

function gather(sample: Float32Array, rows: readonly number[]): Float32Array {
  const gathered = new Float32Array(rows.length * DIM);
  for (const [i, row] of rows.entries()) gathered.set(sample.subarray(row * DIM, (row + 1) * DIM), i * DIM);
  return gathered;
}

function distanceSquared(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0);
}

/** Those by which the largest number of a group comes to code 127. */
function leastScales(vectors: Float32Array, centre: Float32Array): Uint16Array {
  const largest = new Float64Array((vectors.length / DIM) * GROUPS);
  for (const [i, value] of vectors.entries()) {
    const at = Math.floor(i / DIM) * GROUPS + groupOf(i % DIM);
    largest[at] = Math.max(largest[at] as number, Math.abs(value - (centre[i % DIM] as number)));
  }
  return Uint16Array.from(largest, leastScale);
}

function toNearest(vectors: Float32Array, centre: Float32Array, scales: Uint16Array): Float32Array {
  const numbers = decodeBfloat16(scales);
  const codes = Int8Array.from(vectors, (value, i) => {
    const scale = numbers[Math.floor(i / DIM) * GROUPS + groupOf(i % DIM)] as number;
    const steps = (value - (centre[i % DIM] as number)) / scale;
    return Math.max(-MAX_CODE, Math.min(MAX_CODE, Math.round(steps)));
  });
  return dequantise({ codes, scales }, DIM, centre);
}

/** A query and what is nearest to it, best first: vectors row by row. */
interface Best {
  readonly query: Embedding;
  readonly vectors: Float32Array;
}

function findBest(synthetic: Synthetic, count: number, queries: readonly Embedding[]): Best[] {
  const tops = queries.map(() => createTop(CONSIDERED));
  for (let first = 0; first < count; first += CHUNK) {
    const vectors = synthetic.pictures(first, Math.min(CHUNK, count - first));
    for (let at = 0; at < vectors.length; at += DIM) {
      const vector = vectors.subarray(at, at + DIM);
      for (const [i, query] of queries.entries()) tops[i]?.offer(first + at / DIM, dot(query, vector));
    }
  }
  return queries.map((query, i) => {
    const vectors = new Float32Array(CONSIDERED * DIM);
    for (const [place, { row }] of (tops[i]?.hits() ?? []).entries()) {
      synthetic.picture(row, vectors.subarray(place * DIM, (place + 1) * DIM));
    }
    return { query, vectors };
  });
}

function measure(best: readonly Best[], store: Store): { recall: number; deviation: number } {
  let [found, squares] = [0, 0];
  for (const { query, vectors } of best) {
    const back = store(vectors);
    const top = createTop(K);
    for (let place = 0; place < CONSIDERED; place++) {
      const [from, to] = [place * DIM, (place + 1) * DIM];
      const similarity = dot(query, back.subarray(from, to));
      squares += (similarity - dot(query, vectors.subarray(from, to))) ** 2;
      top.offer(place, similarity);
    }
    found += top.hits().filter(({ row }) => row < K).length;
  }
  return { recall: found / (K * best.length), deviation: Math.sqrt(squares / (CONSIDERED * best.length)) };
}
