import type { CollectionManifest } from '../engine/collection/types.ts';
import type { AfterimageError } from '../engine/errors.ts';
import type { Embedding } from '../engine/numeric/embedding.ts';
import type { AlbumVerbs } from './albums.ts';
import type { LibraryExportOptions, LibraryImport } from './library-exchange.ts';
import type { Deletion, DeletionOf, DeletionPlan, PictureWithCopies } from './library-files.ts';

export type { LibraryExportOptions, LibraryImport };

/** A file that was chosen, dropped or pasted by itself. */
export interface AddedFile {
  /** Its path where the browser tells one (`webkitRelativePath`, a dropped folder), else its name. Untrusted. */
  readonly path: string;
  readonly file: File;
  /** Where the browser gives one: with it the file can be read again on a later visit. */
  readonly handle?: FileSystemFileHandle | undefined;
}

/** What is added to the library at a time. */
export type Addition =
  | { readonly kind: 'folder'; readonly handle: FileSystemDirectoryHandle }
  | {
      readonly kind: 'files';
      readonly files: readonly AddedFile[];
      /** An earlier worker had them: those that still wait can be read again, and nothing is put into the queue. */
      readonly isRestored?: boolean;
    };

/**
 * `listing`: folders are being looked through. `paused`: by the visitor, or because of `problem`. `waiting`: a folder may not
 * be read until the visitor allows it again, or files have to be chosen again.
 */
export type QueueState = 'idle' | 'listing' | 'running' | 'paused' | 'waiting';

/** How far the files are that are being added. Counts begin anew when something is added to an empty queue. */
export interface Queue {
  readonly state: QueueState;
  /** Files that are in the library now. */
  readonly done: number;
  /** Of `done`, those whose content was there already: they were not embedded again. */
  readonly known: number;
  /** Of `done`, those that were in an index beside the pictures: they were not embedded. */
  readonly indexed: number;
  readonly failed: number;
  readonly left: number;
  /** Of `left`, files that were added by themselves and can be read no more: the visitor has to choose them again. */
  readonly toChoose: number;
  /** Of the last few batches; null where nothing has been done yet. */
  readonly perSecond: number | null;
  readonly secondsLeft: number | null;
  /** The newest picture that is in the library: its item's id and name (untrusted). */
  readonly newest: { readonly id: string; readonly name: string } | null;
  /** Why it paused by itself: a code and a sentence for visitors. */
  readonly problem: { readonly code: AfterimageError['code']; readonly message: string } | null;
}

/** A file that is not in the library, and why. */
export interface FailedFile {
  readonly id: number;
  /** Path. Untrusted. */
  readonly path: string;
  readonly code: AfterimageError['code'];
  /** One sentence for visitors. */
  readonly reason: string;
  /** It is at hand, so that it can be tried again. */
  readonly canRetry: boolean;
}

/** A folder whose handle is kept. */
export interface LibraryFolder {
  readonly id: number;
  /** Untrusted. */
  readonly name: string;
  /** Pictures of the library that were found in it. */
  readonly count: number;
  /** `prompt`: the browser asks before it is read again. `missing`: it is not at hand, like a disk that was taken away. */
  readonly access: 'granted' | 'prompt' | 'denied' | 'missing';
  /** The page asks with it to be allowed to read the folder again, which takes a click. */
  readonly handle: FileSystemDirectoryHandle;
  /** The index that is kept beside its pictures; null where the visitor did not want one. */
  readonly index: FolderIndexState | null;
  /** What came of an index that lay in the folder when its pictures were added; null: there was none. */
  readonly found: FoundIndex | null;
}

/**
 * The library is being embedded again with another model; the old vectors answer until the new ones are complete.
 * `loading`: what the model needs is being downloaded. `paused`: by the visitor, or because of `problem`. `waiting`: all that
 * is at hand is done, and pictures are left.
 */
export interface Changeover {
  readonly model: CollectionManifest['model'];
  readonly state: 'loading' | 'running' | 'paused' | 'waiting';
  /** Bytes of the download. */
  readonly loading: { readonly loaded: number; readonly total: number } | null;
  /** Pictures that are done, of all. */
  readonly done: number;
  readonly total: number;
  readonly secondsLeft: number | null;
  /** Pictures that are not at hand, or cannot be read; the first of them by name (untrusted). */
  readonly left: {
    readonly count: number;
    /** Why it cannot be read; null: it is not at hand, and its copy here is too small. */
    readonly pictures: readonly { readonly name: string; readonly reason: string | null }[];
  };
  readonly problem: { readonly code: AfterimageError['code']; readonly message: string } | null;
}

/** An index that is kept beside the pictures of a folder. */
export interface FolderIndexState {
  /** When it was written last, in milliseconds since 1970, and how many pictures are in it; null: not yet. */
  readonly written: { readonly at: number; readonly pictures: number } | null;
  /** Whether it may be written now: else the page asks with the handle, which takes a click. */
  readonly mayWrite: boolean;
  /** Why the last attempt failed: a sentence. */
  readonly problem: string | null;
}

/** `ignored` says why in a part of a sentence, with what others wrote: untrusted. */
export type FoundIndex =
  | { readonly kind: 'used'; readonly pictures: number }
  | { readonly kind: 'ignored'; readonly reason: string };

export interface LibraryOverview {
  readonly count: number;
  /** Albums and saved searches. */
  readonly albums: number;
  /** What made the vectors; null while there are none. */
  readonly model: Pick<CollectionManifest, 'model' | 'dim'> | null;
  /** Null while nothing is being changed. */
  readonly changeover: Changeover | null;
  readonly folders: readonly LibraryFolder[];
  /** What came of an index among files that were added without a handle of their folder. */
  readonly foundIndex: FoundIndex | null;
  readonly queue: Queue;
  readonly failures: number;
  /** Bytes of everything that the site stores in this browser, and what the browser allows; null where it does not say. */
  readonly usage: { readonly used: number; readonly quota: number } | null;
  /** The browser promised not to delete the library by itself. */
  readonly isPersistent: boolean;
  /** What was not as it should be when the library was opened, and was put right: sentences for visitors. */
  readonly repairs: readonly string[];
}

/** Sent by the library worker while it works. */
export type LibraryEvent =
  | { readonly type: 'heartbeat' }
  | { readonly type: 'queue'; readonly queue: Queue }
  /** Albums were made, changed or deleted, here or in another tab. */
  | { readonly type: 'albums' }
  | { readonly type: 'changeover'; readonly changeover: Changeover | null }
  /** The queue is being emptied, which another tab may have asked for: lists that are given in pieces are forgotten. */
  | { readonly type: 'cancelled' }
  /** Everything else of the overview may have changed. */
  | { readonly type: 'changed' }
  /** What is loaded before the first picture can be embedded. */
  | {
      readonly type: 'progress';
      readonly stage: 'runtime' | 'vision encoder';
      readonly loaded: number;
      readonly total: number;
    }
  /** How far an export or an import is, in pictures. */
  | { readonly type: 'moving'; readonly task: 'export' | 'import'; readonly done: number; readonly total: number }
  | { readonly type: 'device-lost'; readonly reason: string };

/** A picture that is searched for. */
export interface EmbeddedPicture {
  /** Of its file. */
  readonly sha256: string;
  readonly embedding: Embedding;
  /** A small copy, which a browser can show where it cannot show the file. */
  readonly thumbnail: Blob;
}

/** What the library worker asks of the page, because only a page can do it. */
export interface LibraryPage {
  /**
   * The pixels of an SVG drawing, whose root says its size in pixels. The page shows it as a picture, in which nothing is
   * executed and nothing fetched. @throws AfterimageError `picture-unreadable`
   */
  draw(svg: Uint8Array<ArrayBuffer>, width: number, height: number): Promise<ImageBitmap>;
}

/** Surface of `workers/library.worker.ts`, exposed with Comlink. Errors carry their code in `name` (engine/errors.ts). */
export interface LibraryWorkerApi extends AlbumVerbs {
  /** As in `QueryWorkerApi`. @param page a Comlink proxy */
  connect(
    baseUrl: string,
    onEvent: (event: LibraryEvent) => void,
    workerLock: string | undefined,
    page: LibraryPage,
  ): Promise<boolean>;
  /** Where the vision tower runs; to be called before something is added. */
  useDevice(device: 'webgpu' | 'wasm', threads: number): Promise<void>;
  overview(): Promise<LibraryOverview>;
  /**
   * Put files into the queue; resolves when they are in it, which for a folder is at once. A folder that is there already is
   * looked through again. @param list of which the files are the end; see `give`
   * @throws AfterimageError `quota-exceeded`, `database-unavailable`
   */
  add(addition: Addition, list?: number): Promise<void>;
  /**
   * Part of a long list of files, in order; `add` takes it with its end. One message with thousands of files would stop the page
   * for seconds. `cancel` forgets it. @param list a number that this page has given no other list
   */
  give(list: number, files: readonly AddedFile[]): Promise<void>;
  pause(): Promise<void>;
  /** Go on, also after a problem, a closed tab, or when a folder may be read again. */
  resume(): Promise<void>;
  /** Forget what is left in the queue. What is in the library stays. */
  cancel(): Promise<void>;
  /** The first files that failed, in the order in which they were added; how many there are is in the overview. */
  failures(limit: number): Promise<readonly FailedFile[]>;
  /** Put failed files into the queue again; all of them where no ids are given. */
  retry(ids?: readonly number[]): Promise<void>;
  /** Forget which files failed. Those of a folder are tried again when it is looked through again. */
  dismissFailures(): Promise<void>;
  /** Take pictures out of the library. @returns what `restore` takes to undo it */
  remove(itemIds: readonly string[]): Promise<number>;
  /** @throws AfterimageError `picture-unavailable` where this worker has not removed them: `restoreAll` may have them */
  restore(removal: number): Promise<void>;
  /** How many pictures were removed lately, on earlier visits too, and can be brought back. */
  countRemoved(): Promise<number>;
  /** Bring all of those back. */
  restoreAll(): Promise<void>;
  /** Pictures whose content is found at several places, in the order in which they came. */
  withCopies(): Promise<readonly PictureWithCopies[]>;
  /** What `deleteFiles` would delete from the disk. */
  planDeletion(of: DeletionOf): Promise<DeletionPlan>;
  /**
   * Delete files from the disk, for good. Each is read before, and deleted only where its content is what was added. To be
   * called when the visitor was asked and the page was allowed to change the folders.
   */
  deleteFiles(plan: number): Promise<Deletion>;
  /** Look through a folder again: what was added, changed, renamed and removed. */
  rescan(folder: number): Promise<void>;
  /**
   * Keep the index of a folder beside its pictures, so that it is found where the folder is added; to be called when the page was
   * allowed to write there. Or keep it no more, and delete the file or leave it.
   * @throws AfterimageError `not-writable` where the file could not be deleted
   */
  keepIndex(folder: number, keep: 'keep' | 'leave' | 'delete'): Promise<void>;
  /** Forget a folder; its pictures stay, or go with it. */
  forgetFolder(folder: number, withPictures: boolean): Promise<void>;
  /**
   * The file of a picture, where it is at hand and may be read; undefined where it is not.
   * @throws AfterimageError `picture-unavailable`
   */
  original(itemId: string): Promise<File | undefined>;
  /** The thumbnail of a picture; undefined where there is none. */
  thumbnail(itemId: string): Promise<Blob | undefined>;
  /**
   * The whole library as one zip file: a collection that a site can serve (docs/formats.md), with what the library knows
   * beside it. @throws AfterimageError `nothing-to-index` where the library is empty, `quota-exceeded`
   */
  exportLibrary(options: LibraryExportOptions): Promise<Blob>;
  /**
   * Add what `exportLibrary` wrote, here or elsewhere. Nothing is changed unless the file is whole.
   * @throws AfterimageError `import-invalid` for other files and damaged ones, `import-model-mismatch` where its vectors
   *   are of another model than the library's, `quota-exceeded`
   */
  importLibrary(file: Blob): Promise<LibraryImport>;
  /**
   * Embed a picture that is searched for; it is not added. In a vision tower of its own, so that it waits for nothing.
   * @param model what made the vectors that are searched
   * @throws AfterimageError `picture-unreadable`, `picture-unavailable`, and what loading a vision tower throws
   */
  embed(file: Blob, model: Pick<CollectionManifest, 'model' | 'dim'>): Promise<EmbeddedPicture>;
  /**
   * Embed all pictures again with another model. Goes on by itself on a later visit.
   * @throws AfterimageError `database-unavailable`
   */
  changeModel(model: Pick<CollectionManifest, 'model' | 'dim'>): Promise<void>;
  /** `finish`: take the new vectors without the pictures that are left; these wait for their files. */
  changeover(command: 'pause' | 'resume' | 'cancel' | 'finish'): Promise<void>;
  /** Everything goes: pictures, folders, queue. */
  clear(): Promise<void>;
}
