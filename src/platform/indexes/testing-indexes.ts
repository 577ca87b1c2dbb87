import { finish } from '../../engine/async/steps.ts';
import { createCellsIndex } from '../../engine/index/cells/cells-index.ts';
import { encodeHead, parseHead } from '../../engine/index/cells/head.ts';
import { type Bits, codeBytes } from '../../engine/index/codes/code.ts';
import { createCodeRows } from '../../engine/index/codes/code-rows.ts';
import { type CodesIndex, createCodesIndex } from '../../engine/index/codes/codes-index.ts';
import { createEncoder } from '../../engine/index/codes/encode.ts';
import { trainCode } from '../../engine/index/codes/train.ts';
import { withExactFilters } from '../../engine/index/exact/exact-filters.ts';
import { createExactIndex } from '../../engine/index/exact/exact-index.ts';
import { createLiveIndex } from '../../engine/index/live/live-index.ts';
import { createHalfRows } from '../../engine/index/quantised/half-rows.ts';
import { toHalves } from '../../engine/index/quantised/halves.ts';
import { createInt8Rows, type Int8Rows } from '../../engine/index/quantised/int8-rows.ts';
import { chooseCentre, dequantise, quantise } from '../../engine/index/quantised/quantise.ts';
import { createQuantisedIndex } from '../../engine/index/quantised/quantised-index.ts';
import type { VectorIndex } from '../../engine/index/vector-index.ts';
import type { Embedding } from '../../engine/numeric/embedding.ts';
import { decodeFloat16 } from '../../engine/numeric/float16.ts';
import { clusteredVectors, flatten } from '../../engine/numeric/testing-vectors.ts';
import { shapeCell } from '../../indexing/cells/find-cells.ts';
import { createFetchedRows } from './codes/fetched-rows.ts';
import { buildHnswIndex, loadHnswIndex } from './hnsw/hnsw-index.ts';

export const DIM = 32;
const centre = chooseCentre(flatten(clusteredVectors(800, DIM), DIM), DIM);
/** Such as int8 rows and such as halves can hold: then an engine has the same vectors as the ground truth. */
export const inInt8 = rounded((flat) => dequantise(quantise(flat, DIM, centre), DIM, centre));
const inHalves = rounded((flat) => decodeFloat16(toHalves(flat, DIM)));

async function buildHnsw(rows: readonly Embedding[]): Promise<VectorIndex & { graph(): Uint8Array }> {
  const index = await buildHnswIndex({ dim: DIM, M: 16, efConstruction: 200, capacity: rows.length });
  for (const row of rows) index.add(row);
  return index;
}

function rounded(round: (flat: Float32Array) => Float32Array): Embedding[] {
  const rows = clusteredVectors(800, DIM);
  const flat = round(flatten(rows, DIM));
  return rows.map((_, row) => flat.slice(row * DIM, (row + 1) * DIM) as Embedding);
}

async function createInt8(rows: readonly Embedding[]): Promise<VectorIndex> {
  const held = createInt8Rows({ dim: DIM, centre, count: rows.length });
  held.put(0, quantise(flatten(rows, DIM), DIM, centre));
  return createQuantisedIndex(held);
}

async function createHalves(rows: readonly Embedding[]): Promise<VectorIndex> {
  const held = createHalfRows({ dim: DIM, count: rows.length });
  held.put(0, { halves: toHalves(flatten(rows, DIM), DIM) });
  return createQuantisedIndex(held);
}

type Create = (rows: readonly Embedding[]) => Promise<VectorIndex>;

/** All that implement `VectorIndex`, and the vectors that they hold without loss: `inInt8` where none are named. */
export const indexes: [name: string, create: Create, vectors?: readonly Embedding[]][] = [
  ['exact', async (rows) => createExactIndex(flatten(rows, DIM), DIM)],
  ['exact, int8', createInt8],
  ['exact, halves', createHalves, inHalves],
  ['hnsw, built', buildHnsw],
  [
    'hnsw, loaded',
    async (rows) =>
      loadHnswIndex({ graph: (await buildHnsw(rows)).graph(), vectors: flatten(rows, DIM), dim: DIM, efSearch: 200 }),
  ],
  ['hnsw, live', createLive],
  ['hnsw, filters exact', createFiltered],
  ['codes, int8', async (rows) => createCodes(rows, 4)],
  ['codes, single bits, int8', async (rows) => createCodes(rows, 1)],
  ['codes, int8 on demand', createOnDemand],
  ['cells', createCells],
];

const sample = flatten(inInt8, DIM);
const codeOf = (bits: Bits) => finish(trainCode({ dim: DIM, shape: () => ({ width: DIM, bits }), sample }));
const made = { 1: codeOf(1), 4: codeOf(4) };
/** That indexes of codes compare. */
export const CANDIDATES = 200;

function createCodes(rows: readonly Embedding[], bits: Bits, vectors?: Int8Rows): CodesIndex {
  const flat = flatten(rows, DIM);
  const code = made[bits];
  const codes = createCodeRows({ width: DIM, bits, count: rows.length });
  codes.put(0, finish(createEncoder(code))(flat));
  const held = vectors ?? createInt8Rows({ dim: DIM, centre, count: rows.length });
  if (!vectors) held.put(0, quantise(flat, DIM, centre));
  return createCodesIndex({ code, codes, vectors: held, candidates: bits === 1 ? 2 * CANDIDATES : CANDIDATES });
}

/** Half of the vectors are there at most: those of the best candidates, which come before each search. */
async function createOnDemand(rows: readonly Embedding[]): Promise<VectorIndex> {
  const held = Math.floor(rows.length / 2);
  const vectors = createFetchedRows({ dim: DIM, count: rows.length, centre, held });
  const index = createCodes(rows, 4, vectors);
  const fetch = (row: number) => vectors.put(row, quantise(rows[row] as Embedding, DIM, centre));
  return {
    kind: index.kind,
    dim: index.dim,
    get size() {
      return index.size;
    },
    has: (row) => index.has(row),
    search(query, options) {
      if (query.length === DIM) {
        const candidates = index.candidates(query, CANDIDATES, options.filter);
        // Also those that are there, which others would take the place of.
        for (const { row } of index.rank(query, candidates, held)) if (row < rows.length) fetch(row);
      }
      return index.search(query, options);
    },
    add: (vector) => index.add(vector),
    remove: (row) => index.remove(row),
    dispose: () => index.dispose(),
  };
}

/** All of them are held, as they are after many queries, and looked into: these rows lie in no cells of their own. */
async function createCells(rows: readonly Embedding[]): Promise<VectorIndex> {
  const flat = flatten(rows, DIM);
  const code = made[4];
  const codes = finish(createEncoder(code))(flat);
  const cellRows = 16;
  const sizes = Uint32Array.from({ length: Math.ceil(rows.length / cellRows) }, (_, cell) =>
    Math.min(cellRows, rows.length - cellRows * cell),
  );
  const rowBytes = codeBytes(code);
  const shapes = Array.from(sizes, (size, cell) => {
    const first = cellRows * cell;
    return shapeCell(codes.subarray(first * rowBytes, (first + size) * rowBytes), code);
  });
  const shape = {
    rows: sizes,
    centroids: Float32Array.from(shapes.flatMap((one) => Array.from(one.subarray(0, code.width)))),
    spreads: Float32Array.from(shapes, (one) => one[code.width] as number),
  };
  const hashes = Array.from(sizes, () => '0'.repeat(32));
  const drawn = codes.subarray(0, codeBytes(code));
  const head = parseHead(encodeHead(shape, hashes, code, rows.length > 0 ? drawn : codes), {
    dim: DIM,
    count: rows.length,
  });
  const codesOf = (cell: number) =>
    codes.subarray((head.firsts[cell] as number) * rowBytes, (head.firsts[cell + 1] as number) * rowBytes);
  const held = { codesOf, vectorOf: (row: number) => rows[row] };
  return createCellsIndex({ head, held, choice: { leastRows: 2 * rows.length, mostRows: 2 * rows.length } });
}

/** A part of the rows is in the graph from the beginning, another was taken in later, the rest waits. */
async function createLive(rows: readonly Embedding[]): Promise<VectorIndex> {
  const third = Math.floor(rows.length / 3);
  const live = createLiveIndex(await buildHnsw(rows.slice(0, third)), third);
  for (const row of rows.slice(third)) live.add(row);
  live.absorb(third);
  return live;
}

async function createFiltered(rows: readonly Embedding[]): Promise<VectorIndex> {
  const exact = createExactIndex(flatten(rows, DIM), DIM);
  return withExactFilters(await buildHnsw(rows), () => exact);
}
