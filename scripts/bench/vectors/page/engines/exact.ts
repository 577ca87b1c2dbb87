import type { Embedding } from '../../../../../src/engine/embedding.ts';
import { createInt8Rows } from '../../../../../src/engine/quantised/int8-rows.ts';
import { createMean, type Quantised, quantise } from '../../../../../src/engine/quantised/quantise.ts';
import { createQuantisedIndex } from '../../../../../src/engine/quantised/quantised-index.ts';
import type { VectorIndex } from '../../../../../src/engine/vector-index.ts';
import type { Engine, Searcher } from '../engine.ts';
import type { Files, Rows } from '../sources.ts';

/** Ours: a byte a dimension, scanned from end to end by a SIMD kernel. */
export const exact: Engine = {
  build: writeInt8,
  load: async (rows, files) => searcherOf(await loadExact(rows, files)),
};

export async function loadExact(rows: Rows, files: Files): Promise<VectorIndex> {
  const int8 = createInt8Rows({ dim: rows.dim, centre: await readCentre(files), count: rows.count });
  for await (const { first, quantised } of readInt8(rows, files)) int8.put(first, quantised);
  return createQuantisedIndex(int8);
}

export function searcherOf(index: VectorIndex): Searcher {
  return {
    search: (query, k, filter) =>
      index.search(query as Embedding, filter ? { k, filter } : { k }).map(({ row }) => row),
  };
}

const partName = (first: number) => `vectors-${first}.bin`;
const PART_ROWS = 8192;

async function writeInt8(rows: Rows, files: Files): Promise<void> {
  const mean = createMean(rows.dim);
  for await (const { vectors } of rows.parts()) mean.add(vectors);
  const centre = mean.mean();
  await files.write('centre.bin', new Uint8Array(centre.buffer));
  for await (const { first, vectors } of rows.parts()) {
    const { codes, scales } = quantise(vectors, rows.dim, centre);
    const part = new Uint8Array(scales.byteLength + codes.byteLength);
    part.set(new Uint8Array(scales.buffer));
    part.set(new Uint8Array(codes.buffer), scales.byteLength);
    await files.write(partName(first), part);
  }
}

export async function readCentre(files: Files): Promise<Float32Array> {
  return new Float32Array((await files.read('centre.bin', 'exact')).buffer);
}

export async function* readInt8(
  rows: Rows,
  files: Files,
): AsyncGenerator<{ readonly first: number; readonly quantised: Quantised }> {
  for (let first = 0; first < rows.count; first += PART_ROWS) {
    const { buffer } = await files.read(partName(first), 'exact');
    const count = Math.min(PART_ROWS, rows.count - first);
    const scales = new Float32Array(buffer, 0, count);
    yield { first, quantised: { scales, codes: new Int8Array(buffer, 4 * count) } };
  }
}
