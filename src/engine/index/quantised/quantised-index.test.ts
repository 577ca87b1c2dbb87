import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createKernels } from '../../kernels/load.ts';
import { dot, type Embedding, normalise } from '../../numeric/embedding.ts';
import { decodeFloat16 } from '../../numeric/float16.ts';
import { clusteredVectors, flatten } from '../../numeric/testing-vectors.ts';
import { createBitset, setBit } from '../bitset.ts';
import { createHalfRows } from './half-rows.ts';
import { toHalves } from './halves.ts';
import { createInt8Rows } from './int8-rows.ts';
import { chooseCentre, dequantise, GROUPS, quantise } from './quantise.ts';
import { createQuantisedIndex } from './quantised-index.ts';
import type { ScannedRows } from './scanned-rows.ts';

const DIM = 21; // not a multiple of 16: the rest of a row counts too
const COUNT = 150; // more than a block in each quarter
const vectors = clusteredVectors(COUNT, DIM);
const flat = flatten(vectors, DIM);
const centre = chooseCentre(flat, DIM);
const quantised = quantise(flat, DIM, centre);
const [query] = clusteredVectors(1, DIM, 2) as [Embedding];

const stored = toHalves(flat, DIM);

/** Rows of one kind, and what they hold. */
interface Kind {
  readonly name: string;
  create(
    count?: number,
    kernels?: typeof createKernels,
  ): ScannedRows & {
    /** Take rows `first` … `end` − 1 of those above. */
    arrive(first: number, end: number): void;
  };
  /** What is kept of a vector. */
  round(vector: Float32Array): Float32Array;
}

const int8: Kind = {
  name: 'int8',
  create(count = COUNT, kernels = createKernels) {
    const rows = createInt8Rows({ dim: DIM, centre, count, kernels });
    return Object.assign(rows, { arrive: (first: number, end: number) => rows.put(first, part(first, end)) });
  },
  round: (vector) => dequantise(quantise(vector, DIM, centre), DIM, centre),
};

const halves: Kind = {
  name: 'halves',
  create(count = COUNT, kernels = createKernels) {
    const rows = createHalfRows({ dim: DIM, count, kernels });
    const arrive = (first: number, end: number) => rows.put(first, { halves: stored.subarray(first * DIM, end * DIM) });
    return Object.assign(rows, { arrive });
  },
  round: (vector) => decodeFloat16(toHalves(vector, DIM)),
};

const part = (first: number, end: number) => ({
  codes: quantised.codes.subarray(first * DIM, end * DIM),
  scales: quantised.scales.subarray(first * GROUPS, end * GROUPS),
});

function fullIndex(kind: Kind) {
  const rows = kind.create();
  rows.arrive(0, COUNT);
  return createQuantisedIndex(rows);
}

const small = fc.array(fc.constantFrom(-1, 0, 0.5, 1), { minLength: DIM, maxLength: DIM });
/** Few distinct values, so that ties are common. */
const embedding = small
  .filter((values) => values.some((value) => value !== 0))
  .map((values) => normalise(Float32Array.from(values)));

const changes = fc.array(
  fc.oneof(
    fc.record({ add: embedding }),
    fc.record({ remove: fc.integer({ min: -2, max: 200 }) }),
    fc.record({ arrive: fc.tuple(fc.nat(COUNT), fc.nat(60)) }),
  ),
  { maxLength: 60 },
);

describe.each([int8, halves])('$name', (kind) => {
  const kept = vectors.map(kind.round);

  test('finds what is there by definition, whatever arrived, was added or removed, with or without a filter', () => {
    fc.assert(
      fc.property(changes, embedding, fc.nat(200), fc.uniqueArray(fc.nat(250)), (steps, asked, k, passing) => {
        const hosts = [kind.create(), kind.create(COUNT, (bytes) => createKernels(bytes, {}))] as const;
        const [wasm, reference] = hosts.map(createQuantisedIndex) as [
          ReturnType<typeof createQuantisedIndex>,
          ReturnType<typeof createQuantisedIndex>,
        ];
        const model = new Map<number, Float32Array>();
        const removed = new Set<number>();
        let next = COUNT;
        for (const step of steps) {
          if ('add' in step) {
            model.set(next, kind.round(step.add));
            for (const index of [wasm, reference]) expect(index.add(step.add)).toBe(next);
            next++;
          } else if ('remove' in step) {
            for (const index of [wasm, reference]) index.remove(step.remove);
            if (step.remove < next) removed.add(step.remove);
            model.delete(step.remove);
          } else {
            const [first, length] = step.arrive;
            const end = Math.min(COUNT, first + length);
            for (const host of hosts) host.arrive(first, end);
            for (let row = first; row < end; row++) {
              if (!removed.has(row)) model.set(row, kept[row] as Float32Array);
            }
          }
        }

        const all = wasm.rankAll(asked);
        expect(all).toEqual(reference.rankAll(asked));
        expect(wasm.size).toBe(model.size);
        const ranked = [...all.rows].map((row, i) => ({ row, similarity: all.scores[i] as number }));
        expect(ranked.map(({ row }) => row).sort((a, b) => a - b)).toEqual([...model.keys()].sort((a, b) => a - b));
        for (const { row, similarity } of ranked) {
          expect(similarity).toBeCloseTo(dot(asked, model.get(row) as Float32Array), 3);
        }
        expect(ranked).toEqual(ranked.toSorted((a, b) => b.similarity - a.similarity || a.row - b.row));

        for (const index of [wasm, reference]) {
          expect(index.search(asked, { k })).toEqual(ranked.slice(0, k));
          const passes = ranked.filter(({ row }) => passing.includes(row)).slice(0, k);
          const filter = createBitset(251);
          for (const row of passing) setBit(filter, row);
          expect(index.search(asked, { k, filter })).toEqual(passes);
          expect(index.rescore(asked, Uint32Array.from(passing.toSorted((a, b) => a - b)), k)).toEqual(passes);
        }
        for (const host of hosts) {
          for (let row = -1; row < 260; row++) expect(host.has(row)).toBe(model.has(row));
          expect(host.count).toBe(next);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('a filter that is shorter or longer than the rows is as one that is not', () => {
    const index = fullIndex(kind);
    for (const words of [0, 1, 4, 5, 9]) {
      const filter = new Uint32Array(words).fill(0xffffffff);
      expect(index.search(query, { k: 500, filter })).toHaveLength(Math.min(COUNT, 32 * words));
    }
  });

  test('room is made for rows that are added, and what was there stays', () => {
    const index = createQuantisedIndex(kind.create(0));
    const before = fullIndex(kind).rankAll(query);
    for (const vector of vectors) index.add(vector);
    expect(index.rankAll(query)).toEqual(before);
    for (let round = 0; round < 20; round++) for (const vector of vectors) index.add(vector);
    expect(index.size).toBe(21 * COUNT);
    expect(index.rankAll(query).rows.filter((row) => row < COUNT)).toEqual(before.rows);
  });
});

test('rows that equal the centre are found', () => {
  const rows = createInt8Rows({ dim: DIM, centre, count: 1 });
  rows.put(0, { codes: new Int8Array(DIM), scales: new Uint16Array(GROUPS) });
  const hits = createQuantisedIndex(rows).search(query, { k: 2 });
  expect(hits).toEqual([{ row: 0, similarity: Math.fround(dot(query, centre)) }]);
});

describe('refuses', () => {
  const mismatch = expect.objectContaining({ code: 'dimension-mismatch' });

  test('rows that do not fit', () => {
    const rows = createInt8Rows({ dim: DIM, centre, count: 10 });
    expect(() => rows.put(0, { codes: new Int8Array(DIM), scales: new Uint16Array(2 * GROUPS) })).toThrow(mismatch);
    for (const first of [-1, 0.5, 9, Number.NaN]) expect(() => rows.put(first, part(0, 2))).toThrow(mismatch);
    expect(rows.size).toBe(0);
    expect(() => createInt8Rows({ dim: DIM + 1, centre, count: 1 })).toThrow(mismatch);
    const halved = createHalfRows({ dim: DIM, count: 10 });
    for (const length of [DIM - 1, DIM + 1, 11 * DIM]) {
      expect(() => halved.put(0, { halves: new Uint16Array(length) })).toThrow(mismatch);
    }
    for (const first of [-1, 0.5, 9]) {
      expect(() => halved.put(first, { halves: new Uint16Array(2 * DIM) })).toThrow(mismatch);
    }
    expect(halved.size).toBe(0);
  });

  test.each([
    ['NaN', 0x7fc0],
    ['−1', 0xbf80],
    ['infinity', 0x7f80],
  ])('%s as a scale', (_, scale) => {
    const rows = { codes: new Int8Array(DIM), scales: new Uint16Array(GROUPS).fill(scale, GROUPS - 1) };
    expect(() => createInt8Rows({ dim: DIM, centre, count: COUNT }).put(0, rows)).toThrow(
      expect.objectContaining({ code: 'index-corrupt' }),
    );
  });

  test.each([int8, halves])('another dimension ($name)', (kind) => {
    const index = fullIndex(kind);
    const [other] = clusteredVectors(1, DIM - 1) as [Embedding];
    expect(() => index.search(other, { k: 1 })).toThrow(mismatch);
    expect(() => index.rankAll(other)).toThrow(mismatch);
    expect(() => index.rescore(other, new Uint32Array(1), 1)).toThrow(mismatch);
    expect(() => index.add(other)).toThrow(mismatch);
  });

  test.each([int8, halves])('more than memory has addresses for ($name)', (kind) => {
    expect(() => kind.create(2 ** 28)).toThrow(expect.objectContaining({ code: 'index-too-large' }));
  });
});

test.each([int8, halves])('is empty when disposed of ($name)', (kind) => {
  const index = fullIndex(kind);
  index.dispose();
  expect(index.size).toBe(0);
  expect(index.search(query, { k: 3 })).toEqual([]);
  expect(index.rankAll(query).rows).toHaveLength(0);
  expect(() => index.add(query)).toThrow('disposed');
});
