import type { FoundFile, LibraryStore, QueuedFile } from '../library-store.ts';

/** What waits, looked through in pieces. */
export interface QueueScan {
  /** Files that were added by themselves and can be read no more. */
  readonly toChoose: number;
  /** Folders of which something waits. */
  readonly folders: ReadonlySet<number>;
  /** Ids of files that were added by themselves on an earlier visit and may be read again. */
  readonly readable: ReadonlySet<number>;
}

const CHUNK = 1000;

/** All that waits, in pieces. */
export async function* waitingFiles(store: Pick<LibraryStore, 'waiting'>): AsyncGenerator<QueuedFile[]> {
  for (let after = -1; ; ) {
    const files = await store.waiting(CHUNK, after);
    const last = files.at(-1);
    if (!last) return;
    yield files;
    after = last.id;
  }
}

/**
 * @param isAtHand whether this tab was given the file
 * @param mayRead whether a file with a handle may be read without asking
 */
export async function scanQueue(
  store: Pick<LibraryStore, 'waiting'>,
  isAtHand: (file: FoundFile) => boolean,
  mayRead: (handle: FileSystemFileHandle) => Promise<boolean>,
): Promise<QueueScan> {
  const [folders, readable] = [new Set<number>(), new Set<number>()];
  let toChoose = 0;
  for await (const files of waitingFiles(store)) {
    for (const { id, file } of files) {
      if (file.folder !== null) folders.add(file.folder);
      else if (isAtHand(file)) continue;
      else if (file.handle && (await mayRead(file.handle))) readable.add(id);
      else toChoose++;
    }
  }
  return { toChoose, folders, readable };
}
