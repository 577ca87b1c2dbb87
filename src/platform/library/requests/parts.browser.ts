import type { FoundIndexes } from '../beside/found-indexes.browser.ts';
import type { KeptIndexes } from '../beside/keep-indexes.browser.ts';
import type { Changeover } from '../changeover/changeover.browser.ts';
import type { FilesAtHand } from '../folders/files-at-hand.ts';
import type { KnownFolder, LibraryFolders } from '../folders/library-folders.browser.ts';
import type { Looks } from '../folders/looks.browser.ts';
import type { LibraryStore } from '../library-store.ts';
import type { LibraryQueue } from '../queue/library-queue.browser.ts';
import type { GivenLists } from './given-lists.ts';
import type { Removals } from './removals.ts';

/** What an open library is made of, for those that answer the page. */
export interface LibraryParts {
  readonly store: LibraryStore;
  readonly folders: LibraryFolders;
  readonly atHand: FilesAtHand;
  /** Indexes that lie beside pictures which are added, and those that are kept there. */
  readonly indexes: FoundIndexes;
  readonly kept: KeptIndexes;
  readonly queue: LibraryQueue;
  readonly looks: Looks;
  readonly changeover: Changeover;
  readonly removals: Removals;
  readonly lists: GivenLists;
  /** Resolves when the library is open and whole. @returns what was put right, in sentences for visitors */
  readonly opened: () => Promise<readonly string[]>;
  /** Follow changes in these folders from now on, instead of those before. */
  readonly watch: (folders: readonly KnownFolder[]) => Promise<void>;
}
