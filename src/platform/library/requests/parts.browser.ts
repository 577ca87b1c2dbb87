import type { LibraryFolder } from '../../../protocol/library-worker.ts';
import type { Changeover } from '../changeover/changeover.browser.ts';
import type { FilesAtHand } from '../folders/files-at-hand.ts';
import type { LibraryFolders } from '../folders/library-folders.browser.ts';
import type { Looks } from '../folders/looks.browser.ts';
import type { LibraryStore } from '../library-store.ts';
import type { LibraryQueue } from '../queue/library-queue.browser.ts';

/** What an open library is made of, for those that answer the page. */
export interface LibraryParts {
  readonly store: LibraryStore;
  readonly folders: LibraryFolders;
  readonly atHand: FilesAtHand;
  readonly queue: LibraryQueue;
  readonly looks: Looks;
  readonly changeover: Changeover;
  /** Resolves when the library is open and whole. @returns what was put right, in sentences for visitors */
  readonly opened: () => Promise<readonly string[]>;
  /** Follow changes in these folders from now on, instead of those before. */
  readonly watch: (folders: readonly LibraryFolder[]) => Promise<void>;
}
