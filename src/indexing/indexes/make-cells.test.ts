import { expect, test } from 'vitest';
import { finish } from '../../engine/async/steps.ts';
import { storeVectors } from '../../engine/collection/vectors/stored-vectors.ts';
import { codeBytes } from '../../engine/index/codes/code.ts';
import { dot, type Embedding } from '../../engine/numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../engine/numeric/testing-vectors.ts';
import { balanceCells } from './balance-cells.ts';
import { makeCells } from './make-cells.ts';

const [COUNT, DIM, CELL_ROWS] = [3000, 64, 50];
const vectors = clusteredVectors(COUNT, DIM);
const stored = storeVectors(flatten(vectors, DIM), DIM, 'int8');
const never = new AbortController().signal;

test('each row stands in one cell, with rows that are like it, in cells of about one size', async () => {
  const { order, shape, codes, code } = await makeCells(stored, () => {}, never, CELL_ROWS);
  expect(order.toSorted()).toEqual(Uint32Array.from({ length: COUNT }, (_, row) => row));
  expect(shape.rows.reduce((sum, rows) => sum + rows, 0)).toBe(COUNT);
  expect(Math.max(...shape.rows)).toBeLessThanOrEqual(1.5 * CELL_ROWS);
  expect(COUNT / shape.rows.length).toBeGreaterThan(CELL_ROWS / 2);
  expect(codes).toHaveLength(COUNT * codeBytes(code));
  expect([shape.centroids.length, shape.spreads.length]).toEqual([shape.rows.length * code.width, shape.rows.length]);
  let [within, between, first] = [0, 0, 0];
  for (const rows of shape.rows) {
    const [one, other] = [order[first] as number, order[first + rows - 1] as number];
    within += dot(vectors[one] as Embedding, vectors[other] as Embedding);
    between += dot(vectors[one] as Embedding, vectors[order[(first + COUNT / 2) % COUNT] as number] as Embedding);
    first += rows;
  }
  expect(within / shape.rows.length).toBeGreaterThan(between / shape.rows.length + 0.3);
});

test('the same vectors give the same cells, and each step says how far it is', async () => {
  const said = new Map<string, number[]>();
  const one = await makeCells(
    stored,
    (task, done, total) => {
      expect(total).toBe(COUNT);
      said.set(task, [...(said.get(task) ?? []), done]);
    },
    never,
    CELL_ROWS,
  );
  const two = await makeCells(stored, () => {}, never, CELL_ROWS);
  expect(one).toEqual(two);
  expect([...said.keys()]).toEqual(['Learning codes', 'Codes', 'Cells', 'Cell sizes', 'Cell middles']);
  for (const done of said.values()) {
    expect([done[0], done.at(-1)]).toEqual([0, COUNT]);
    expect(done.toSorted((a, b) => a - b)).toEqual(done);
  }
});

test('stops when it is told to', async () => {
  const controller = new AbortController();
  const made = makeCells(
    stored,
    (task) => task === 'Cells' && controller.abort(new Error('stopped')),
    controller.signal,
  );
  await expect(made).rejects.toThrow('stopped');
});

test.each([1, 3, 200])('%i pictures that are all the same', async (count) => {
  const same = storeVectors(flatten(Array<Embedding>(count).fill(vectors[0] as Embedding), DIM), DIM, 'int8');
  const { order, shape } = await makeCells(same, () => {}, never, CELL_ROWS);
  expect(order.toSorted()).toEqual(Uint32Array.from({ length: count }, (_, row) => row));
  expect(Math.max(...shape.rows)).toBeLessThanOrEqual(1.5 * CELL_ROWS);
});

test('small clusters join their neighbours, large ones are halved', () => {
  const order = Uint32Array.from({ length: 1000 }, (_, row) => row);
  // Clusters of 1, 2, 0, 97 and 900 rows, along a line.
  const starts = Uint32Array.of(0, 1, 3, 3, 100, 1000);
  const point = (row: number, out: Float32Array) => out.fill(row);
  const cells = finish(balanceCells({ order, starts }, point, 4, 100));
  expect([...cells.rows]).toEqual([100, 112, 113, 112, 113, 112, 113, 112, 113]);
  expect(cells.order).toEqual(order);
});
