import { createRoot, createSignal } from 'solid-js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Item } from '../../engine/collection/types.ts';
import type { Pictures } from './pictures.ts';
import { createSelection, MOST_SELECTED, type Selection } from './selection.ts';

const item = (row: number) => ({ id: `id-${row}`, name: `${row}.jpg` }) as Item;
let total = 100;
/** Cells up to here are at hand. */
const [fetched, setFetched] = createSignal(50);
const [shown, setShown] = createSignal({});
const [places, setPlaces] = createSignal({});
let wanted: [number, number] | undefined;
let selection: Selection;
let dispose = () => {};

const pictures: Pictures = {
  total: () => total,
  good: () => null,
  headings: () => [],
  at: (cell) => (cell < fetched() ? { row: 1000 + cell, similarity: 0.5, score: 0.5 } : undefined),
  href: (id) => id,
  want: (from, to) => {
    wanted = [from, to];
  },
  cellOf: () => -1,
  seek: async () => {},
};

beforeEach(() => {
  total = 100;
  setFetched(50);
  wanted = undefined;
  createRoot((end) => {
    dispose = end;
    const get = (row: number) => (row === 1007 ? Promise.reject(new Error('not there')) : item(row));
    selection = createSelection(pictures, { get }, shown, places);
  });
});
afterEach(() => dispose());

const ids = () => selection.items().map(({ id }) => id);
const cells = (...all: number[]) => all.map((cell) => `id-${1000 + cell}`);

it('selects one and takes it out again, in a mode that begins by itself', () => {
  expect(selection.isOn()).toBe(false);
  selection.toggle(3, item(1003));
  expect([selection.isOn(), selection.count(), selection.has(item(1003))]).toEqual([true, 1, true]);
  selection.toggle(3, item(1003));
  expect([selection.isOn(), selection.count()]).toEqual([true, 0]);
});

it('selects from the one that was toggled last, in both directions, in place of the range before', async () => {
  selection.toggle(20, item(1020));
  selection.toggle(4, item(1004));
  await selection.extendTo(6);
  expect(ids()).toEqual(cells(20, 4, 5, 6));
  await selection.extendTo(2);
  expect(ids()).toEqual(cells(20, 4, 2, 3));
});

it('leaves out what cannot be read', async () => {
  selection.toggle(6, item(1006));
  await selection.extendTo(8);
  expect(ids()).toEqual(cells(6, 8));
});

it('waits for ranks that are not here yet, and drops a range that a newer one replaces', async () => {
  selection.toggle(48, item(1048));
  const first = selection.extendTo(52);
  expect(wanted).toEqual([48, 53]);
  const second = selection.extendTo(50);
  setFetched(60);
  await Promise.all([first, second]);
  expect(ids()).toEqual(cells(48, 49, 50));
});

it('selects all, but for more than it holds', async () => {
  total = MOST_SELECTED + 10;
  setFetched(total);
  await selection.selectAll();
  expect(selection.count()).toBe(MOST_SELECTED - 1); // one cannot be read
});

it('selects from where the keyboard was, where none was toggled', async () => {
  await selection.extendTo(11, 10);
  await selection.extendTo(12, 11);
  expect(ids()).toEqual(cells(10, 11, 12));
});

it('keeps what is selected when pictures are in other cells, and begins new ranges there', async () => {
  selection.toggle(3, item(1003));
  setPlaces({});
  await selection.extendTo(21, 20);
  expect(ids()).toEqual(cells(3, 20, 21));
});

it('forgets what was selected when something else is shown, and a range that is read then', async () => {
  selection.toggle(48, item(1048));
  const range = selection.extendTo(55);
  setShown({});
  setFetched(60);
  await range;
  expect([selection.isOn(), selection.count()]).toEqual([false, 0]);
});
