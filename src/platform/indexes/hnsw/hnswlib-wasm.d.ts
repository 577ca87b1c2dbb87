/**
 * What is used of hnswlib-wasm 0.8.2's inner module, as patched by `patches/`. Its own entry (`dist/hnswlib.js`) mounts
 * IndexedDB, polls for it every 100 ms and shares one runtime, where parallel loads fail (hnswlib-wasm #10); the
 * factory beneath it does none of that.
 */
declare module 'hnswlib-wasm/dist/hnswlib-317962d7.js' {
  export interface HierarchicalNSW {
    initIndex(maxElements: number, M: number, efConstruction: number, seed: number): void;
    /** Reads `/hnswlib-index/<name>` of the file system in memory. */
    readIndex(name: string, maxElements: number): void;
    writeIndex(name: string): void;
    resizeIndex(maxElements: number): void;
    addPoints(vectors: readonly Float32Array[], labels: readonly number[], replaceDeleted: boolean): void;
    markDelete(label: number): void;
    /** The vector of a label. @throws where there is none */
    getPoint(label: number): ArrayLike<number>;
    setEfSearch(ef: number): void;
    searchKnn(
      query: Float32Array,
      k: number,
      filter: ((label: number) => boolean) | undefined,
    ): { readonly distances: readonly number[]; readonly neighbors: readonly number[] };
  }

  export interface HnswlibModule {
    readonly HierarchicalNSW: new (
      space: 'ip' | 'l2' | 'cosine',
      dim: number,
      autoSaveFilename: string,
    ) => HierarchicalNSW;
    readonly EmscriptenFileSystemManager: { initializeFileSystem(type: string): void };
    /** Exported by the patch. `canOwn`: the array becomes the file, without a copy. */
    readonly FS: {
      readFile(path: string): Uint8Array<ArrayBuffer>;
      writeFile(path: string, bytes: Uint8Array, options: { canOwn: boolean }): void;
      unlink(path: string): void;
    };
  }

  /** A new runtime with a heap of its own, every time it is called. */
  export default function createHnswlib(options: {
    print: (line: string) => void;
    printErr: (line: string) => void;
  }): Promise<HnswlibModule>;
}
