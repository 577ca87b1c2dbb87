/** Codes of a bit a component, which vectors without structure have. */
import { beforeAll, expect, test } from 'vitest';
import { finish } from '../../async/steps.ts';
import { dot, type Embedding, normalise } from '../../numeric/embedding.ts';
import { gaussians } from '../../numeric/gaussians.ts';
import { flatten } from '../../numeric/testing-vectors.ts';
import { countBits, createBitset, setBit } from '../bitset.ts';
import { createExactIndex } from '../exact/exact-index.ts';
import { createInt8Rows } from '../quantised/int8-rows.ts';
import { quantise } from '../quantised/quantise.ts';
import { type CodeRows, createCodeRows } from './code-rows.ts';
import { createCodesIndex } from './codes-index.ts';
import { createEncoder } from './encode.ts';
import { type Trained, trainCode } from './train.ts';

const DIM = 64;
const count = 64_000;
const isotropic = (rows: number, seed: number) => {
  const numbers = Float32Array.from(gaussians(rows * DIM, seed));
  return Array.from({ length: rows }, (_, row) => normalise(numbers.slice(row * DIM, (row + 1) * DIM)));
};
const rows = flatten(isotropic(count, 1), DIM);
const texts = isotropic(30, 2);
const exact = createExactIndex(rows, DIM);
let bits: Trained;
let held: Uint8Array<ArrayBuffer>;

beforeAll(() => {
  const shape = { width: DIM, bits: 1 } as const;
  bits = finish(trainCode({ dim: DIM, shape: () => shape, sample: rows.subarray(0, 2000 * DIM) }));
  held = finish(createEncoder(bits))(rows);
});

/** Candidates that were asked for, query by query. */
const wanted: number[] = [];

function createIndex(options: { readonly candidates?: number } = {}) {
  const vectors = createInt8Rows({ dim: DIM, centre: bits.centre, count });
  vectors.put(0, quantise(rows, DIM, bits.centre));
  const codes = createCodeRows({ ...bits, count });
  codes.put(0, held);
  const nearest: CodeRows['nearest'] = (weights, n, filter) => {
    wanted.push(n);
    return codes.nearest(weights, n, filter);
  };
  return createCodesIndex({ code: bits, codes: { ...codes, count, nearest }, vectors, ...options });
}

function recallOf(options: { readonly candidates?: number }, filter?: Uint32Array): number {
  const index = createIndex(options);
  let found = 0;
  for (const text of texts) {
    const ask = { k: 10, ...(filter && { filter }) };
    const right = new Set(exact.search(text, ask).map(({ row }) => row));
    found += index.search(text, ask).filter(({ row }) => right.has(row)).length;
  }
  index.dispose();
  return found / (10 * texts.length);
}

test('are a bit each, about half of them set', () => {
  expect(held).toHaveLength((count * DIM) / 8);
  const set = countBits(new Uint32Array(held.buffer));
  expect(set / (count * DIM)).toBeCloseTo(0.5, 1);
});

test('find vectors without structure, with more candidates the more rows there are', () => {
  const few = recallOf({ candidates: 1000 });
  const enough = recallOf({});
  expect(enough).toBeGreaterThan(0.96);
  expect(enough).toBeGreaterThan(few + 0.02);
});

test('and with a filter those that pass, of as many candidates as these need', () => {
  const filter = createBitset(count);
  for (let row = 0; row < 60_000; row++) setBit(filter, row);
  wanted.length = 0;
  expect(recallOf({}, filter)).toBeGreaterThan(0.96);
  const [text] = texts as [Embedding];
  createIndex().search(text, { k: 10 });
  createIndex().search(text, { k: 2000 });
  expect([...new Set(wanted)]).toEqual([30 * Math.sqrt(60_000), 30 * Math.sqrt(count), 10_000].map(Math.ceil));
});

test('say as much of a similarity as they know: estimates are neither too large nor too small', () => {
  const index = createIndex();
  const [text] = texts as [Embedding];
  const { rows: found, estimates } = index.candidates(text, count);
  let [squares, products] = [0, 0];
  found.forEach((row, i) => {
    const similarity = dot(text, rows.subarray(row * DIM, (row + 1) * DIM) as Embedding);
    squares += (estimates[i] as number) ** 2;
    products += (estimates[i] as number) * similarity;
  });
  expect(products / squares).toBeCloseTo(1, 1);
  expect(squares / count).toBeCloseTo((2 / Math.PI) * (1 / DIM), 3);
});
