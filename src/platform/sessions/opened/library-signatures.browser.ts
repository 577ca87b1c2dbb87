import type { Item } from '../../../engine/collection/types.ts';
import type { LibraryStore } from '../../library/library-store.ts';
import { signatureOfThumbnail } from '../../pictures/signature.browser.ts';

/** Signatures that are stored in one transaction, and how long the first of them waits for others. */
const BATCH = 200;
const WAIT_MS = 1000;

/**
 * Signatures of pictures that an earlier version added, from their thumbnails. They are stored with the pictures; until the
 * library is opened again, they are remembered here.
 */
export function createLibrarySignatures(
  store: Pick<LibraryStore, 'rendition' | 'setSignatures'>,
): (item: Item) => Promise<string | undefined> {
  const known = new Map<string, string | undefined>();
  let waiting = new Map<string, string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** What cannot be stored now is made again another time. */
  const keep = () => {
    clearTimeout(timer);
    timer = undefined;
    const signatures = waiting;
    waiting = new Map();
    void store.setSignatures(signatures).catch(() => undefined);
  };

  return async (item) => {
    if (known.has(item.id)) return known.get(item.id);
    const thumbnail = item.thumbnail && (await store.rendition(item.thumbnail.path));
    const signature = (thumbnail && (await signatureOfThumbnail(thumbnail))) ?? undefined;
    known.set(item.id, signature);
    if (signature !== undefined) {
      waiting.set(item.id, signature);
      if (waiting.size >= BATCH) keep();
      else timer ??= setTimeout(keep, WAIT_MS);
    }
    return signature;
  };
}
