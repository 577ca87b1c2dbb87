import type { Embedding } from './numeric/embedding.ts';

/** Text → query embedding, by a CLIP text tower. */
export interface QueryEncoder {
  readonly modelId: string;
  readonly dim: number;
  /** @throws AfterimageError `query-empty`, `device-lost`, `embedding-invalid`. */
  encode(text: string): Promise<Embedding>;
  /** Into how many pieces the model's tokenizer takes each word of a text; absent where there is none at hand. */
  pieces?(text: string): readonly number[];
}

/** RGB pixels of one picture, already resized and cropped to the model's input: 3 × size × size bytes, interleaved. */
export interface Pixels {
  readonly size: number;
  readonly rgb: Uint8Array;
}

/** Pictures → embeddings, by a CLIP vision tower. */
export interface ImageEncoder {
  readonly modelId: string;
  readonly dim: number;
  readonly imageSize: number;
  /** One embedding a picture, in order. */
  encode(batch: readonly Pixels[]): Promise<Embedding[]>;
}

/** How well a text describes each of some pictures, by a cross-encoder, which sees text and picture together. */
export interface Reranker {
  readonly modelId: string;
  readonly imageSize: number;
  /**
   * The probability that text and picture match, in [0, 1], a picture each, in order.
   * @throws AfterimageError `query-empty`, `device-lost`, `device-nonsense` for what is no probability
   */
  score(text: string, pictures: readonly Pixels[]): Promise<Float32Array>;
}

export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** Bytes so far of `total`; called at least once, with loaded = total at the end. */
  readonly onProgress?: (loaded: number, total: number) => void;
}

/** What is expected of a file: its SHA-256 (lower-case hex) and its length in bytes. */
export interface FileHash {
  readonly sha256: string;
  readonly bytes: number;
  /** A smaller form of it that the host has besides; what comes out of it is what is verified. */
  readonly packed?: Packed;
}

/** How files are packed. Every browser unpacks `gzip` by itself; for `xz` there is code. */
export type Packing = 'gzip' | 'xz';

/** A file once more, compressed: `<path>.gz` or `<path>.xz` beside it. */
export interface Packed {
  readonly by: Packing;
  /** Of the compressed file: what goes over the line. */
  readonly bytes: number;
}

/** Where the compressed form of the file at `path` lies. */
export function packedPath(path: string, { by }: Packed): string {
  return `${path}.${by === 'gzip' ? 'gz' : 'xz'}`;
}

/** What goes over the line for a file. */
export function lineBytes({ bytes, packed }: Pick<FileHash, 'bytes' | 'packed'>): number {
  return packed?.bytes ?? bytes;
}

/** A stretch of a file that can be verified alone. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
  /** The first 32 hex digits of its SHA-256. */
  readonly hash: string;
}

/** Static files by path relative to the app's base (`models/…`, `collections/…`): HTTP in a browser, a folder in Node. */
export interface ByteSource {
  /**
   * The bytes of a file that was verified against `expected` before anyone sees them.
   * @throws AfterimageError `part-missing`, `part-corrupt`, `offline`, `network`.
   */
  read(path: string, expected: FileHash, options?: ReadOptions): Promise<Uint8Array>;
  /**
   * A stretch of the file that `expected` describes, verified as well. How much of the file is fetched for it is up to
   * the source and its host. @throws what `read` throws.
   */
  readRange(path: string, expected: FileHash, range: ByteRange, options?: ReadOptions): Promise<Uint8Array>;
  /**
   * A small JSON file whose hash is not known beforehand (a manifest, a list). Newest first: the network, then what an
   * earlier visit kept. `undefined` when there is none. @throws `offline`, `network`.
   */
  readText(path: string, options?: ReadOptions): Promise<string | undefined>;
}

/** SHA-256 as lower-case hex. A port, because `crypto.subtle` is missing without a secure context. */
export type Sha256 = (bytes: Uint8Array) => Promise<string>;
