import init, { EdgeVec, EdgeVecConfig, JsIndexType } from 'edgevec/edgevec.js';
import { beamFor } from '../../../../../src/indexing/indexes/beam.ts';
import { DIM, GRAPH } from '../../protocol.ts';
import type { Engine, Searcher } from '../engine.ts';

/**
 * edgevec 0.9.0: HNSW over float32 in WebAssembly. It cannot read the files that it writes ("This is a feature that
 * PostCard will never implement", whatever the configuration), so every load builds its index anew from the vectors. Its
 * metrics `cosine` and `dot` return the farthest rows first: it is given `l2`, which ranks unit vectors alike. It counts
 * rows from 1.
 */
const { M, efConstruction } = GRAPH;
const PARAMETERS = { m: M, m0: 2 * M, ef_construction: efConstruction };
/** Candidates for a hit, of which the binary codes are compared: the best that its documentation names. */
const RESCORED = 10;

/** The same index may be searched by its binary codes first (`edgevec-bq`). */
export const edgevec: Engine = {
  async load(rows) {
    await init();
    const config = { metric: 'l2', ...PARAMETERS, ef_search: beamFor(rows.count) };
    const index = new EdgeVec(Object.assign(new EdgeVecConfig(rows.dim), config));
    for await (const { vectors } of rows.parts()) index.insertBatchFlat(vectors, vectors.length / rows.dim);
    index.enableBQ();
    return {
      search: (query, k) => rowsOf(index.search(query, k)),
      others: { 'edgevec-bq': { search: (query, k) => rowsOf(index.searchBQRescored(query, k, RESCORED)) } },
    };
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
