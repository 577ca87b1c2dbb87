import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBitset, setBit } from '../bitset.ts';
import { type Choice, chooseCells, countPassing, type Passing } from './choose-cells.ts';

const CHOICE: Choice = { ratio: 0.5, leastRows: 20, mostRows: 60 };
const sizes = new Uint32Array(10).fill(10);
const all: Passing = { rows: sizes, wanted: 10, needed: 5, filtered: false };

/** Of ten cells: four that are near, and one that is a little less far than the others. */
const scores = Float32Array.of(0.1, 0.1, 0.9, 0.1, 0.8, 0.3, 0.1, 0.85, 0.7, 0.1);

test('takes the cells that are near, nearest first', () => {
  expect(chooseCells(scores, sizes, all, CHOICE)).toEqual([2, 7, 4, 8]);
});

test('what is added to all scores, as by the gap between texts and pictures, changes nothing', () => {
  const far = scores.map((score) => score - 5);
  expect(chooseCells(far, sizes, all, CHOICE)).toEqual([2, 7, 4, 8]);
});

test('looks at no fewer rows than it should, and at no more', () => {
  const lonely = Float32Array.of(9, 0, 0, 0, 0, 0, 0, 0, 0, 0);
  expect(chooseCells(lonely, sizes, all, CHOICE)).toEqual([0, 1]);
  expect(chooseCells(new Float32Array(10), sizes, all, CHOICE)).toHaveLength(6);
});

test('goes on until enough rows pass, past cells without one', () => {
  const rows = Uint32Array.of(0, 1, 0, 1, 0, 1, 1, 0, 0, 1);
  const passing = { rows, wanted: 4, needed: 4, filtered: true };
  expect(chooseCells(scores, sizes, passing, { ...CHOICE, mostRows: 30 })).toEqual([5, 1, 3, 6]);
});

test('where all cells with rows that pass are few, all of them are taken', () => {
  const rows = Uint32Array.of(1, 0, 0, 1, 0, 0, 0, 0, 0, 1);
  expect(chooseCells(scores, sizes, { rows, wanted: 1, needed: 1, filtered: true }, CHOICE)).toEqual([0, 3, 9]);
});

test('makes do with fewer than are wanted where it would have to read ever more', () => {
  const cells = 1000;
  const many = new Uint32Array(cells).fill(10);
  const rows = new Uint32Array(cells).fill(1);
  const chosen = chooseCells(new Float32Array(cells), many, { rows, wanted: 80, needed: 20, filtered: true }, CHOICE);
  expect(chosen.length).toBeLessThan(80);
  expect(chosen.length).toBeGreaterThanOrEqual(20);
});

test.each([20, 60, 100])('never makes do with fewer than %i ranks that are asked for', (needed) => {
  const rows = new Uint32Array(100).fill(1);
  const passing = { rows, wanted: 2 * needed, needed, filtered: true };
  const chosen = chooseCells(new Float32Array(100), new Uint32Array(100).fill(10), passing, CHOICE);
  expect(chosen.length).toBeGreaterThanOrEqual(needed);
});

test('takes nothing of nothing', () => {
  expect(chooseCells(new Float32Array(), new Uint32Array(), { ...all, rows: new Uint32Array() }, CHOICE)).toEqual([]);
});

test('counts the rows that pass in each cell', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 70 }), { maxLength: 12 }),
      fc.array(fc.nat(900), { maxLength: 200 }),
      (lengths, set) => {
        const firsts = Uint32Array.from([0, ...lengths]);
        for (let i = 1; i < firsts.length; i++) firsts[i] = (firsts[i] as number) + (firsts[i - 1] as number);
        const filter = createBitset(901);
        for (const row of set) setBit(filter, row);
        const right = lengths.map(
          (length, cell) =>
            [...new Set(set)].filter(
              (row) => row >= (firsts[cell] as number) && row < (firsts[cell] as number) + length,
            ).length,
        );
        expect([...countPassing(filter, firsts)]).toEqual(right);
      },
    ),
  );
});
