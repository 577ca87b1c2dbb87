/** Compares ways to find candidates, and what they make a page fetch. The choice in src/engine/index/codes rests on it. */

import { finish } from '../../../../src/engine/async/steps.ts';
import { rowBytesOf } from '../../../../src/engine/collection/vectors/vector-blocks.ts';
import { clusterOrder } from '../../../../src/engine/index/codes/cluster.ts';
import { codeBytes, middleOf } from '../../../../src/engine/index/codes/code.ts';
import { createCodeRows } from '../../../../src/engine/index/codes/code-rows.ts';
import { createEncoder } from '../../../../src/engine/index/codes/encode.ts';
import { codeHeaderBytes } from '../../../../src/engine/index/codes/section.ts';
import { type Trained, trainCode } from '../../../../src/engine/index/codes/train.ts';
import { createTop } from '../../../../src/engine/index/top.ts';
import { componentAt } from '../../../../src/engine/kernels/reference.ts';
import { dot, type Embedding } from '../../../../src/engine/numeric/embedding.ts';
import { parseCount, parseOptions, runScript } from '../../../cli/cli.ts';
import { createSynthetic, type Synthetic } from '../synthetic.ts';
import { createFirstPasses } from './first-passes.ts';

const HELP = `
Usage: npx tsx scripts/bench/synthetic/choices/choose-code.ts [options]

Options:
  --rows <n>      pictures of 512 dimensions (default: 100000)
  --queries <n>   texts (default: 100, of which the fetched bytes are the sum)
  --isotropic     vectors without structure
  --fetch         how many bytes a picture are fetched for the candidates' vectors, instead of the comparison
  --width <n>     components of the code, with --fetch (default: 128)
`;

const DIM = 512;
const K = 10;
const CHUNK = 10_000;
const SAMPLE = 20_000;
const CANDIDATES = [10, 20, 30, 50, 100, 200, 500, 1000, 2000, 5000];
const VECTOR_BYTES = rowBytesOf('int8', DIM);
/** Of each block. */
const HASH_BYTES = 16;

await runScript(HELP, async (args) => {
  const { values } = parseOptions(args, {
    rows: { type: 'string', default: '100000' },
    queries: { type: 'string', default: '100' },
    isotropic: { type: 'boolean', default: false },
    fetch: { type: 'boolean', default: false },
    width: { type: 'string', default: '128' },
  });
  const count = parseCount(values.rows, '--rows', CANDIDATES.at(-1));
  const synthetic = createSynthetic({ seed: 1, dim: DIM, isotropic: values.isotropic });
  const queries = synthetic.queries(parseCount(values.queries, '--queries'));
  if (values.fetch) measureFetching(synthetic, count, queries, parseCount(values.width, '--width'));
  else compare(synthetic, count, queries);
});

/** Prints which share of the exact ten best is among the best n by each code. */
function compare(synthetic: Synthetic, count: number, queries: readonly Embedding[]): void {
  const passes = createFirstPasses(synthetic.pictures(0, Math.min(SAMPLE, count)), DIM, count);
  const best = exactBest(synthetic, count, queries, (vectors) => {
    for (const pass of passes) pass.add(vectors);
  });
  const row = (...cells: readonly (string | number)[]) => console.log(`| ${cells.join(' | ')} |`);
  row('code', 'bytes', ...CANDIDATES);
  row('---', '---', ...CANDIDATES.map(() => '---'));
  for (const { name, bytes, estimate } of passes) {
    const found = CANDIDATES.map(() => 0);
    queries.forEach((query, i) => {
      const estimates = estimate(query);
      const sorted = estimates.slice().sort();
      CANDIDATES.forEach((n, at) => {
        const bar = sorted[count - n] as number;
        const right = (best[i] as Uint32Array).filter((picture) => (estimates[picture] as number) >= bar).length;
        found[at] = (found[at] as number) + right / (K * queries.length);
      });
    });
    row(name, bytes, ...found.map((share) => share.toFixed(3)));
  }
}

/** Prints what is fetched where only the blocks of candidates are. */
function measureFetching(synthetic: Synthetic, count: number, queries: readonly Embedding[], width: number): void {
  const code = finish(
    trainCode({ dim: DIM, shape: () => ({ width, bits: 4 }), sample: synthetic.pictures(0, Math.min(SAMPLE, count)) }),
  );
  const encode = finish(createEncoder(code));
  const bytes = codeBytes({ width, bits: 4 });
  const codes = new Uint8Array(count * bytes);
  let added = 0;
  const best = exactBest(synthetic, count, queries, (vectors) => {
    codes.set(encode(vectors), added * bytes);
    added += vectors.length / DIM;
  });
  const start = performance.now();
  const order = finish(clusterOrder({ count, width, points: pointsOf(codes, width) }));
  const seconds = (performance.now() - start) / 1000;
  const places = new Uint32Array(count);
  order.forEach((row, place) => {
    places[row] = place;
  });
  console.log(
    `Ordered by clusters in ${seconds.toFixed(0)} s; ${(100 * code.explained).toFixed(1)} % of the variance seen.`,
  );
  console.log('| candidates | recall@10 | rows a block | blocks a query | bytes a picture, codes and all |');
  console.log('| --- | --- | --- | --- | --- |');
  const fixed = codeHeaderBytes(code) / count + bytes;
  for (const n of CANDIDATES.filter((candidates) => candidates <= 500)) {
    const { recall, rows } = findCandidates(code, codes, queries, best, n);
    for (const blockRows of [1, 4, 8, 16, 32, 64, 254]) {
      const fetched = new Set<number>();
      let blocks = 0;
      for (const found of rows) {
        const own = new Set(Array.from(found, (row) => Math.floor((places[row] as number) / blockRows)));
        blocks += own.size / queries.length;
        for (const block of own) fetched.add(block);
      }
      const total = fixed + HASH_BYTES / blockRows + (fetched.size * blockRows * VECTOR_BYTES) / count;
      console.log(`| ${n} | ${recall.toFixed(3)} | ${blockRows} | ${blocks.toFixed(1)} | ${total.toFixed(1)} |`);
    }
  }
}

function findCandidates(
  { width, dim, weights }: Trained,
  codes: Uint8Array,
  queries: readonly Embedding[],
  best: readonly Uint32Array[],
  n: number,
): { recall: number; rows: Uint32Array[] } {
  const count = codes.length / codeBytes({ width, bits: 4 });
  const held = createCodeRows({ width, bits: 4, count });
  held.put(0, codes);
  let right = 0;
  const rows = queries.map((query, i) => {
    const projected = Float32Array.from({ length: width }, (_, j) =>
      dot(query, weights.subarray(j * dim, (j + 1) * dim)),
    );
    const found = held.nearest(projected, n).rows;
    const set = new Set(found);
    right += (best[i] as Uint32Array).filter((row) => set.has(row)).length;
    return found;
  });
  return { recall: right / (K * queries.length), rows };
}

function pointsOf(codes: Uint8Array, width: number) {
  const bytes = codeBytes({ width, bits: 4 });
  return (from: number, to: number, out: Float32Array) => {
    for (let row = from, at = 0; row < to; row++) {
      for (let i = 0; i < width; i++) out[at++] = componentAt(codes, row * bytes, i) - middleOf(4);
    }
  };
}

/** The ten best rows of each query, by float32; every chunk of rows is shown to `take` on the way. */
function exactBest(
  synthetic: Synthetic,
  count: number,
  queries: readonly Embedding[],
  take: (vectors: Float32Array) => void,
): Uint32Array[] {
  const tops = queries.map(() => createTop(K));
  for (let from = 0; from < count; from += CHUNK) {
    const rows = Math.min(CHUNK, count - from);
    const vectors = synthetic.pictures(from, rows);
    take(vectors);
    queries.forEach((query, i) => {
      for (let row = 0; row < rows; row++) tops[i]?.offer(from + row, dotRow(vectors, row * DIM, query));
    });
  }
  return tops.map((top) => Uint32Array.from(top.hits(), ({ row }) => row));
}

function dotRow(rows: Float32Array, at: number, query: Float32Array): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let i = 0; i < DIM; i += 4) {
    a += (rows[at + i] as number) * (query[i] as number);
    b += (rows[at + i + 1] as number) * (query[i + 1] as number);
    c += (rows[at + i + 2] as number) * (query[i + 2] as number);
    d += (rows[at + i + 3] as number) * (query[i + 3] as number);
  }
  return a + b + c + d;
}
