/** Files of the visitor's own pictures, as they lie on the disk, and what becomes of them. */

/** A place where a file of a picture was found. */
export interface PicturePlace {
  /** Of the picture's item. */
  readonly itemId: string;
  /** Null: it was added by itself. */
  readonly folder: number | null;
  /** Inside the folder, with `/`. Untrusted. */
  readonly path: string;
}

/** A picture of which there are several files of the same content. */
export interface PictureWithCopies {
  readonly itemId: string;
  /** The one with the shortest name first: copies are called longer than what they were made of. */
  readonly places: readonly (PicturePlace & {
    /** With the folder's name before it. Untrusted. */
    readonly name: string;
    /** It lies in a folder whose handle is kept. */
    readonly canDelete: boolean;
  })[];
}

/** What is to be deleted from the disk: the files of pictures that were just taken out of the library, or single places. */
export type DeletionOf = { readonly removal: number } | { readonly places: readonly PicturePlace[] };

/** What would be deleted, before the visitor is asked. Nothing is read and nothing asked for it. */
export interface DeletionPlan {
  /** What `deleteFiles` takes. */
  readonly id: number;
  /** Files, those that belong to the same picture (RAW files, films of live photos) among them. */
  readonly files: number;
  /** Some of their names, with the folder's before them. Untrusted. */
  readonly names: readonly string[];
  /** The folders they lie in; the page asks with the handles whether it may change these. */
  readonly folders: readonly { readonly name: string; readonly handle: FileSystemDirectoryHandle }[];
  /** Files that lie in no folder whose handle is kept: nothing can be done about them from here. */
  readonly elsewhere: number;
}

/**
 * `changed`: it is not what it was when it was added. `gone`: it is not there any more. `not-allowed`: the browser may not
 * change its folder. `away`: its folder is not at hand. `only-copy`: the copy that was to stay is not there, cannot be read, or
 * is the same file. `with-pair`: another file of the same picture could not be deleted. `failed`: the system refused it.
 */
export type KeptReason = 'changed' | 'gone' | 'not-allowed' | 'away' | 'only-copy' | 'with-pair' | 'failed';

/** What became of it. */
export interface Deletion {
  readonly deleted: number;
  /** Files that were not deleted. */
  readonly kept: readonly { /** Untrusted. */ readonly name: string; readonly why: KeptReason }[];
}
