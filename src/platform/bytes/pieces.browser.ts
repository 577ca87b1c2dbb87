import { PIECES_LIMIT_BYTES, pieceBytes } from '../../site/kept-pieces.ts';
import type { ContentCache } from './content-cache.browser.ts';

/** Sees to it that pieces of files take no more than so many bytes: those that were not used the longest leave. */
export interface Pieces {
  used(key: string): void;
  /** It was put into the cache. */
  added(key: string): Promise<void>;
}

/** How full it is left, so that not every piece is one too many. */
const LEFT = 0.9;

const bytesOf = (key: string) => pieceBytes(key) ?? 0;

export function createPieces(cache: Pick<ContentCache, 'pieces' | 'drop'>, limit: number = PIECES_LIMIT_BYTES): Pieces {
  /** By this page, in the order of their last use. */
  const used = new Set<string>();
  /** Unknown until it is looked for; other tabs change it too. */
  let total: number | undefined;
  let evicting: Promise<void> | undefined;

  const use = (key: string) => {
    used.delete(key);
    used.add(key);
  };

  async function evict(): Promise<void> {
    const there = await cache.pieces();
    let left = there.reduce((sum, key) => sum + bytesOf(key), 0);
    if (left > limit) {
      const held = new Set(there);
      const order = [...there.filter((key) => !used.has(key)), ...[...used].filter((key) => held.has(key))];
      for (const key of order) {
        if (left <= LEFT * limit) break;
        await cache.drop(key);
        used.delete(key);
        left -= bytesOf(key);
      }
    }
    total = left;
  }

  return {
    used: use,
    async added(key) {
      use(key);
      if (total !== undefined) total += bytesOf(key);
      if (total !== undefined && total <= limit) return;
      evicting ??= evict().finally(() => {
        evicting = undefined;
      });
      await evicting;
    },
  };
}
