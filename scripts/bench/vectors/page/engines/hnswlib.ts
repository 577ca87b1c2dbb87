import { type HierarchicalNSW, type HnswlibModule, loadHnswlib, syncFileSystem } from 'hnswlib-wasm-as-published';
import { beamFor } from '../../../../../src/indexing/indexes/beam.ts';
import { passes } from '../../data/filter.ts';
import { DIM, GRAPH, HNSWLIB_FILE } from '../../protocol.ts';
import type { Engine } from '../engine.ts';
import { readEntry, writeEntry } from './indexed-db.ts';

/**
 * hnswlib-wasm 0.8.2 as it is published (July 2023, its last; without this project's patch): HNSW over float32 in
 * WebAssembly without SIMD, in 2 GiB at most. Its own file holds all vectors as float32, and it reads and writes it in
 * IndexedDB only.
 */
const NAME = 'index';
const PLACE = { database: '/hnswlib-index', version: 21, store: 'FILE_DATA', index: 'timestamp' };
const KEY = `/hnswlib-index/${NAME}`;
const BATCH = 1024;
const SEED = 100;

interface Entry {
  readonly contents: Uint8Array<ArrayBuffer>;
}

export const hnswlib: Engine = {
  async build(rows, files) {
    const library = await loadHnswlib('IDBFS');
    const index = create(library, rows.dim);
    index.initIndex(rows.count, GRAPH.M, GRAPH.efConstruction, SEED);
    for await (const { first, vectors } of rows.parts()) addAll(index, vectors, first, rows.dim);
    index.writeIndex(NAME);
    void syncFileSystem('write');
    const entry = await patiently(() => readEntry<Entry>(PLACE, KEY));
    await files.write(HNSWLIB_FILE, entry.contents);
  },

  async load(rows, files) {
    const contents = await files.read(HNSWLIB_FILE);
    await writeEntry(PLACE, KEY, { timestamp: new Date(), mode: 0o100666, contents });
    const library = await loadHnswlib('IDBFS');
    void syncFileSystem('read');
    await patiently(async () => {
      if (!library.EmscriptenFileSystemManager.checkFileExists(NAME)) throw new Error(`${KEY} did not arrive.`);
    });
    const index = create(library, DIM);
    index.readIndex(NAME, rows.count);
    index.setEfSearch(beamFor(rows.count));
    return {
      tune: (efSearch) => index.setEfSearch(efSearch),
      search: (query, k, filter) =>
        index.searchKnn(query, k, filter && ((row: number) => passes(filter, row))).neighbors,
    };
  },
};

function create(library: HnswlibModule, dim: number): HierarchicalNSW {
  return new library.HierarchicalNSW('ip', dim, '');
}

/** The library lists all labels after each call that adds, so rows are handed over in batches. */
function addAll(index: HierarchicalNSW, vectors: Float32Array, first: number, dim: number): void {
  for (let row = 0; row * dim < vectors.length; row += BATCH) {
    const count = Math.min(BATCH, vectors.length / dim - row);
    const batch = Array.from({ length: count }, (_, i) => vectors.subarray((row + i) * dim, (row + i + 1) * dim));
    index.addPoints(
      batch,
      batch.map((_, i) => first + row + i),
      false,
    );
  }
}

/** Try until it succeeds: the library says that it has synchronised before it has. */
async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + 60_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
