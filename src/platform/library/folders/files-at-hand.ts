import type { AddedFile } from '../../../protocol/library-worker.ts';
import type { FoundFile } from '../library-store.ts';

/** Files that were added by themselves in this tab: without a handle they are read as long as it lives. */
export interface FilesAtHand {
  add(files: readonly AddedFile[]): FoundFile[];
  get(file: FoundFile): File | undefined;
  has(file: FoundFile): boolean;
  clear(): void;
}

export function createFilesAtHand(): FilesAtHand {
  const files = new Map<string, File>();
  return {
    add: (added) =>
      added.map(({ path, file, handle }) => {
        const found: FoundFile = {
          ...{ folder: null, path, bytes: file.size, modified: file.lastModified },
          ...(handle && { handle }),
        };
        files.set(keyOf(found), file);
        return found;
      }),
    get: (file) => files.get(keyOf(file)),
    has: (file) => files.has(keyOf(file)),
    clear: () => files.clear(),
  };
}

/** Chosen again, a file is the same where path, length and time are. */
export function keyOf({ path, bytes, modified }: FoundFile): string {
  return `${bytes} ${modified} ${path}`;
}
