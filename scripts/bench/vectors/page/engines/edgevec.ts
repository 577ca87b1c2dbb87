import init, { EdgeVec, EdgeVecConfig, JsIndexType } from 'edgevec/edgevec.js';
import { DIM, GRAPH } from '../../protocol.ts';
import type { Engine, Searcher } from '../engine.ts';
import type { Files, Rows } from '../sources.ts';
import { readEntry, writeEntry } from './indexed-db.ts';

/**
 * edgevec 0.9.0: HNSW over float32 in WebAssembly. Its metrics `cosine` and `dot` return the farthest rows first, so it
 * is given `l2`, which ranks unit vectors alike. It reads and writes its file in IndexedDB only, and counts rows from 1.
 */
const NAME = 'index';
const STORE = { database: 'EdgeVecDB', version: 1, store: 'files' };
const { M, efConstruction, efSearch } = GRAPH;
const PARAMETERS = { m: M, m0: 2 * M, ef_construction: efConstruction, ef_search: efSearch };

export const edgevec: Engine = {
  build,
  load: async (_rows, files) => {
    const index = await load(files);
    return { search: (query, k) => rowsOf(index.search(query, k)) };
  },
};

/** The same index, searched by its binary codes first and rescored: ten times as many candidates as hits. */
export const edgevecBinary: Engine = {
  load: async (_rows, files) => {
    const index = await load(files, 'edgevec');
    if (!index.hasBQ()) index.enableBQ();
    return { search: (query, k) => rowsOf(index.searchBQRescored(query, k, 10)) };
  },
};

/** Its flat index, which takes binary vectors only: signs, compared one by one, never rescored. */
export const edgevecFlat: Engine = {
  async build(rows, files) {
    await init();
    const codes = new Uint8Array((rows.count * DIM) / 8);
    for await (const { first, vectors } of rows.parts()) codes.set(signs(vectors), (first * DIM) / 8);
    await files.write('signs.bin', codes);
  },
  load: async (rows, files) => loadFlat(await files.read('signs.bin'), rows.dim),
};

async function build(rows: Rows, files: Files): Promise<void> {
  await init();
  const config = Object.assign(new EdgeVecConfig(rows.dim), { metric: 'l2', ...PARAMETERS });
  const index = new EdgeVec(config);
  for await (const { vectors } of rows.parts()) index.insertBatchFlat(vectors, vectors.length / rows.dim);
  await index.save(NAME);
  await files.write('edgevec.bin', new Uint8Array(await readEntry<Uint8Array<ArrayBuffer>>(STORE, NAME)));
}

async function load(files: Files, engine?: 'edgevec'): Promise<EdgeVec> {
  await init();
  await writeEntry(STORE, NAME, await files.read('edgevec.bin', engine));
  return EdgeVec.load(NAME);
}

async function loadFlat(codes: Uint8Array, dim: number): Promise<Searcher> {
  await init();
  const config = Object.assign(new EdgeVecConfig(dim), { metric: 'hamming', indexType: JsIndexType.Flat });
  const index = new EdgeVec(config);
  for (let at = 0; at < codes.length; at += dim / 8) index.insertBinary(codes.subarray(at, at + dim / 8));
  return { search: (query, k) => rowsOf(index.searchBinary(signs(query), k)) };
}

function rowsOf(hits: readonly { readonly id: number }[]): number[] {
  return hits.map(({ id }) => id - 1);
}

/** A bit a number: whether it is above zero. */
function signs(vectors: Float32Array): Uint8Array {
  const bits = new Uint8Array(vectors.length / 8);
  vectors.forEach((value, i) => {
    if (value > 0) bits[i >> 3] = (bits[i >> 3] as number) | (1 << (i & 7));
  });
  return bits;
}
