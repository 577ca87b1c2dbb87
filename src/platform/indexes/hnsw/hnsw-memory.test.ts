import { afterEach, expect, test, vi } from 'vitest';
import { clusteredVectors, flatten } from '../../../engine/numeric/testing-vectors.ts';
import { recordBytes } from './hnsw-image.ts';
import { buildHnswIndex, loadHnswIndex } from './hnsw-index.ts';

const [COUNT, DIM, M] = [400, 16, 4];
const rows = clusteredVectors(COUNT, DIM);
const vectors = flatten(rows, DIM);

async function makeGraph(): Promise<Uint8Array> {
  const index = await buildHnswIndex({ dim: DIM, M, efConstruction: 100, capacity: COUNT });
  for (const row of rows) index.add(row);
  return index.graph();
}

const load = (graph: Uint8Array) => loadHnswIndex({ graph, vectors, dim: DIM, efSearch: 50 });

afterEach(() => vi.restoreAllMocks());

test.each([
  ['the links', COUNT],
  ['the image', (COUNT * recordBytes(DIM, M)) / 4],
])('no memory for %s is said to be that', async (_, most) => {
  const graph = await makeGraph();
  class Scarce extends Uint32Array {
    constructor(length: number) {
      if (length > most) throw new RangeError(`Invalid typed array length: ${length}`);
      super(length);
    }
  }
  vi.stubGlobal('Uint32Array', Scarce);
  await expect(load(graph).finally(() => vi.unstubAllGlobals())).rejects.toMatchObject({ code: 'index-too-large' });
});

test('no memory for the heap is said to be that', async () => {
  const graph = await makeGraph();
  vi.spyOn(WebAssembly, 'instantiate').mockRejectedValue(new RangeError('WebAssembly.instantiate(): Out of memory'));
  await expect(load(graph)).rejects.toMatchObject({ code: 'index-too-large' });
});
