import type { FileHash } from '../ports.ts';

/** Version of the format that this code writes, and the only one that it reads. */
export const FORMAT_VERSION = 3;
/** No part is larger, so that every static host takes it (Cloudflare Pages: 25 MiB a file). */
export const MAX_PART_BYTES = 20 * 1024 * 1024;

/** How many bytes of a section can be read and verified alone, at most; a single row or line that is longer may be more. */
export const MAX_BLOCK_BYTES = 128 * 1024;

/** The sections. `blocks` and `ids` let one read single blocks; whoever reads whole sections needs neither. */
export const PART_KINDS = ['vectors', 'graph', 'codes', 'items', 'ids', 'blocks'] as const;
export type PartKind = (typeof PART_KINDS)[number];

/** Engines that answer from a collection (`VectorIndex.kind`). */
export const ENGINES = ['hnsw', 'exact', 'codes'] as const;
export type Engine = (typeof ENGINES)[number];

/** How vectors are stored: a byte a dimension with eight scales a row (engine/index/quantised), half precision, or as they are. */
export const ENCODINGS = ['int8', 'f16', 'f32'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** One numbered piece of a section; the pieces of a kind, concatenated in order, are the section. */
export interface Part extends FileHash {
  readonly kind: PartKind;
  /** File name inside the collection's folder; named by content: `<kind>-<first 16 hex of sha256>.bin`. */
  readonly path: string;
}

/** `manifest.json` of a collection. */
export interface CollectionManifest {
  readonly format: 'afterimage-collection';
  readonly version: typeof FORMAT_VERSION;
  /** Folder name under `public/collections/`; also the id in addresses (`?c=`). */
  readonly name: string;
  /** Shown to people; untrusted text. */
  readonly title: string;
  /** One line on what these pictures are, and the licence of the whole where it is one; untrusted text. */
  readonly description: string;
  readonly licence: string | null;
  /** Example queries for the first screen; may be empty. */
  readonly examples: readonly string[];
  readonly created: string;
  readonly model: { readonly id: string /** SHA-256 of the vision tower's file. */; readonly sha256: string };
  readonly dim: number;
  readonly count: number;
  /**
   * First 32 hex of the SHA-256 of the model's hash and the ids of all rows in order. Every section repeats it, so that
   * one of another collection, model or state never passes for this one's.
   */
  readonly fingerprint: string;
  readonly metric: 'cosine';
  readonly quantiser: {
    readonly encoding: Encoding;
    /** Of one row. */
    readonly rowBytes: number;
    /** Rows lie in blocks of so many; the last one may have fewer. */
    readonly rowsPerBlock: number;
  };
  /** The engine that answers unless another one is asked for. */
  readonly index: Engine;
  readonly hnsw: { readonly M: number; readonly efConstruction: number; readonly efSearch: number };
  /** Sum of bytes of all thumbnails and previews, so that the page can decide what to keep offline. */
  readonly pictures: { readonly mode: 'preview' | 'copy' | 'none'; readonly bytes: number };
  readonly parts: readonly Part[];
  /** SHA-256 of the canonical JSON of everything above. */
  readonly sha256: string;
}

/** A smaller copy of a picture. */
export interface PictureFile {
  readonly path: string;
  readonly width: number;
  readonly height: number;
}

/** One picture. All text is untrusted. Paths are relative to the collection's folder. */
export interface Item {
  /** First 16 hex of the SHA-256 of the source file: stable across renames. */
  readonly id: string;
  /** Path relative to the indexed folder, with `/`. */
  readonly name: string;
  readonly title: string | null;
  readonly licence: string | null;
  /** Of the source; 0 where nothing is known of it, as of pictures whose vectors were imported. */
  readonly width: number;
  readonly height: number;
  /** Size of the source file, 0 as above. */
  readonly bytes: number;
  /** Modification time (or EXIF capture time where known), ISO 8601. */
  readonly date: string | null;
  /** Null where only the vector was given. */
  readonly thumbnail: PictureFile | null;
  /** Larger picture; null with `--pictures none`; the same path as the thumbnail where the source is no larger. */
  readonly preview: PictureFile | null;
}

/** One line of `collections/index.json`, so that the page can offer what is there without listing folders. */
export interface CollectionEntry {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly count: number;
  readonly model: string;
  readonly sha256: string;
}
export interface CollectionList {
  readonly format: 'afterimage-collections';
  readonly version: 1;
  readonly collections: readonly CollectionEntry[];
}
