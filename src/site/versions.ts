/** What this build is made of; put in by `vite.config.ts`. */
export interface Versions {
  readonly app: string;
  /** First characters of the fingerprint of the sources, or `dev`. */
  readonly build: string;
  readonly transformers: string;
  readonly onnxruntime: string;
  readonly hnswlib: string;
}

declare const __VERSIONS__: Versions | undefined;

const UNKNOWN: Versions = { app: '–', build: 'test', transformers: '–', onnxruntime: '–', hnswlib: '–' };

// Without Vite's configuration, as in unit tests, nobody has put it in.
export const VERSIONS: Versions = typeof __VERSIONS__ === 'undefined' ? UNKNOWN : __VERSIONS__;
