/** What the queue of a library needs of its host. */
import type { Item } from '../../engine/collection/types.ts';
import type { AfterimageError } from '../../engine/errors.ts';
import type { ImageEncoder, Sha256 } from '../../engine/ports.ts';
import type { DecodedPicture } from '../ports.ts';
import type { ReadyPicture } from './ready-pictures.ts';

/** Where a file was found. Hosts know more of it, such as how to read it. */
export interface FileFacts {
  /** Null: it was added by itself. */
  readonly folder: number | null;
  /** Inside the folder, with `/`. Untrusted. */
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** Paths of the other files that are the same picture: a RAW file, the film of a live photo. */
  readonly others?: readonly string[] | undefined;
  /** Where one that was added by itself can be read again on later visits. */
  readonly handle?: unknown;
}

export interface WaitingFile<F> {
  readonly id: number;
  readonly file: F;
}

/** What the queue needs to know of a picture that is in the library. */
export interface KnownPicture<F> {
  readonly key: number;
  readonly item: Item;
  readonly sha256: string;
  readonly files: readonly F[];
  readonly vector: Float32Array;
}

interface StoredBytes {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
}

/** A picture to be stored, as `NewPicture` of the library's store. */
export interface PictureToStore<F> {
  readonly item: Item;
  readonly sha256: string;
  readonly files: readonly F[];
  readonly vector: Float32Array;
  readonly phash: string | null;
  readonly thumbnail: StoredBytes;
  readonly preview: StoredBytes | null;
}

/** The verbs of the library's store that the queue uses. */
export interface QueueStore<F> {
  find(sha256: readonly string[]): Promise<(KnownPicture<F> | undefined)[]>;
  get(keys: readonly number[]): Promise<KnownPicture<F>[]>;
  put(pictures: readonly PictureToStore<F>[], dequeued: readonly number[]): Promise<KnownPicture<F>[]>;
  setFiles(
    changes: readonly { readonly key: number; readonly files: readonly F[] }[],
    dequeued: readonly number[],
  ): Promise<void>;
  filesOf(folder: number): Promise<Map<string, { readonly key: number; readonly file: F }>>;
  waiting(limit: number, after?: number): Promise<WaitingFile<F>[]>;
  fail(failures: readonly FailureToStore[]): Promise<void>;
}

export interface FailureToStore {
  readonly id: number;
  readonly code: AfterimageError['code'];
  readonly reason: string;
}

/** It cannot be read now, and waits until it is at hand again: nothing is wrong with it. */
export class NotAtHand extends Error {
  override readonly name = 'NotAtHand';
}

export type LibraryPicture = DecodedPicture;

export interface LibraryEncoder extends ImageEncoder {
  /** Pictures that are encoded, and stored, together. */
  readonly batchSize: number;
}

export interface QueuePorts<F extends FileFacts> {
  readonly store: QueueStore<F>;
  /** Whether it makes sense to try. */
  canRead(file: WaitingFile<F>): boolean;
  /** @throws NotAtHand; AfterimageError `picture-unavailable` */
  read(file: WaitingFile<F>): Promise<Uint8Array>;
  /** @throws AfterimageError `picture-unreadable` */
  decode(bytes: Uint8Array, file: F): Promise<LibraryPicture>;
  /** What people call it: the path, with the folder's name before it. */
  nameOf(file: F): string;
  encoder(): Promise<LibraryEncoder>;
  /** What an index beside the pictures has of this file, by its path, length and time; nothing is read for it. */
  recall?(file: F): Promise<ReadyPicture | undefined>;
  /** The same by content. */
  recallContent?(sha256: string, file: F): Promise<ReadyPicture | undefined>;
  /** Whether the small copies of a picture are gone, so that they have to be made again. */
  lacksCopies?(picture: KnownPicture<F>): Promise<boolean>;
  readonly sha256: Sha256;
  /** Told when something has become of files. Whatever is said is stored already. */
  onProgress(progress: QueueProgress): void;
  /** How long a step took, in milliseconds. */
  onStep(step: QueueStep, milliseconds: number): void;
}

/** `prepare`: decoding, and making what is embedded and stored. */
export type QueueStep = 'read' | 'hash' | 'prepare' | 'encode' | 'store';

/** What has become of files since the last time. */
export interface QueueProgress {
  readonly done: number;
  /** Of `done`, those whose content was there. */
  readonly known: number;
  readonly failed: number;
  /** Of `done`, those that were in an index beside the pictures: they were not embedded. Absent: none. */
  readonly indexed?: number;
  readonly newest: { readonly id: string; readonly name: string } | null;
}
