import { dequantise } from '../../../../../src/engine/quantised/quantise.ts';
import type { VectorIndex } from '../../../../../src/engine/vector-index.ts';
import { graphOf } from '../../../../../src/platform/hnsw-image.ts';
import { loadHnswIndex } from '../../../../../src/platform/hnsw-index.ts';
import { GRAPH, HNSWLIB_FILE } from '../../protocol.ts';
import type { Engine } from '../engine.ts';
import type { Files, Rows } from '../sources.ts';
import { readCentre, readInt8, searcherOf } from './exact.ts';

/** Ours: hnswlib's graph without its vectors, composed in the worker with the vectors at a byte a dimension. */
export const hnsw: Engine = {
  /** The graph is the one that hnswlib-wasm built. */
  async build(rows, files) {
    await files.write('graph.bin', new Uint8Array(graphOf(await files.read(HNSWLIB_FILE, 'hnswlib'), rows.dim)));
  },

  load: async (rows, files) => searcherOf(await loadHnsw(rows, files)),
};

export async function loadHnsw(rows: Rows, files: Files): Promise<VectorIndex> {
  const { dim } = rows;
  const [graph, centre] = [await files.read('graph.bin'), await readCentre(files)];
  const vectors = new Float32Array(rows.count * dim);
  for await (const { first, quantised } of readInt8(rows, files)) {
    vectors.set(dequantise(quantised, dim, centre), first * dim);
  }
  return loadHnswIndex({ graph, vectors, dim, efSearch: GRAPH.efSearch });
}
