/** Made by scripts/lib/vite-onnxruntime.ts. */
declare module 'virtual:onnxruntime' {
  export interface OnnxRuntimeBuild {
    /** Address of the JavaScript half, a module; also the script of its thread workers. */
    readonly glue: string;
    readonly wasm: { readonly url: string; readonly bytes: number; readonly sha256: string };
  }
  export const onnxruntime: Readonly<Record<'wasm' | 'webgpu', OnnxRuntimeBuild>>;
}
