import { describe, expect, test } from 'vitest';
import { sampleContent, sampleItem, writeCollection } from '../../engine/collection/testing.ts';
import { codeBytes } from '../../engine/index/codes/code.ts';
import { dot, type Embedding } from '../../engine/numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../engine/numeric/testing-vectors.ts';
import { sha256 } from '../../platform/hashes/sha256.node.ts';
import { ROWS_PER_CODED_BLOCK } from '../indexes/make-codes.ts';
import type { WorkFile, WorkFolder } from '../ports.ts';
import { type BuildCellsOptions, buildCells } from './build-cells.ts';
import type { Rows } from './store-rows.ts';
import { createMemoryWorkFolder, memoryRows } from './testing-work-folder.ts';

const [COUNT, DIM, CELL_ROWS] = [3000, 64, 50];
const vectors = clusteredVectors(COUNT, DIM);
const rows = memoryRows(flatten(vectors, DIM), DIM, sampleItem);
const MODEL = 'a'.repeat(64);

function build<T>(given: Rows<T>, folder: WorkFolder, more: Partial<BuildCellsOptions> = {}) {
  const { signal } = new AbortController();
  return buildCells(given, folder, { model: MODEL, onProgress: () => {}, signal, cellRows: CELL_ROWS, ...more });
}

/** The manifest of the collection, which names all files by their content. */
async function write(given: Rows<unknown>, folder: WorkFolder, more: Partial<BuildCellsOptions> = {}) {
  const { items, vectors, cells } = await build(given, folder, more);
  const content = { items, vectors, cells, rowsPerBlock: ROWS_PER_CODED_BLOCK, index: 'cells' as const };
  return writeCollection(sampleContent(sha256, given.count, given.dim, { ...content, graph: undefined }), new Map());
}

test('each row stands in one cell, with rows that are like it, in cells of about one size', async () => {
  const { order, cells } = await build(rows, createMemoryWorkFolder(sha256));
  const { shape, code } = cells;
  expect(order.toSorted()).toEqual(Uint32Array.from({ length: COUNT }, (_, row) => row));
  expect(shape.rows.reduce((sum, size) => sum + size, 0)).toBe(COUNT);
  expect(Math.max(...shape.rows)).toBeLessThanOrEqual(1.5 * CELL_ROWS);
  expect(COUNT / shape.rows.length).toBeGreaterThan(CELL_ROWS / 2);
  expect([shape.centroids.length, shape.spreads.length]).toEqual([shape.rows.length * code.width, shape.rows.length]);
  let place = 0;
  for await (const codes of cells.codes()) expect(codes).toHaveLength((shape.rows[place++] ?? 0) * codeBytes(code));
  let [within, between, first] = [0, 0, 0];
  for (const size of shape.rows) {
    const [one, other] = [order[first] as number, order[first + size - 1] as number];
    within += dot(vectors[one] as Embedding, vectors[other] as Embedding);
    between += dot(vectors[one] as Embedding, vectors[order[(first + COUNT / 2) % COUNT] as number] as Embedding);
    first += size;
  }
  expect(within / shape.rows.length).toBeGreaterThan(between / shape.rows.length + 0.3);
});

test('each pass says how far it is, and stops when it is told to', async () => {
  const said = new Map<string, number[]>();
  const totals = new Map<string, number>();
  await build(rows, createMemoryWorkFolder(sha256), {
    onProgress(task, done, total) {
      said.set(task, [...(said.get(task) ?? []), done]);
      totals.set(task, total);
    },
  });
  const tasks = [
    'Vectors',
    'Learning codes',
    'Codes',
    'Learning cells',
    'Cells',
    'Cell members',
    'Cell sizes',
    'Order',
  ];
  expect([...said.keys()]).toEqual(tasks);
  for (const [task, done] of said) {
    expect(done.at(-1)).toBe(totals.get(task));
    expect(done.toSorted((a, b) => a - b)).toEqual(done);
  }
  for (const stop of tasks) {
    const controller = new AbortController();
    const onProgress = (task: string) => task === stop && controller.abort(new Error('stopped'));
    const { signal } = controller;
    const stopped = build(manyBatches(), createMemoryWorkFolder(sha256), { onProgress, signal });
    await expect(stopped.then(() => stop)).rejects.toThrow('stopped');
  }
});

test.each([1, 3, 200])('%i pictures that are all the same', async (count) => {
  const same = flatten(Array<Embedding>(count).fill(vectors[0] as Embedding), DIM);
  const { order, cells } = await build(memoryRows(same, DIM, sampleItem), createMemoryWorkFolder(sha256));
  expect(order.toSorted()).toEqual(Uint32Array.from({ length: count }, (_, row) => row));
  expect(Math.max(...cells.shape.rows)).toBeLessThanOrEqual(1.5 * CELL_ROWS);
});

/** The same rows, some at a time, those of the second half first, as when collections are merged. */
function manyBatches(): Rows<null> {
  const flat = flatten(vectors, DIM);
  const parts = [COUNT / 2, 0].flatMap((first) => Array.from({ length: 5 }, (_, i) => first + (i * COUNT) / 10));
  const size = COUNT / 10;
  const part = (first: number) => flat.subarray(first * DIM, (first + size) * DIM);
  return {
    ...rows,
    async *vectors() {
      for (const first of parts.toSorted((a, b) => a - b)) yield part(first);
    },
    async *batches() {
      for (const [i, first] of parts.entries()) {
        const places = Uint32Array.from({ length: size }, (_, place) => first + place);
        const items = Array.from({ length: size }, (_, place) => sampleItem(i * size + place));
        yield { rows: places, vectors: part(first), items };
      }
    },
  };
}

test('the same rows give the same bytes, in whatever batches they come', async () => {
  const one = await write(rows, createMemoryWorkFolder(sha256));
  expect(await write(rows, createMemoryWorkFolder(sha256))).toEqual(one);
  expect(await write(manyBatches(), createMemoryWorkFolder(sha256))).toEqual(one);
});

describe('a build that is interrupted', () => {
  const few = memoryRows(flatten(vectors.slice(0, 600), DIM), DIM, sampleItem);

  /** A folder of which everything fails from the `last`th change to it on, as where the process is killed; a write may be torn. */
  function dying(folder: WorkFolder, last: number) {
    let changes = 0;
    const change = async (work: () => Promise<void>, torn: () => Promise<void> = async () => {}) => {
      if (++changes < last) return work();
      if (changes === last) await torn();
      throw new Error('killed');
    };
    const guarded = (file: WorkFile): WorkFile => ({
      ...file,
      write: (offset, bytes) =>
        change(
          () => file.write(offset, bytes),
          () => file.write(offset, bytes.subarray(0, bytes.length >> 1)),
        ),
    });
    const mortal: WorkFolder = {
      ...folder,
      writeText: (name, text) => change(() => folder.writeText(name, text)),
      remove: (name) => change(() => folder.remove(name)),
      create: async (name) => guarded(await folder.create(name)),
      open: async (name) => guarded(await folder.open(name)),
    };
    return { mortal, changes: () => changes };
  }

  test('goes on where it was, to the same bytes, wherever it is killed', async () => {
    const right = await write(few, createMemoryWorkFolder(sha256));
    const whole = dying(createMemoryWorkFolder(sha256), Number.POSITIVE_INFINITY);
    await write(few, whole.mortal);
    const resumed = new Set<string>();
    for (let last = 1; last <= whole.changes(); last++) {
      const folder = createMemoryWorkFolder(sha256);
      await expect(write(few, dying(folder, last).mortal)).rejects.toThrow('killed');
      const made = await write(few, folder, { onResumed: (passes) => resumed.add(passes.join(' ')) });
      expect(made).toEqual(right);
    }
    expect([...resumed]).toEqual([
      'vectors',
      'vectors codes',
      'vectors codes clusters',
      'vectors codes clusters cells',
      'vectors codes clusters cells order',
    ]);
  });

  test('does no pass again that it has finished', async () => {
    const folder = createMemoryWorkFolder(sha256);
    const { mortal, changes } = dying(folder, Number.POSITIVE_INFINITY);
    await build(rows, mortal);
    const before = changes();
    const said = new Set<string>();
    await build(rows, mortal, { onProgress: (task) => said.add(task) });
    expect(said).toEqual(new Set());
    expect(changes() - before).toBeLessThan(before / 2);
  });

  test('says in one line that what it is built from has changed', async () => {
    const whole = dying(createMemoryWorkFolder(sha256), Number.POSITIVE_INFINITY);
    await write(rows, whole.mortal);
    const folder = createMemoryWorkFolder(sha256);
    await expect(write(rows, dying(folder, whole.changes() - 3).mortal)).rejects.toThrow('killed');
    const changed = build({ ...rows, identity: 'other' }, folder);
    await expect(changed).rejects.toMatchObject({
      code: 'input-changed',
      message: expect.stringMatching(/^What is indexed has changed .* delete memory\.$/),
    });
  });

  test('what another version left is not gone on with', async () => {
    const folder = createMemoryWorkFolder(sha256);
    await folder.writeText('state.json', JSON.stringify({ recipe: 'old', input: 'old', done: { vectors: {} } }));
    expect(await write(rows, folder)).toEqual(await write(rows, createMemoryWorkFolder(sha256)));
    await folder.removeAll();
    await folder.writeText('state.json', '{"rec');
    expect((await build(rows, folder)).order).toHaveLength(COUNT);
  });
});
