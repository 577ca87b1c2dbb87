import type { FileHash } from './ports.ts';

export type Device = 'webgpu' | 'wasm' | 'cpu';
export type Dtype = 'fp32' | 'fp16' | 'q8' | 'q4' | 'q4f16' | 'int8' | 'uint8' | 'bnb4';

export interface ModelFile extends FileHash {
  /** Relative to the model's folder. */
  readonly path: string;
}

/** A text and the embedding that the model must give for it, computed in Node: the self-test after loading. */
export interface GoldenVector {
  readonly text: string;
  /**
   * The precision that it was computed in. A device is compared with the vectors of the dtype that it runs, because
   * quantising moves a vector by more than a sound device may.
   */
  readonly dtype: Dtype;
  readonly embedding: readonly number[];
}

/** `model.json`: what Afterimage must know of a Hugging Face CLIP folder. Written by `pnpm add-model`. */
export interface ModelManifest {
  readonly format: 'afterimage-model';
  readonly version: 1;
  /** Folder name under `public/models/`. */
  readonly id: string;
  readonly title: string;
  readonly family: 'clip' | 'siglip';
  readonly dim: number;
  readonly imageSize: number;
  readonly text: {
    /** Tokens at most, special ones included. */
    readonly maxLength: number;
    /** `none`: as long as the text is; `max_length`: always padded to `maxLength`. */
    readonly padding: 'none' | 'max_length';
    readonly lowercase: boolean;
  };
  /** Which precision to load on which device. */
  readonly dtypes: { readonly wasm: Dtype; readonly webgpu: Dtype; readonly cpu: Dtype };
  readonly files: readonly ModelFile[];
  readonly golden: readonly GoldenVector[];
  /** One honest line each for the first screen; untrusted text. */
  readonly can: string;
  readonly cannot: string;
  readonly licence: string | null;
  readonly source: string | null;
  readonly revision: string | null;
}

/** A device passes the self-test when every golden text reaches this cosine. */
export const GOLDEN_COSINE = 0.999;
/** The model that scripts take when none is named: the one place that knows it. */
export const DEFAULT_MODEL = 'afterimage-mini';
