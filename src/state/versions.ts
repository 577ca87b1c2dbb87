/** What this build is made of; put in by `vite.config.ts`. */
export interface Versions {
  readonly app: string;
  /** First characters of the fingerprint of the sources, or `dev`. */
  readonly build: string;
  readonly transformers: string;
  readonly onnxruntime: string;
  readonly hnswlib: string;
}

declare const __VERSIONS__: Versions;

export const VERSIONS: Versions = __VERSIONS__;
