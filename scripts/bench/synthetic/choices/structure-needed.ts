/** How much structure vectors need for few components to find them. The threshold in src/indexing/indexes/code-shape.ts rests on it. */

import { finish } from '../../../../src/engine/async/steps.ts';
import type { Shape } from '../../../../src/engine/index/codes/code.ts';
import { type CodeRows, createCodeRows } from '../../../../src/engine/index/codes/code-rows.ts';
import { createCodesIndex } from '../../../../src/engine/index/codes/codes-index.ts';
import { createEncoder } from '../../../../src/engine/index/codes/encode.ts';
import { type Trained, trainCode } from '../../../../src/engine/index/codes/train.ts';
import { createInt8Rows, type Int8Rows } from '../../../../src/engine/index/quantised/int8-rows.ts';
import { quantise } from '../../../../src/engine/index/quantised/quantise.ts';
import { createQuantisedIndex } from '../../../../src/engine/index/quantised/quantised-index.ts';
import { type Embedding, normalise } from '../../../../src/engine/numeric/embedding.ts';
import { parseCount, parseOptions, runScript } from '../../../cli/cli.ts';
import { createSynthetic } from '../synthetic.ts';

const HELP = `
Usage: npx tsx scripts/bench/synthetic/choices/structure-needed.ts [options]

Options:
  --rows <n>      pictures of 512 dimensions (default: 20000)
  --queries <n>   texts (default: 50)
  --noise <x>     only so much noise
`;

const [DIM, K] = [512, 10];
const SHAPES: readonly Shape[] = [
  { width: 128, bits: 4 },
  { width: DIM, bits: 1 },
];
const CHUNK = 5000;
/** What the code is learnt from. */
const SAMPLE = 20_000;
/** Length of the noise that is added to structured vectors of length 1, before they are scaled to it again. */
const NOISE = [0, 0.2, 0.3, 0.4, 0.5, 0.7, 1, Number.POSITIVE_INFINITY];

await runScript(HELP, async (args) => {
  const { values } = parseOptions(args, {
    rows: { type: 'string', default: '20000' },
    queries: { type: 'string', default: '50' },
    noise: { type: 'string' },
  });
  const count = parseCount(values.rows, '--rows', K);
  const queries = parseCount(values.queries, '--queries');
  console.log('| noise | explained | recall@10 of 128 × 4 bits | of 512 × 1 bit |\n| --- | --- | --- | --- |');
  for (const noise of values.noise === undefined ? NOISE : [Number(values.noise)]) {
    const [few, all] = SHAPES.map((shape) => measure(shape, noise, count, queries));
    console.log(`| ${noise} | ${few?.explained.toFixed(3)} | ${few?.recall.toFixed(3)} | ${all?.recall.toFixed(3)} |`);
  }
});

/** Of the codes engine, against comparing all rows by the same int8 vectors: what the codes lose. */
function measure(shape: Shape, noise: number, count: number, texts: number): { explained: number; recall: number } {
  const mixed = createMixture(noise);
  const sample = mixed.pictures(0, Math.min(SAMPLE, count));
  const trained = finish(trainCode({ dim: DIM, shape: () => shape, sample }));
  const encode = finish(createEncoder(trained));
  const codes = createCodeRows({ ...trained, count });
  const vectors = createInt8Rows({ dim: DIM, count, centre: trained.centre });
  for (let first = 0; first < count; first += CHUNK) {
    const rows = mixed.pictures(first, Math.min(CHUNK, count - first));
    codes.put(first, encode(rows));
    vectors.put(first, quantise(rows, DIM, trained.centre));
  }
  return { explained: trained.explained, recall: recallOf(trained, codes, vectors, mixed.queries(texts)) };
}

function recallOf(code: Trained, codes: CodeRows, vectors: Int8Rows, queries: readonly Embedding[]): number {
  const [index, exact] = [createCodesIndex({ code, codes, vectors }), createQuantisedIndex(vectors)];
  let found = 0;
  for (const query of queries) {
    const right = new Set(exact.search(query, { k: K }).map(({ row }) => row));
    for (const { row } of index.search(query, { k: K })) if (right.has(row)) found++;
  }
  return found / (K * queries.length);
}

/** Structured vectors and isotropic ones, added. */
function createMixture(noise: number) {
  const [structured, isotropic] = [false, true].map((isotropic) => createSynthetic({ seed: 1, dim: DIM, isotropic }));
  const pick = <T>(take: (of: NonNullable<typeof structured>) => T, mix: (a: T, b: T) => T): T => {
    if (!structured || !isotropic) throw new Error('There are two.');
    if (noise === 0) return take(structured);
    return noise === Number.POSITIVE_INFINITY ? take(isotropic) : mix(take(structured), take(isotropic));
  };
  const add = (a: Float32Array, b: Float32Array): Embedding =>
    normalise(a.map((value, i) => value + noise * (b[i] as number)));
  return {
    pictures: (first: number, count: number) =>
      pick<Float32Array>(
        (of) => of.pictures(first, count),
        (a, b) => {
          const rows = new Float32Array(a.length);
          for (let at = 0; at < rows.length; at += DIM) {
            rows.set(add(a.subarray(at, at + DIM), b.subarray(at, at + DIM)), at);
          }
          return rows;
        },
      ),
    queries: (count: number) =>
      pick<readonly Embedding[]>(
        (of) => of.queries(count),
        (a, b) => a.map((text, i) => add(text, b[i] as Embedding)),
      ),
  };
}
