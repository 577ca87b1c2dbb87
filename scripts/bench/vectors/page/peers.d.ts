/** What is used of peers that come without types, or are imported by another path than their types know. */

declare module 'voy-search/voy_search_bg.js' {
  export interface EmbeddedResource {
    readonly id: string;
    readonly title: string;
    readonly url: string;
    readonly embeddings: readonly number[];
  }
  export class Voy {
    constructor(resource: { readonly embeddings: readonly EmbeddedResource[] });
    search(query: Float32Array, k: number): { readonly neighbors: readonly { readonly id: string }[] };
    serialize(): string;
    static deserialize(serialised: string): Voy;
  }
  export function __wbg_set_wasm(exports: WebAssembly.Exports): void;
}

/** hnswlib-wasm without this project's patch: bundle.ts. */
declare module 'hnswlib-wasm-as-published' {
  export interface HierarchicalNSW {
    initIndex(maxElements: number, M: number, efConstruction: number, seed: number): void;
    readIndex(name: string, maxElements: number): void;
    writeIndex(name: string): void;
    addPoints(vectors: readonly Float32Array[], labels: readonly number[], replaceDeleted: boolean): void;
    setEfSearch(ef: number): void;
    searchKnn(
      query: Float32Array,
      k: number,
      filter: ((label: number) => boolean) | undefined,
    ): { readonly neighbors: readonly number[] };
  }
  export interface HnswlibModule {
    readonly HierarchicalNSW: new (space: 'ip', dim: number, autoSaveFilename: string) => HierarchicalNSW;
    readonly EmscriptenFileSystemManager: { checkFileExists(path: string): boolean };
  }
  export function loadHnswlib(fileSystem: 'IDBFS'): Promise<HnswlibModule>;
  export function syncFileSystem(action: 'read' | 'write'): Promise<void>;
}
