import type { DBSchema, IDBPDatabase, IDBPTransaction, StoreNames } from 'idb';
import type { Album } from '../../../protocol/albums.ts';
import type {
  FilesInReading,
  FoundFile,
  LibraryModel,
  QueuedFile,
  StoredFolder,
  StoredPicture,
} from '../library-store.ts';

/** Why a picture is not shown: taken out by the visitor, or without a usable vector until it is read again. */
export type Hidden = 'removed' | 'unusable';

/**
 * A picture as it is stored. Vectors lie inside: reading 20,000 of 512 dimensions takes 0.3 s this way, and what is one
 * record cannot fall apart. Handles lie elsewhere, because reading so many of them would take seconds.
 */
export interface PictureRecord extends Omit<StoredPicture, 'key'> {
  readonly key?: number;
  /** Ids of the folders of `files`, each once, and none of what is hidden: what the index is made of. */
  readonly folders: readonly number[];
  readonly hidden?: Hidden;
  /** Milliseconds since 1970; there where `hidden` is. */
  readonly hiddenAt?: number;
}

/** A vector of the model that the library is being changed over to. */
export interface VectorRecord {
  /** Of the picture. */
  readonly key: number;
  readonly vector: Float32Array;
}

/** The handles of a picture's files that were added by themselves. */
export interface HandleRecord {
  readonly key: number;
  readonly handles: readonly { readonly path: string; readonly handle: FileSystemFileHandle }[];
}

/** Where a rendition is: a stretch of a file, or here. */
export type RenditionRecord = { readonly path: string; readonly type: string } & (
  | { readonly pack: string; readonly offset: number; readonly length: number }
  | { readonly bytes: Uint8Array<ArrayBuffer> }
);

export const WAITING = 0;
export const FAILED = 1;

export interface QueueRecord extends Omit<QueuedFile, 'id'> {
  readonly id?: number;
  readonly state: typeof WAITING | typeof FAILED;
  /** Folder and path; absent without a folder, because then the same path may be of another file. */
  readonly place?: [number, string];
}

export interface LibrarySchema extends DBSchema {
  pictures: {
    key: number;
    value: PictureRecord;
    indexes: { sha256: string; id: string; folders: number; hidden: [Hidden, number] };
  };
  handles: { key: number; value: HandleRecord };
  renditions: { key: string; value: RenditionRecord; indexes: { pack: string } };
  folders: { key: number; value: Omit<StoredFolder, 'id'> & { readonly id?: number } };
  queue: { key: number; value: QueueRecord; indexes: { state: [number, number]; place: [number, string] } };
  /** Files in folders whose pictures the visitor took out. */
  deleted: { key: [number, string]; value: FoundFile & { readonly folder: number } };
  /**
   * `model`, `next` (the one that the library is being changed over to, whose vectors are in `nextVectors`) and `reading`, each
   * with its own kind of value.
   */
  settings: { key: 'model' | 'next' | 'reading'; value: LibraryModel | FilesInReading };
  nextVectors: { key: number; value: VectorRecord };
  albums: { key: string; value: Album };
}

export type LibraryDatabase = IDBPDatabase<LibrarySchema>;
export type StoreName = StoreNames<LibrarySchema>;
export type WriteTransaction = IDBPTransaction<LibrarySchema, StoreName[], 'readwrite'>;

export const LIBRARY_VERSION = 4;

export function upgrade(database: LibraryDatabase, oldVersion: number): void {
  if (oldVersion < 1) {
    const pictures = database.createObjectStore('pictures', { keyPath: 'key', autoIncrement: true });
    pictures.createIndex('sha256', 'sha256', { unique: true });
    pictures.createIndex('id', 'item.id');
    pictures.createIndex('folders', 'folders', { multiEntry: true });
    pictures.createIndex('hidden', ['hidden', 'hiddenAt']);
    database.createObjectStore('handles', { keyPath: 'key' });
    database.createObjectStore('renditions', { keyPath: 'path' }).createIndex('pack', 'pack');
    database.createObjectStore('folders', { keyPath: 'id', autoIncrement: true });
    const queue = database.createObjectStore('queue', { keyPath: 'id', autoIncrement: true });
    queue.createIndex('state', ['state', 'id']);
    queue.createIndex('place', 'place');
    database.createObjectStore('deleted', { keyPath: ['folder', 'path'] });
    database.createObjectStore('settings');
  }
  if (oldVersion < 3) database.createObjectStore('nextVectors', { keyPath: 'key' });
  if (oldVersion < 4) database.createObjectStore('albums', { keyPath: 'id' });
}
