/// <reference path="./hnswlib-wasm.d.ts" />
import type { HierarchicalNSW, HnswlibModule } from 'hnswlib-wasm/dist/hnswlib-317962d7.js';
import { memoise } from '../../../engine/async/cached/memoise.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import type { Hit } from '../../../engine/index/vector-index.ts';
import type { Embedding } from '../../../engine/numeric/embedding.ts';
import { bySimilarity } from './groups/row-groups.ts';

export interface Runtime {
  readonly module: HnswlibModule;
  readonly index: HierarchicalNSW;
}

/** Most of a worker's code, and not needed to look at pictures. */
const code = memoise(() => import('hnswlib-wasm/dist/hnswlib-317962d7.js'));

/** Begin to load the code; whoever makes a runtime is told of failures. */
export function preloadHnswlib(): void {
  code.get().catch(() => undefined);
}

/**
 * A runtime for one index: its heap goes with the index (a WebAssembly heap never shrinks), each has 2 GiB of its own,
 * and one that fails takes no other along. A second one takes about 15 ms.
 */
export async function createRuntime(dim: number): Promise<Runtime> {
  const quiet = () => {}; // what goes wrong is thrown too
  const { default: createHnswlib } = await code.get();
  const module = await createHnswlib({ print: quiet, printErr: quiet }).catch((error: unknown) =>
    attempt('internal', () => {
      throw error;
    }),
  );
  module.EmscriptenFileSystemManager.initializeFileSystem('memory');
  // Inner product: for unit vectors, 1 − cosine.
  return { module, index: new module.HierarchicalNSW('ip', dim, '') };
}

/**
 * hnswlib asks a filter row by row, by a call from WebAssembly, for every row that it walks over: fine where a good
 * share of the rows passes; where few do, it walks over all of them and the exact index is faster.
 * Vectors cross element by element (embind's `std::vector<float>`; a `Float32Array` is no faster than an array): about
 * 0.05 ms at 256 dimensions.
 */
export function searchNodes(
  index: HierarchicalNSW,
  query: Embedding,
  options: { readonly k: number; readonly efSearch: number; readonly passes?: ((row: number) => boolean) | undefined },
): Hit[] {
  const { k, efSearch, passes } = options;
  const { distances, neighbors } = attempt('internal', () => {
    index.setEfSearch(Math.max(efSearch, k));
    return index.searchKnn(query, k, passes);
  });
  const hits = neighbors.map((row, i) => ({ row, similarity: 1 - (distances[i] as number) /* parallel */ }));
  return hits.sort(bySimilarity);
}

/** Run a call into hnswlib, whose C++ exceptions carry [type, text] as their message. */
export function attempt<T>(code: 'index-corrupt' | 'index-too-large' | 'internal', call: () => T): T {
  try {
    return call();
  } catch (error) {
    const reason = String((error as { message?: unknown } | null)?.message ?? error);
    if (code === 'index-too-large' || /not enough memory|out of memory|could not allocate|bad_alloc/i.test(reason)) {
      const message = `The HNSW index does not fit into memory, of which it may use 2 GiB (${reason}).`;
      throw new AfterimageError('index-too-large', message, { cause: error });
    }
    throw new AfterimageError(code, `hnswlib failed: ${reason}.`, { cause: error });
  }
}
