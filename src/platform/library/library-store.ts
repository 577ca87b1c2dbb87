import type { CollectionManifest, Item } from '../../engine/collection/types.ts';
import type { Album, AlbumVerbs } from '../../protocol/albums.ts';

/** Where a file of a picture was found. */
export interface FoundFile {
  /** Of `StoredFolder.id`; null: it was chosen, dropped or pasted by itself. */
  readonly folder: number | null;
  /** Inside the folder, with `/`. Untrusted. */
  readonly path: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
  /** Of a file that was added by itself, where the browser gave one. */
  readonly handle?: FileSystemFileHandle | undefined;
  /** Paths of the other files that are the same picture: a RAW file, the film of a live photo. Untrusted. */
  readonly others?: readonly string[] | undefined;
  /** Of `others`, in their order, where it was looked: what tells whether they changed since. */
  readonly otherFacts?: readonly { readonly bytes: number; readonly modified: number }[] | undefined;
}

/** A picture of the library, whatever its files are called. */
export interface StoredPicture {
  /** Ascends in the order in which pictures came, and is never given again. */
  readonly key: number;
  /** `id` is that of the content; `name` is the path of the first of `files`, with the folder's name before it. */
  readonly item: Item;
  /** Of the content: lower-case hex. */
  readonly sha256: string;
  readonly files: readonly FoundFile[];
  /** Unit norm. */
  readonly vector: Float32Array;
  /**
   * `perceptualHash` of the picture: 16 lower-case hex digits; null where it has none. Readers of items find it in their
   * extensions (`withPerceptualHash`).
   */
  readonly phash: string | null;
}

/** A smaller copy of a picture, to be stored with it. */
export interface StoredRendition {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Media type. */
  readonly type: string;
}

/** A picture that is to be stored. Paths of its item's `thumbnail` and `preview` are where its renditions go. */
export interface NewPicture extends Omit<StoredPicture, 'key'> {
  readonly thumbnail: StoredRendition;
  /** Made where the original cannot be read later; else null, as `item.preview` is. */
  readonly preview: StoredRendition | null;
}

export interface StoredFolder {
  readonly id: number;
  readonly name: string;
  readonly handle: FileSystemDirectoryHandle;
  /** There where the visitor wants the index of this folder beside its pictures. */
  readonly index?: KeptIndex | undefined;
}

/** An index beside the pictures of a folder. */
export interface KeptIndex {
  /** What was written last; null: nothing yet. */
  readonly written: {
    /** Of what is in it. */
    readonly fingerprint: string;
    /** Milliseconds since 1970. */
    readonly at: number;
    readonly pictures: number;
    /** Of the file: whether it is still the same. */
    readonly bytes: number;
    readonly modified: number;
  } | null;
}

/** The model that made all vectors of the library. */
export interface LibraryModel {
  readonly model: CollectionManifest['model'];
  readonly dim: number;
}

/** What changed, told to every store of the same name, in this worker, others and other tabs. */
export type LibraryChange =
  | { readonly type: 'added'; readonly keys: readonly number[] }
  /** Their files, names or vectors. */
  | { readonly type: 'changed'; readonly keys: readonly number[] }
  | { readonly type: 'removed'; readonly keys: readonly number[] }
  | { readonly type: 'restored'; readonly keys: readonly number[] }
  /** Albums were made, changed or deleted. */
  | { readonly type: 'albums' }
  | { readonly type: 'cleared' }
  /** All vectors are another model's now. */
  | { readonly type: 'model' };

/** A file that waits to be read, or that could not be: what of the queue outlives the tab. */
export interface QueuedFile {
  readonly id: number;
  readonly file: FoundFile;
  /** Why it is not in the library; null: it waits. */
  readonly failure: { readonly code: string; readonly reason: string } | null;
}

/** Files that are being read now, so that a later worker knows on which of them an earlier one died. */
export interface FilesInReading {
  /** Ids in the queue. */
  readonly ids: readonly number[];
  /**
   * So many of the first ones are being read together, and the others after them: all of them are suspected, because a worker
   * died on one of them. 0 where no file is suspected more than another.
   */
  readonly together: number;
}

/**
 * The library as it is kept in the browser: records, vectors and queue in IndexedDB, renditions in OPFS (or in IndexedDB
 * where there is none). All verbs throw AfterimageError `database-unavailable`, `database-blocked` or `quota-exceeded`.
 */
export interface LibraryStore extends AlbumVerbs {
  /** The model; undefined while there are no pictures and none was set. */
  model(): Promise<LibraryModel | undefined>;
  setModel(model: LibraryModel): Promise<void>;
  count(): Promise<number>;
  /** All pictures that are not removed, in ascending key; without the handles of their files, which are slow to read. */
  all(): Promise<StoredPicture[]>;
  /** Those of `keys` that are there and not removed, in their order. */
  get(keys: readonly number[]): Promise<StoredPicture[]>;
  /** By the content's SHA-256. */
  find(sha256: readonly string[]): Promise<(StoredPicture | undefined)[]>;
  /** By the item's id. */
  findItem(id: string): Promise<StoredPicture | undefined>;
  /**
   * Store a batch, whole or not at all: renditions first, then all records in one transaction, in which the files leave the
   * queue. A picture whose content is there already gets the files of the new one (and comes back where it was removed).
   */
  put(pictures: readonly NewPicture[], dequeued: readonly number[]): Promise<StoredPicture[]>;
  /** Change where pictures are found; one without files is removed. In the transaction files leave the queue as well. */
  setFiles(
    changes: readonly { readonly key: number; readonly files: readonly FoundFile[] }[],
    dequeued: readonly number[],
  ): Promise<void>;
  /**
   * Files are at these places no more, because they were deleted there: pictures lose them, removed ones too, the queue and
   * `deletedIn` as well. A picture that has none left is removed.
   */
  takePlaces(
    places: readonly { readonly key: number; readonly folder: number; readonly path: string }[],
  ): Promise<void>;
  /** Put other vectors in place of those of another model. */
  setVectors(changes: readonly { readonly key: number; readonly vector: Float32Array }[]): Promise<void>;
  /**
   * Keep signatures of pictures that came without one, by the items' ids. Nobody is told: whoever made them has them, and
   * others find them the next time that they read.
   */
  setSignatures(signatures: ReadonlyMap<string, string>): Promise<void>;
  /**
   * Hidden at once; what is needed to undo it goes with `purge`. Their places in folders are remembered (`deletedIn`), so
   * that they do not come back when the folder is looked through again.
   */
  remove(keys: readonly number[]): Promise<void>;
  restore(keys: readonly number[]): Promise<void>;
  /** Keys of those that can be restored, but for those whose files are all gone. */
  removed(): Promise<readonly number[]>;
  /** Delete what was removed `olderThanMs` ago or earlier, with its renditions. */
  purge(olderThanMs: number): Promise<void>;
  /** Those of these paths at which there is no rendition. */
  missingRenditions(paths: readonly string[]): Promise<string[]>;
  /** A rendition by the path in its item; undefined where it is not there. */
  rendition(path: string): Promise<StoredRendition | undefined>;

  folders(): Promise<StoredFolder[]>;
  addFolder(handle: FileSystemDirectoryHandle): Promise<StoredFolder>;
  /** Undefined: its index is not kept beside its pictures any more. A folder that is not there is left out. */
  setFolderIndex(folder: number, index: KeptIndex | undefined): Promise<void>;
  /** Its waiting and failed files leave the queue; what was found in it stays. */
  removeFolder(id: number): Promise<void>;
  /** How many pictures are found in a folder. */
  countIn(folder: number): Promise<number>;
  /** The pictures found in a folder, by path. */
  filesOf(folder: number): Promise<Map<string, { readonly key: number; readonly file: FoundFile }>>;

  /** The files in a folder whose pictures were removed, as they were then. */
  deletedIn(folder: number): Promise<FoundFile[]>;

  /**
   * Put files at the end of the queue. One of a folder that is in it already waits there as it is now.
   * @param failure why they cannot be read: they are failed from the start, and can be tried again
   */
  enqueue(files: readonly FoundFile[], failure?: QueuedFile['failure']): Promise<void>;
  /** The first files that wait, in ascending id, which is the order in which they came; those after the id `after`, if given. */
  waiting(limit: number, after?: number): Promise<QueuedFile[]>;
  countWaiting(): Promise<number>;
  /** The first files that failed, in ascending id; all where no limit is given. */
  failed(limit?: number): Promise<QueuedFile[]>;
  countFailed(): Promise<number>;
  fail(failures: readonly { readonly id: number; readonly code: string; readonly reason: string }[]): Promise<void>;
  /** Let failed files wait again. */
  retry(ids: readonly number[]): Promise<void>;
  dequeue(ids: readonly number[]): Promise<void>;
  /** What `setInReading` said last; undefined where nothing is being read. */
  inReading(): Promise<FilesInReading | undefined>;
  setInReading(files: FilesInReading | undefined): Promise<void>;

  countAlbums(): Promise<number>;
  /** By name, with all that is in them. */
  allAlbums(): Promise<readonly Album[]>;
  /** Put albums of an exported library beside those that are there. @returns how many are new or changed */
  importAlbums(albums: readonly Album[]): Promise<number>;

  /** The model that the library is being changed over to; undefined while it is not. */
  changingTo(): Promise<LibraryModel | undefined>;
  /** Begin a second set of vectors, by another model. The first one stays in use; what was made of an earlier one goes. */
  beginChange(model: LibraryModel): Promise<void>;
  /** Pictures that have no vector of the second set yet, in ascending key; those after the key `after`, if given. */
  withoutNext(limit: number, after?: number): Promise<StoredPicture[]>;
  /** Vectors of the second set. */
  countNext(): Promise<number>;
  putNext(vectors: readonly { readonly key: number; readonly vector: Float32Array }[]): Promise<void>;
  /**
   * Put the second set in the place of the first, whole or not at all, and tell `model`. Pictures that are not in it are hidden
   * and told as removed; their files wait again, and `put` brings them back under their keys.
   */
  finishChange(): Promise<void>;
  /** Forget the second set. */
  cancelChange(): Promise<void>;

  /**
   * Look for what does not fit together, and put it right. Pictures whose vectors are of no use are hidden and told as
   * removed; their files wait again, and `put` or `setVectors` bring them back under their keys.
   * @returns sentences for visitors; none where all is well
   */
  check(): Promise<string[]>;
  clear(): Promise<void>;
  /** Changes made here and elsewhere. @returns stops it */
  subscribe(listener: (change: LibraryChange) => void): () => void;
  close(): void;
}
