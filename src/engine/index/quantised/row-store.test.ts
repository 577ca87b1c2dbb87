import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createKernels } from '../../kernels/load.ts';
import { createRowStore, HEAD_AT, type RowStore } from './row-store.ts';

const ROW = 21; // not a multiple of 16: rows do not touch
const HEAD = 40;
const COUNT = 12;
const hosts = [createKernels, (bytes: number) => createKernels(bytes, {})];

type Name = 'numbers' | 'bits' | 'scratch';

function createStore(count = COUNT, kernels = hosts[0], rowBytes = ROW): RowStore<Name> {
  return createRowStore<Name>({
    head: HEAD,
    rowBytes,
    count,
    beside: {
      scratch: { bytes: (rows) => 2 * rows },
      numbers: { bytes: (rows) => 4 * rows, kept: true },
      bits: { bytes: (rows) => Math.ceil(rows / 8), kept: true },
    },
    kernels,
  });
}

const rowOf = (seed: number) => Uint8Array.from({ length: ROW }, (_, i) => (31 * seed + 7 * i + 1) % 256);
const rowsFrom = (first: number, count: number) =>
  Uint8Array.from(Array.from({ length: count }, (_, i) => [...rowOf(first + i)]).flat());
const heldRow = (store: RowStore<Name>, row: number) =>
  new Uint8Array(store.buffer, store.rowsAt + row * store.stride, ROW).slice();
const numbers = (store: RowStore<Name>) => new Uint32Array(store.buffer, store.at('numbers'), store.count);
const bits = (store: RowStore<Name>) => new Uint8Array(store.buffer, store.at('bits'), Math.ceil(store.count / 8));

test('rows lie where they belong, in whatever order they came and however many were appended', () => {
  const part = fc.tuple(fc.nat(COUNT), fc.nat(COUNT));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 10 }), fc.integer({ min: 0, max: 700 }), (parts, appended) => {
      for (const kernels of hosts) {
        const store = createStore(COUNT, kernels);
        const there = new Set<number>();
        new Uint8Array(store.buffer, HEAD_AT, HEAD).fill(9);
        numbers(store).forEach((_, row) => {
          numbers(store)[row] = 1000 + row;
        });
        bits(store).fill(0xa5);
        for (const [first, length] of parts) {
          const count = Math.min(length, COUNT - first);
          expect(store.put(first, rowsFrom(first, count))).toBe(count);
          for (let row = first; row < first + count; row++) there.add(row);
        }
        for (let row = COUNT; row < COUNT + appended; row++) {
          expect(store.append(rowOf(row))).toBe(row);
          numbers(store)[row] = 1000 + row;
          there.add(row);
        }
        expect(store.count).toBe(COUNT + appended);
        for (const row of there) expect(heldRow(store, row)).toEqual(rowOf(row));
        expect([...numbers(store)]).toEqual(Array.from({ length: store.count }, (_, row) => 1000 + row));
        expect(bits(store)[0]).toBe(0xa5);
        expect([...new Uint8Array(store.buffer, HEAD_AT, HEAD)]).toEqual(Array(HEAD).fill(9));
      }
    }),
    { numRuns: 50 },
  );
});

test('nothing lies over anything else, and everything begins where kernels can read it', () => {
  for (const count of [0, 1, 7, 64, 1000]) {
    const store = createStore(count);
    const areas = [
      [HEAD_AT, HEAD],
      [store.rowsAt, count * store.stride],
      [store.at('scratch'), 2 * count],
      [store.at('numbers'), 4 * count],
      [store.at('bits'), Math.ceil(count / 8)],
    ] as const;
    areas.reduce(([at, bytes], next) => {
      expect(next[0]).toBeGreaterThanOrEqual(at + bytes);
      expect(next[0] % 16).toBe(0);
      return next;
    });
    expect(store.stride % 16).toBe(0);
    expect(store.buffer.byteLength).toBeGreaterThanOrEqual(store.at('bits') + Math.ceil(count / 8));
  }
});

test('refuses rows that do not fit, and keeps what it has', () => {
  const mismatch = expect.objectContaining({ code: 'dimension-mismatch' });
  const store = createStore();
  store.put(0, rowsFrom(0, COUNT));
  for (const first of [-1, 0.5, Number.NaN, COUNT]) expect(() => store.put(first, rowsFrom(50, 1))).toThrow(mismatch);
  expect(() => store.put(COUNT - 1, rowsFrom(50, 2))).toThrow(mismatch);
  expect(() => store.put(0, new Uint8Array(ROW + 1))).toThrow(mismatch);
  expect(() => store.append(new Uint8Array(ROW - 1))).toThrow(mismatch);
  expect(store.count).toBe(COUNT);
  for (let row = 0; row < COUNT; row++) expect(heldRow(store, row)).toEqual(rowOf(row));
});

test('refuses more than memory has addresses for', () => {
  expect(() => createStore(2 ** 28)).toThrow(expect.objectContaining({ code: 'index-too-large' }));
});

test('gives its memory back', () => {
  const store = createStore();
  expect(store.disposed).toBe(false);
  store.dispose();
  expect(store.disposed).toBe(true);
  expect(() => store.buffer).toThrow('disposed');
  expect(() => store.put(0, rowOf(0))).toThrow('disposed');
  expect(() => store.append(rowOf(0))).toThrow('disposed');
});
