/** Made by scripts/vite/vite-libheif.ts. */
declare module 'virtual:libheif' {
  export const libheif: {
    /** Address of a module whose default is libheif's function that makes instances. */
    readonly start: string;
    readonly wasm: { readonly url: string; readonly bytes: number; readonly sha256: string };
  };
}
