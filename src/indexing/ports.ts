import type { Place } from '../engine/collection/extensions/facts.ts';
import type { Recall } from '../engine/collection/extensions/recall.ts';
import type { Collection } from '../engine/collection/reader.ts';
import type { CollectionManifest, DateSource, Item, PictureDate } from '../engine/collection/types.ts';
import type { StoredVectors } from '../engine/collection/vectors/stored-vectors.ts';
import type { EncodedPart } from '../engine/collection/writer.ts';
import type { Pixels } from '../engine/ports.ts';

/** A file that looks like a picture by its name. */
export interface SourceFile {
  /** Path relative to the indexed folder, with `/`: the item's name. */
  readonly name: string;
  /** How its source finds it again; opaque here. */
  readonly location: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** Changes whenever the content may have changed; null where the source cannot tell. */
  readonly stamp: string | null;
  /** Names of other files that are the same picture (pairs.ts). */
  readonly others?: readonly string[] | undefined;
}

/** Something that is not in the collection, and why: a sentence for a person. */
export interface Problem {
  readonly name: string;
  readonly reason: string;
}

export interface Listing {
  /** Sorted by name, names unique. */
  readonly files: readonly SourceFile[];
  readonly problems: readonly Problem[];
  /** Files that do not look like pictures. */
  readonly others: number;
  /** How many of them have which extension (`.mp4`; empty for those without one), the most frequent first. */
  readonly otherExtensions: Readonly<Record<string, number>>;
  /** What names below folders begin with that could not be listed: whether those pictures are still there is unknown. */
  readonly unlisted: readonly string[];
  /** What names in those of the given and of the linked folders begin with that hold no file at all, as where a disk is not mounted. */
  readonly empty: readonly string[];
  /** Pictures by their names that cannot be looked at now, and why: whether they have changed is unknown. */
  readonly unread: readonly Problem[];
  readonly leftOut: readonly LeftOut[];
}

/** Files and folders that were left out for one reason: their number is a line for people, they are no problem. */
export interface LeftOut {
  /** `system`: a folder of a system or a photo program. `nomedia`: it holds a `.nomedia`. `file`: an ignore file says so. */
  readonly why: 'system' | 'nomedia' | 'exclude' | 'file';
  /** The folder's own name; for `exclude` the pattern, for `file` the ignore file's path. Untrusted. */
  readonly what: string;
  readonly count: number;
}

/** Where pictures come from. */
export interface PictureSource {
  list(signal: AbortSignal): Promise<Listing>;
  /** Whether this name is left out by a rule of names, whatever is there. */
  isLeftOut(name: string): boolean;
  /** @throws AfterimageError `picture-unreadable`; `picture-unavailable` where it is there, but cannot be read now. */
  read(file: SourceFile, signal: AbortSignal): Promise<Uint8Array>;
}

/** SHA-256 of files that did not change since they were read: they need not be read again. */
export interface HashMemory {
  get(file: SourceFile): string | undefined;
  set(file: SourceFile, sha256: string): void;
  /** Forget all but these files, and keep the rest for the next run. */
  save(files: readonly SourceFile[]): Promise<void>;
}

/** An encoded smaller copy of a picture. */
export interface Rendition {
  readonly bytes: Uint8Array;
  readonly extension: string;
  readonly width: number;
  readonly height: number;
}

/** What a picture says of itself; null is what it does not say. Untrusted. */
export interface PictureMetadata {
  /** When it was taken or made. */
  readonly captured: PictureDate | null;
  /** With what, in one line of text. */
  readonly camera: string | null;
  readonly place: Place | null;
}

export interface DecodedPicture {
  /** As a person sees it: orientation applied. */
  readonly width: number;
  readonly height: number;
  readonly metadata: PictureMetadata;
  /** `perceptualHash` of what is seen. */
  readonly phash: string | null;
  /** `pictureSignature` of it. */
  readonly signature: string | null;
  readonly pixels: Pixels;
  readonly thumbnail: Rendition;
  /** `thumbnail` where the picture is no larger than its thumbnail; null where no previews are wanted. */
  readonly preview: Rendition | 'thumbnail' | null;
}

export interface PictureDecoder {
  /** @throws AfterimageError `picture-unreadable`, the reason as its message. */
  decode(bytes: Uint8Array, name: string): Promise<DecodedPicture>;
  /** What `decode` says of them, without decoding; also of what cannot be decoded. */
  metadata(bytes: Uint8Array): Promise<PictureMetadata>;
}

/** What is kept of a picture's content, whatever its name. */
export type PictureRecord = Omit<Item, 'name' | 'title' | 'licence' | 'media' | 'duration' | 'extensions'> & {
  /** Where `date` was read; absent: an earlier version did not say. Each file has its own date where this is `file`. */
  readonly dateSource?: DateSource | undefined;
  /** As `PictureMetadata` has them; absent: nobody looked. */
  readonly camera?: string | null | undefined;
  readonly place?: Place | null | undefined;
  /** `perceptualHash`; absent: there is none, or an earlier version did not make one. */
  readonly phash?: string | undefined;
  /** `pictureSignature`; absent as above. */
  readonly signature?: string | undefined;
};

export interface EmbeddedPicture {
  readonly record: PictureRecord;
  readonly vector: Float32Array;
}

/** A picture as an unfinished run left it. */
export interface JournalPicture extends EmbeddedPicture {
  /** Which larger pictures that run made. */
  readonly mode: CollectionManifest['pictures']['mode'];
  /** Its vector is that of the collection's last state: the run made only its thumbnail and preview. */
  readonly redrawn: boolean;
}

/** What a run did that has not come to its end yet. Only whole batches are ever read back; one is appended at a time. */
export interface Journal {
  read(): Promise<JournalPicture[]>;
  append(batch: readonly JournalPicture[]): Promise<void>;
}

/** A file of a build. */
export interface WorkFile {
  /** Put bytes at a place, which may lie beyond the end. */
  write(offset: number, bytes: Uint8Array): Promise<void>;
  /** So many bytes, all of which are there; the caller's own. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** What was written is on the disk. */
  close(): Promise<void>;
}

/** Files of a build that is too large for the memory. They stay where it is interrupted. All of it throws AfterimageError `not-writable`. */
export interface WorkFolder {
  /** Where it is, for people. */
  readonly place: string;
  /** What was kept under this name; undefined where there is nothing. */
  readText(name: string): Promise<string | undefined>;
  /** Whole or not at all. */
  writeText(name: string, text: string): Promise<void>;
  /** An empty file, whatever was there. */
  create(name: string): Promise<WorkFile>;
  /** A file that was made before. */
  open(name: string): Promise<WorkFile>;
  /** Nothing happens where there is none. */
  remove(name: string): Promise<void>;
  /** The folder and all that is in it. */
  removeAll(): Promise<void>;
  /** SHA-256 as lower-case hex of bytes that come in pieces. */
  hash(pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): Promise<string>;
}

/**
 * A collection's place. Readers see the state before `commit` or the one after it, nothing between.
 * All of it throws AfterimageError `not-writable`.
 */
export interface CollectionStore {
  /** Claim the place for this run. @throws AfterimageError `not-writable` also while another run has it. */
  open(): Promise<void>;
  /** The complete collection that is there now; undefined where there is none that can be read. */
  previous(): Promise<Collection | undefined>;
  /** Thumbnails and previews that are there: bytes by path. */
  pictures(): Promise<Map<string, number>>;
  /** Whole or not at all. */
  writePicture(path: string, bytes: Uint8Array): Promise<void>;
  /** Take a picture over from another collection, whole or not at all. @param from how the store finds that one. */
  adoptPicture(path: string, from: string): Promise<void>;
  /** @param key what the vectors depend on: a journal of another key is thrown away. */
  journal(key: string): Promise<Journal>;
  /** Where a build that is too large for the memory keeps what it has done. */
  work(): Promise<WorkFolder>;
  writePart(part: EncodedPart): Promise<void>;
  /** Put the manifest into place, when all else is. */
  commit(manifest: CollectionManifest): Promise<void>;
  /** Offer the collection in the list of collections. */
  register(manifest: CollectionManifest): Promise<void>;
  /** Remove parts and pictures that are not in `keep`, and everything that a complete collection does not need. */
  clean(keep: ReadonlySet<string>): Promise<void>;
  /** Give the place free; what an unfinished run did stays for the next one. */
  close(): Promise<void>;
}

/** What the index keeps of its graph, and how much of what is nearest it finds. */
export interface BuiltGraph {
  readonly graph: Uint8Array;
  readonly recall: Recall;
}

export interface GraphBuilder {
  /**
   * A graph of vectors. Where it finds less than `LEAST_RECALL`, it is the best that could be built.
   * @throws AfterimageError `index-too-large`
   */
  build(
    vectors: StoredVectors,
    onProgress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<BuiltGraph>;
  /** What a graph that was built before finds; undefined for a damaged one. @throws AfterimageError `index-too-large` */
  measure(graph: Uint8Array, vectors: StoredVectors, signal: AbortSignal): Promise<Recall | undefined>;
}
