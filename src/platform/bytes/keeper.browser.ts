import type { ContentCache } from './content-cache.browser.ts';
import type { HttpSource } from './http-source.browser.ts';

/** The content cache, and what is on its way into it. */
export interface Keeper {
  readonly cache: ContentCache;
  /** What was read may belong to a version that is not committed yet. */
  readonly inUse: Set<string>;
  /** Nobody waits for it but `commit`, and whoever wants the same. */
  keep(key: string, bytes: Uint8Array): Promise<void>;
  /** The kept bytes of a hash, once those that are being written are there. */
  get(key: string): Promise<Uint8Array | undefined>;
  commit: HttpSource['commit'];
}

export function createKeeper(cache: ContentCache): Keeper {
  const writes = new Map<string, Promise<void>>();
  /** Why the newest write that failed did. */
  let refused: string | undefined;
  return {
    cache,
    inUse: new Set(),
    keep(key, bytes) {
      const write = cache.put(key, bytes).then((why) => {
        writes.delete(key);
        if (why !== undefined) refused = why;
      });
      writes.set(key, write);
      return write;
    },
    async get(key) {
      await writes.get(key);
      return cache.get(key);
    },
    async commit(versions) {
      await Promise.all(writes.values());
      const files = versions.flatMap((version) => version.files);
      const there = await Promise.all(files.map((file) => cache.has(file.sha256)));
      if (there.includes(false)) return refused ?? 'The browser has removed a part of it again.';
      for (const { path, text } of versions) {
        const why = (await cache.getText(path)) === text ? undefined : await cache.putText(path, text);
        if (why !== undefined) return why;
      }
      return undefined;
    },
  };
}
