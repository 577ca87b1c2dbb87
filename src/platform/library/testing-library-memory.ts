import type { Album } from '../../protocol/albums.ts';
import type {
  FilesInReading,
  FoundFile,
  LibraryModel,
  QueuedFile,
  StoredFolder,
  StoredPicture,
  StoredRendition,
} from './library-store.ts';

/** A picture, and why it is not shown. */
export interface Kept {
  picture: StoredPicture;
  hidden?: { readonly why: 'removed' | 'unusable'; readonly at: number };
}

/** What a store of this name holds. Two stores over one of these are two tabs. */
export interface LibraryMemory {
  readonly name: string;
  model: LibraryModel | undefined;
  next: LibraryModel | undefined;
  readonly nextVectors: Map<number, Float32Array>;
  nextKey: number;
  inReading: FilesInReading | undefined;
  readonly kept: Map<number, Kept>;
  readonly renditions: Map<string, StoredRendition>;
  readonly folders: Map<number, StoredFolder>;
  readonly queue: Map<number, QueuedFile>;
  /** By folder and path. */
  readonly deleted: Map<string, FoundFile>;
  readonly albums: Map<string, Album>;
}

let memories = 0;

export function createLibraryMemory(): LibraryMemory {
  return {
    name: `test-library-memory-${memories++}`,
    model: undefined,
    next: undefined,
    nextVectors: new Map(),
    nextKey: 1,
    inReading: undefined,
    kept: new Map(),
    renditions: new Map(),
    folders: new Map(),
    queue: new Map(),
    deleted: new Map(),
    albums: new Map(),
  };
}
