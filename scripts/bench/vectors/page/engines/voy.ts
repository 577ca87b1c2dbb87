import * as bindings from 'voy-search/voy_search_bg.js';
import wasmUrl from 'voy-search/voy_search_bg.wasm?url';
import type { Engine } from '../engine.ts';

/**
 * voy 0.6.3 (October 2023, its last): a k-d tree in WebAssembly without SIMD. Its file is JSON, some 18 bytes a number,
 * so that at 512 dimensions somewhat above 50,000 vectors no JavaScript string holds it; it takes vectors as arrays of
 * numbers by way of serde; it returns no distances and has no filter. Above a few dozen dimensions a k-d tree looks at
 * every leaf, so its answers are exact.
 */
export const voy: Engine = {
  async build(rows, files) {
    await start();
    const embeddings: bindings.EmbeddedResource[] = [];
    for await (const { first, vectors } of rows.parts()) {
      for (let at = 0; at < vectors.length; at += rows.dim) {
        const id = String(first + at / rows.dim);
        embeddings.push({ id, title: '', url: '', embeddings: [...vectors.subarray(at, at + rows.dim)] });
      }
    }
    const index = new bindings.Voy({ embeddings });
    await files.write('voy.json', new TextEncoder().encode(index.serialize()));
  },

  async load(_rows, files) {
    await start();
    const index = bindings.Voy.deserialize(new TextDecoder().decode(await files.read('voy.json')));
    return { search: (query, k) => index.search(query, k).neighbors.map(({ id }) => Number(id)) };
  },
};

/** Its entry expects a bundler that imports WebAssembly as a module; this does by hand what the bundler would. */
async function start(): Promise<void> {
  const imports = { './voy_search_bg.js': bindings as unknown as WebAssembly.ModuleImports };
  const { instance } = await WebAssembly.instantiateStreaming(fetch(wasmUrl), imports);
  bindings.__wbg_set_wasm(instance.exports);
}
