/** Collections whose codes have a bit a dimension, because their vectors vary in all directions. */
import { beforeAll, expect, test } from 'vitest';
import { readCollection } from '../../../engine/collection/reader.ts';
import {
  createMemorySource,
  type Files,
  sampleContent,
  sampleVectors,
  writeCollection,
} from '../../../engine/collection/testing.ts';
import { storeVectors, toFloat32 } from '../../../engine/collection/vectors/stored-vectors.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import { createExactIndex } from '../../../engine/index/exact/exact-index.ts';
import { createKernels } from '../../../engine/kernels/load.ts';
import { dot, type Embedding } from '../../../engine/numeric/embedding.ts';
import { drawRows } from '../../../engine/search/cutoff.ts';
import { makeCodes, ROWS_PER_CODED_BLOCK } from '../../../indexing/indexes/make-codes.ts';
import { sha256 } from '../../hashes/sha256.ts';
import { loadIndex } from '../compose-search.ts';

const [count, dim] = [1500, 320];
const flat = sampleVectors(count, dim);
const files: Files = new Map();
const open = () => readCollection(createMemorySource(files, sha256), sha256, 'holidays');
const some = [7, 700, 1400];
const vectorOf = (row: number) => flat.subarray(row * dim, (row + 1) * dim) as Embedding;

beforeAll(async () => {
  const vectors = storeVectors(flat, dim, 'int8');
  const { codes, shape } = await makeCodes(vectors, () => {}, new AbortController().signal);
  expect(shape).toMatchObject({ width: dim, bits: 1 });
  const rest = { vectors, codes, graph: undefined, index: 'codes', rowsPerBlock: ROWS_PER_CODED_BLOCK } as const;
  await writeCollection(sampleContent(sha256, count, dim, rest), files);
});

test.each(['auto', 'blocks'] as const)('all vectors are read (%s)', async (wanted) => {
  const { index, arrived, onDemand, reason } = await loadIndex(await open(), wanted);
  expect([index.kind, onDemand]).toEqual(['codes', false]);
  expect(reason).toMatch(
    wanted === 'blocks' ? /^It was asked for.* But codes of single bits.*all vectors are read/ : /^The collection/,
  );
  await arrived;
  const exact = createExactIndex(toFloat32(await (await open()).vectors()), dim);
  for (const row of some) {
    const [hits, right] = [index, exact].map((one) => one.search(vectorOf(row), { k: 10 }));
    expect(hits?.map((hit) => hit.row)).toEqual(right?.map((hit) => hit.row));
  }
});

test('what a background is drawn from is of unit norm, and like the vectors', async () => {
  const { rows, arrived } = await loadIndex(await open(), 'auto');
  for (const row of drawRows(count).slice(0, 100)) {
    const drawn = rows.vectorOf(row) as Embedding;
    expect(Math.hypot(...drawn)).toBeCloseTo(1, 1);
    expect(dot(drawn, vectorOf(row))).toBeGreaterThan(0.7);
  }
  await arrived;
});

const refusing = (bytes: number) => {
  if (bytes > 400_000) throw new AfterimageError('index-too-large', `Refused ${bytes} bytes.`);
  return createKernels(bytes);
};

test.each([
  ['there is no memory for them', 'auto', { kernels: refusing }, /Refused \d+ bytes\..*fetched/],
  [
    'they are too many for a tab',
    'blocks',
    { tabBytes: 400_000 },
    /^It was asked for.*fetched(?!.*all vectors are read)/,
  ],
] as const)('or those of the best candidates, where %s', async (_, wanted, limits, why) => {
  const { index, prepare, onDemand, reason } = await loadIndex(await open(), wanted, { ...limits, heldRows: 500 });
  expect(onDemand).toBe(true);
  expect(reason).toMatch(why);
  for (const row of some) {
    expect(await prepare?.(vectorOf(row))).toBe(true);
    const [best] = index.search(vectorOf(row), { k: 10 });
    expect(best).toEqual({ row, similarity: expect.closeTo(1, 2) });
  }
});
