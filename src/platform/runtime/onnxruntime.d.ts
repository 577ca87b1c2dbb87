/** Made by scripts/vite/vite-onnxruntime.ts. */
declare module 'virtual:onnxruntime' {
  export interface OnnxRuntimeBuild {
    /** Address of a module that is its JavaScript half, and takes a `WebAssembly.Module` for `wasmBinary`. */
    readonly start: string;
    readonly wasm: {
      readonly url: string;
      readonly bytes: number;
      readonly sha256: string;
      /** Beside it, where the build could compress it. */
      readonly packed?: { readonly by: 'xz' | 'gzip'; readonly bytes: number };
    };
  }
  export const onnxruntime: Readonly<Record<'wasm' | 'webgpu', OnnxRuntimeBuild>>;
}
