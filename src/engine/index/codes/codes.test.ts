import { beforeAll, describe, expect, it, vi } from 'vitest';
import { finish } from '../../async/steps.ts';
import { componentAt } from '../../kernels/reference.ts';
import { eigen } from '../../numeric/eigen.ts';
import { dot, type Embedding, normalise } from '../../numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../numeric/testing-vectors.ts';
import { createBitset, hasBit, setBit } from '../bitset.ts';
import { createExactIndex } from '../exact/exact-index.ts';
import { createInt8Rows, type Int8Rows } from '../quantised/int8-rows.ts';
import { chooseCentre, GROUPS, quantise } from '../quantised/quantise.ts';
import { codeBytes, type Shape } from './code.ts';
import { createCodeRows } from './code-rows.ts';
import { type CodesIndex, createCodesIndex } from './codes-index.ts';
import { createEncoder } from './encode.ts';
import { codeHeaderBytes, readCodeHeader, writeCodeHeader } from './section.ts';
import { type Trained, trainCode } from './train.ts';

const DIM = 64;
const SHAPE: Shape = { width: 32, bits: 4 };
const WIDTH = SHAPE.width;
const BYTES = codeBytes(SHAPE);
const COUNT = 3000;
const vectors = clusteredVectors(COUNT, DIM);
const flat = flatten(vectors, DIM);
const queries = clusteredVectors(30, DIM, 77);
const centre = chooseCentre(flat, DIM);
const quantised = quantise(flat, DIM, centre);
let code: Trained;
let codes: Uint8Array<ArrayBuffer>;

beforeAll(() => {
  code = finish(trainCode({ dim: DIM, shape: () => SHAPE, sample: flat.subarray(0, 2000 * DIM) }));
  codes = finish(createEncoder(code))(flat);
});

function putVectors(rows: Int8Rows, from: number, to: number): void {
  rows.put(from, {
    codes: quantised.codes.subarray(from * DIM, to * DIM),
    scales: quantised.scales.subarray(from * GROUPS, to * GROUPS),
  });
}

function createIndex(options: { readonly candidates?: number; readonly fetched?: number } = {}) {
  const rows = createInt8Rows({ dim: DIM, centre, count: COUNT });
  putVectors(rows, 0, options.fetched ?? COUNT);
  const held = createCodeRows({ ...SHAPE, count: COUNT });
  held.put(0, codes);
  const { candidates = 300 } = options;
  const index = createCodesIndex({ code, codes: held, vectors: rows, candidates });
  return { index, rows, held };
}

function recall(index: CodesIndex, filter?: Uint32Array): number {
  const exact = createExactIndex(flat, DIM);
  let found = 0;
  for (const query of queries) {
    const wanted = new Set(exact.search(query, { k: 10, ...(filter && { filter }) }).map(({ row }) => row));
    const hits = index.search(query, { k: 10, ...(filter && { filter }) });
    expect(hits).toHaveLength(10);
    found += hits.filter(({ row }) => wanted.has(row)).length;
  }
  return found / (10 * queries.length);
}

describe('a code', () => {
  it('estimates dot products', () => {
    const errors: number[] = [];
    for (const query of queries) {
      const weights = Array.from({ length: WIDTH }, (_, j) =>
        dot(query, code.weights.subarray(j * DIM, (j + 1) * DIM)),
      );
      for (let row = 0; row < 100; row++) {
        let estimate = dot(query, code.centre);
        weights.forEach((weight, j) => {
          estimate += weight * (componentAt(codes, row * BYTES, j) - 7.5);
        });
        errors.push(estimate - dot(query, vectors[row] as Embedding));
      }
    }
    const deviation = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    expect(deviation).toBeLessThan(0.1);
    expect(code.explained).toBeGreaterThan(0.6);
    expect(code.explained).toBeLessThan(1);
  });

  it('uses all sixteen values of each component', () => {
    for (let j = 0; j < WIDTH; j++) {
      const values = new Set(Array.from({ length: COUNT }, (_, row) => componentAt(codes, row * BYTES, j)));
      expect(values.size).toBeGreaterThan(10);
    }
  });

  it('is refused where sizes do not fit', () => {
    for (const width of [0, 16, 96])
      expect(() => finish(trainCode({ dim: DIM, shape: () => ({ width, bits: 4 }), sample: flat }))).toThrow(
        /components/,
      );
    expect(() => finish(trainCode({ dim: DIM, shape: () => SHAPE, sample: flat.subarray(1) }))).toThrow(/sample/);
    expect(() => finish(createEncoder(code))(flat.subarray(1))).toThrow(/whole number of rows/);
    expect(() => finish(createEncoder({ ...code, weights: new Float32Array(WIDTH * DIM) }))).toThrow(/cannot be used/);
  });
});

describe('the section of codes', () => {
  const read = (bytes: Uint8Array, count = COUNT) => readCodeHeader(bytes, { dim: DIM, count });
  const section = () => {
    const header = writeCodeHeader(code, COUNT);
    const bytes = new Uint8Array(header.length + codes.length);
    bytes.set(header);
    bytes.set(codes, header.length);
    return bytes;
  };

  it('gives back what was written', () => {
    const header = read(section());
    expect(header.bytes).toBe(codeHeaderBytes(code));
    expect(header.code).toEqual({ dim: DIM, ...SHAPE, centre: code.centre, weights: code.weights });
    expect(finish(createEncoder(header.code))(flat)).toEqual(codes);
  });

  it('is refused when damaged', () => {
    const bytes = section();
    for (const length of [0, 15, 16, codeHeaderBytes(code), bytes.length - 1]) {
      expect(() => read(bytes.subarray(0, length))).toThrow(expect.objectContaining({ code: 'index-corrupt' }));
    }
    for (const at of [0, 4, 8, 12]) {
      const damaged = section();
      damaged[at] = 7;
      expect(() => read(damaged)).toThrow(expect.objectContaining({ code: 'index-corrupt' }));
    }
    const damaged = section();
    new DataView(damaged.buffer).setFloat32(16, Number.NaN, true);
    expect(() => read(damaged)).toThrow(/not a number/);
  });

  it('can be read while the codes are on their way', () => {
    const bytes = section();
    const early = bytes.subarray(0, codeHeaderBytes(code));
    expect(readCodeHeader(early, { dim: DIM, count: COUNT }, bytes.length).count).toBe(COUNT);
  });
});

describe('the index of codes', () => {
  it('finds nearly all of the nearest', () => {
    expect(recall(createIndex().index)).toBeGreaterThan(0.98);
  });

  it('compares all that pass a filter where they are eight for each candidate, and takes the codes where there is one more', () => {
    const { index, held } = createIndex({ candidates: 10 });
    const nearest = vi.spyOn(held, 'nearest');
    for (const passing of [1, 79, 80, 81, 120]) {
      nearest.mockClear();
      const filter = createBitset(COUNT);
      for (let row = 0; row < passing; row++) setBit(filter, row);
      const last = passing - 1; // the one that a list without room for it would lack
      expect(index.search(vectors[last] as Embedding, { k: 1, filter })[0]?.row).toBe(last);
      expect(nearest).toHaveBeenCalledTimes(passing > 80 ? 1 : 0);
    }
  });

  it('keeps recall with a filter', () => {
    const { index } = createIndex();
    const filter = createBitset(COUNT);
    for (let row = 0; row < COUNT; row += 10) setBit(filter, row);
    expect(recall(index, filter)).toBeGreaterThan(0.98);
    const half = createIndex({ fetched: 100 }).index;
    for (const { row } of half.search(queries[0] as Embedding, { k: 10, filter })) expect(row % 10).toBe(0);
  });

  it('marks what is not fetched as approximate, and says what is missing', () => {
    const { index, rows } = createIndex({ fetched: 1000 });
    const query = queries[3] as Embedding;
    const candidates = index.candidates(query, 50);
    const missing = index.missing(candidates);
    expect(missing.length).toBeGreaterThan(0);
    for (const { row, approximate, similarity } of index.rank(query, candidates, 20)) {
      expect(approximate).toBe(row >= 1000 ? true : undefined);
      expect(Math.abs(similarity - dot(query, vectors[row] as Embedding))).toBeLessThan(row >= 1000 ? 0.4 : 0.01);
    }
    putVectors(rows, 1000, COUNT);
    expect(index.missing(candidates)).toHaveLength(0);
    expect(index.rank(query, candidates, 20).some(({ approximate }) => approximate)).toBe(false);
  });

  it('names what is missing with the likely best first', () => {
    const { index } = createIndex({ fetched: 0 });
    const query = queries[3] as Embedding;
    const candidates = index.candidates(query, 50);
    const best = index.rank(query, candidates, 50).map(({ row }) => row);
    expect([...index.missing(candidates)]).toEqual(best);
  });

  it('answers from the codes that have arrived', () => {
    const held = createCodeRows({ ...SHAPE, count: COUNT });
    const rows = createInt8Rows({ dim: DIM, centre, count: COUNT });
    putVectors(rows, 0, COUNT);
    const index = createCodesIndex({ code, codes: held, vectors: rows });
    const query = queries[0] as Embedding;
    expect(index.search(query, { k: 5 })).toEqual([]);
    held.put(2000, codes.subarray(2000 * BYTES));
    expect(held.end).toBe(0);
    held.put(0, codes.subarray(0, 500 * BYTES));
    expect(held.end).toBe(500);
    expect(Math.max(...index.search(query, { k: 500 }).map(({ row }) => row))).toBe(499);
    held.put(500, codes.subarray(500 * BYTES, 2000 * BYTES));
    expect(held.end).toBe(COUNT);
  });

  it('takes in and forgets rows', () => {
    const { index } = createIndex();
    const added = normalise(Float32Array.from(queries[0] as Embedding));
    expect(index.add(added)).toBe(COUNT);
    expect(index.size).toBe(COUNT + 1);
    expect(index.search(added, { k: 1 })[0]?.row).toBe(COUNT);
    index.remove(COUNT);
    index.remove(-1);
    expect(index.size).toBe(COUNT);
    const hits = index.search(added, { k: 10 });
    expect(hits).toHaveLength(10);
    expect(hits.map(({ row }) => row)).not.toContain(COUNT);
    index.dispose();
  });

  it('gives as many candidates as are there, however many rows were removed', () => {
    const { index } = createIndex();
    for (let row = 0; row < COUNT; row++) if (row % 4 !== 0) index.remove(row);
    const query = queries[0] as Embedding;
    for (const n of [100, COUNT / 4, COUNT]) {
      const { rows, estimates } = index.candidates(query, n);
      expect([rows.length, estimates.length]).toEqual([Math.min(n, COUNT / 4), Math.min(n, COUNT / 4)]);
      expect(rows.every((row) => row % 4 === 0)).toBe(true);
    }
    const filter = createBitset(COUNT);
    for (let row = 0; row < 40; row++) setBit(filter, row);
    expect([...index.candidates(query, 100, filter).rows]).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 32, 36]);
    expect(hasBit(filter, 1)).toBe(true);
  });

  it('refuses what has another dimension', () => {
    const { index, held } = createIndex();
    const wrong = normalise(new Float32Array(8).fill(1));
    for (const call of [
      () => index.search(wrong, { k: 1 }),
      () => index.candidates(wrong, 1),
      () => index.add(wrong),
      () => held.put(COUNT, codes.subarray(0, 16)),
      () => held.append(codes.subarray(0, 8)),
      () => held.nearest(new Float32Array(8), 1),
      () => createCodeRows({ width: 33, bits: 4, count: 1 }),
    ]) {
      expect(call).toThrow(expect.objectContaining({ code: 'dimension-mismatch' }));
    }
    index.dispose();
    expect(() => held.put(0, codes)).toThrow(/disposed/);
  });
});

describe('eigen', () => {
  it('takes a symmetric matrix apart', () => {
    const { values, vectors: rows } = finish(eigen(Float64Array.of(2, 1, 0, 1, 2, 0, 0, 0, 5), 3));
    expect([...values].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([5, 3, 1]);
    expect(Math.abs(rows[3] as number)).toBeCloseTo(Math.SQRT1_2);
    expect(rows[3]).toBeCloseTo(rows[4] as number);
  });
});
