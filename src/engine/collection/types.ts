import type { FileHash } from '../ports.ts';
import type { Extensions } from './extensions/extensions.ts';

/** Versions of the format that this code reads. Version 3 has no extensions, and no sections but those of `PART_KINDS`. */
export const READ_VERSIONS = [3, 4] as const;
/** The version that it writes. */
export const FORMAT_VERSION = 4;
/** No part is larger, so that every static host takes it (Cloudflare Pages: 25 MiB a file). */
export const MAX_PART_BYTES = 20 * 1024 * 1024;

/** How many bytes of a section can be read and verified alone, at most; a single row or line that is longer may be more. */
export const MAX_BLOCK_BYTES = 128 * 1024;

/**
 * The sections. `blocks` and `ids` let one read single blocks; whoever reads whole sections needs neither. `members` is what
 * `cells` hold.
 */
export const PART_KINDS = ['vectors', 'graph', 'codes', 'cells', 'members', 'items', 'ids', 'blocks'] as const;
export type PartKind = (typeof PART_KINDS)[number];

/** The kinds of index that a collection can be searched with (`VectorIndex.kind`). */
export const INDEX_KINDS = ['hnsw', 'exact', 'codes', 'cells'] as const;
export type IndexKind = (typeof INDEX_KINDS)[number];

/** What answers a query: an index here, or a server that holds the vectors as well (`remote`). */
export const ANSWERING_KINDS = [...INDEX_KINDS, 'remote'] as const;
export type AnsweringKind = (typeof ANSWERING_KINDS)[number];

/** What a manifest requires whose index is `cells`, so that versions that do not know it say that they are too old. */
export const CELLS = 'cells';

/** How an index is loaded: `blocks` is an index of codes whose vectors are read block by block, as queries need them. */
export const INDEX_WAYS = [...INDEX_KINDS, 'blocks'] as const;
export type IndexWay = (typeof INDEX_WAYS)[number];

/** What may be asked for (`?index=`, `--index`). `auto`: what the collection was built for. */
export type IndexPreference = 'auto' | IndexWay;

/** How vectors are stored: a byte a dimension with eight scales a row (engine/index/quantised), half precision, or as they are. */
export const ENCODINGS = ['int8', 'f16', 'f32'] as const;
export type Encoding = (typeof ENCODINGS)[number];

/**
 * When a writer that does not know a section has to leave it out: when rows or their order changed (or the model), when the
 * model changed, or never.
 */
export const DEPENDENCES = ['rows', 'model', 'nothing'] as const;
export type Dependence = (typeof DEPENDENCES)[number];

/** One numbered piece of a section; the pieces of a kind, concatenated in order, are the section. */
export interface Part<Kind extends string = string> extends FileHash {
  /** One of `PART_KINDS`, or a section of later versions or of others, which this one skips. */
  readonly kind: Kind;
  /** File name inside the collection's folder; named by content: `<kind>-<first 16 hex of sha256>.bin`. */
  readonly path: string;
  /** Only of kinds that are none of `PART_KINDS`, and there always. */
  readonly dependsOn?: Dependence;
}

/** Whether this version knows what the part holds. */
export function isKnown(part: Part): part is Part<PartKind> {
  return (PART_KINDS as readonly string[]).includes(part.kind);
}

/** `manifest.json` of a collection. */
export interface CollectionManifest {
  readonly format: 'afterimage-collection';
  readonly version: (typeof READ_VERSIONS)[number];
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
  /** The index that answers unless another one is asked for. */
  readonly index: IndexKind;
  readonly hnsw: { readonly M: number; readonly efConstruction: number; readonly efSearch: number };
  /** Sum of bytes of all thumbnails and previews, so that the page can decide what to keep offline. */
  readonly pictures: { readonly mode: 'preview' | 'copy' | 'none'; readonly bytes: number };
  /** Names of additions to the format without which the collection is of no use; readers refuse those they do not know. */
  readonly requires?: readonly string[];
  /** What others say of the collection; readers skip what they do not know. Untrusted. */
  readonly extensions?: Extensions;
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

/** What the date of an item was read from, in the order in which it is looked for; `file`: when the file was last changed. */
export const DATE_SOURCES = [
  ...(['exif-original', 'exif-digitised', 'exif-gps', 'exif-modified'] as const),
  ...(['xmp', 'iptc', 'png-text', 'png-time', 'file'] as const),
] as const;
export type DateSource = (typeof DATE_SOURCES)[number];

/** A date, ISO 8601, and where it was read. */
export interface PictureDate {
  readonly date: string;
  readonly source: DateSource;
}

/** The extension of an item that names the source of its date. */
export const DATE_SOURCE = 'date-source';

/** Where an item's date was read; undefined where nobody says. */
export function dateSourceOf({ extensions }: Pick<Item, 'extensions'>): DateSource | undefined {
  return DATE_SOURCES.find((one) => one === extensions?.[DATE_SOURCE]);
}

export { cameraOf, otherFilesOf, type Place, placeOf } from './extensions/facts.ts';

/** The extension of an item that holds its perceptual hash. */
export const PERCEPTUAL_HASH = 'phash';

/** Of an item: 16 lower-case hex digits; undefined where it has none. Untrusted before this. */
export function perceptualHashOf({ extensions }: Pick<Item, 'extensions'>): string | undefined {
  const hash = extensions?.[PERCEPTUAL_HASH];
  return typeof hash === 'string' && /^[0-9a-f]{16}$/.test(hash) ? hash : undefined;
}

/** The item with its perceptual hash, where it has one. */
export function withPerceptualHash(item: Item, hash: string | null): Item {
  return hash === null ? item : { ...item, extensions: { ...item.extensions, [PERCEPTUAL_HASH]: hash } };
}

/** The extension of an item that holds its signature. */
export const SIGNATURE = 'signature';
const MAX_SIGNATURE_LENGTH = 200;

/** Of an item: `pictureSignature`, or one of another version; undefined where it has none. Untrusted before it is parsed. */
export function signatureOf({ extensions }: Pick<Item, 'extensions'>): string | undefined {
  const signature = extensions?.[SIGNATURE];
  return typeof signature === 'string' && signature.length <= MAX_SIGNATURE_LENGTH ? signature : undefined;
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
  /** When it was taken or made, else when its file was last changed: ISO 8601, without a zone where none is known. */
  readonly date: string | null;
  /** Null where only the vector was given. */
  readonly thumbnail: PictureFile | null;
  /** Larger picture; null with `--pictures none`; the same path as the thumbnail where the source is no larger. */
  readonly preview: PictureFile | null;
  /** What it is: `video`, `audio` …; absent: a picture. Reserved: no reader looks at it yet. */
  readonly media?: string;
  /** Seconds, of what plays. Reserved as well. */
  readonly duration?: number;
  /** What others say of it; readers skip what they do not know. Untrusted. */
  readonly extensions?: Extensions;
}

/** The name of the collection of a visitor's own pictures, kept in the browser: `?c=library`. No collection of a site has it. */
export const LIBRARY = 'library';
/** What people call it. */
export const LIBRARY_TITLE = 'Your pictures';

/** In place of a collection's name: all collections together, the visitor's own pictures among them (`?c=*`). */
export const ALL = '*';
/** What people call it. */
export const ALL_TITLE = 'All pictures';

/** An item with the name of its collection, where several are searched together. It is never stored. */
export interface ItemOf extends Item {
  readonly collection: string;
}

/** The collection of an item; undefined where only one is searched. */
export function collectionOf(item: Item | ItemOf): string | undefined {
  return 'collection' in item ? item.collection : undefined;
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

/** `original`: the file that was indexed, which a site need not have. */
export type PictureSize = 'thumbnail' | 'preview' | 'original';

/** What a picture is made of, with its media type. */
export interface PictureBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

/** Where a picture is to be had, or what it is made of. */
export type Picture = { readonly url: string } | PictureBytes;

/** The pictures of a collection. */
export interface PictureSource {
  /**
   * A picture of an item; undefined where there is none of that size. An address that is known is given at once; what has
   * to be read is promised, and rejects with a coded error where it cannot be.
   */
  picture(item: Item, size: PictureSize): Picture | undefined | Promise<Picture | undefined>;
}

/** The pictures of a collection of static files: all below one address, which ends in `/`. */
export interface StaticPictures extends PictureSource {
  readonly folder: string;
  picture(item: Item, size: PictureSize): { readonly url: string } | undefined;
}
