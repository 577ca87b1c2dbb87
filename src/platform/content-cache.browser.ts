/**
 * What earlier visits left in the Cache API: content under its SHA-256, and the texts (manifests, lists) that were in
 * use last under their path. Everything degrades to "nothing there": without a secure context there is no `caches`, and
 * private windows, full disks and impatient users take it away at any time.
 */
export interface ContentCache {
  /** The bytes kept under this hash; the caller verifies them. */
  get(sha256: string): Promise<Uint8Array | undefined>;
  /** Keep a copy. Never throws: a full disk must not stop a search. */
  put(sha256: string, bytes: Uint8Array): Promise<void>;
  has(sha256: string): Promise<boolean>;
  drop(sha256: string): Promise<void>;
  getText(path: string): Promise<string | undefined>;
  putText(path: string, text: string): Promise<void>;
  dropText(path: string): Promise<void>;
  /**
   * Delete the content that `text`, which is no longer kept, names by its SHA-256 and no kept text does. Other content
   * stays: it may be that of a model or a collection that is still being read.
   */
  prune(text: string): Promise<void>;
}

export const CONTENT_CACHE = 'afterimage-content';

/** The cache of the app at `baseUrl`; apps in other folders of the same origin have their own entries. */
export function createContentCache(baseUrl: string): ContentCache {
  const contentRoot = new URL('.afterimage/content/', baseUrl).href;
  const textRoot = new URL('.afterimage/kept/', baseUrl).href;
  let opened: Promise<Cache | undefined> | undefined;
  // Reopened each time it fails, kept once it worked.
  const open = async (): Promise<Cache | undefined> => {
    opened ??= 'caches' in globalThis ? caches.open(CONTENT_CACHE).catch(nothing) : Promise.resolve(undefined);
    const cache = await opened;
    if (!cache) opened = undefined;
    return cache;
  };
  const attempt = async <T>(work: (cache: Cache) => Promise<T>): Promise<T | undefined> => {
    const cache = await open();
    return cache && work(cache).catch(nothing);
  };
  return {
    async get(sha256) {
      const body = await attempt(async (cache) => (await cache.match(contentRoot + sha256))?.arrayBuffer());
      return body && new Uint8Array(body);
    },
    async put(sha256, bytes) {
      // The body is copied here and now, so that callers may go on to write into `bytes`.
      const response = new Response(bytes as Uint8Array<ArrayBuffer>);
      await attempt((cache) => cache.put(contentRoot + sha256, response));
    },
    has: async (sha256) => (await attempt((cache) => cache.match(contentRoot + sha256))) !== undefined,
    async drop(sha256) {
      await attempt((cache) => cache.delete(contentRoot + sha256));
    },
    getText: (path) => attempt(async (cache) => (await cache.match(textRoot + path))?.text()),
    async putText(path, text) {
      await attempt((cache) => cache.put(textRoot + path, new Response(text)));
    },
    async dropText(path) {
      await attempt((cache) => cache.delete(textRoot + path));
    },
    async prune(text) {
      await attempt((cache) => pruneContent(cache, text, contentRoot, textRoot));
    },
  };
}

async function pruneContent(cache: Cache, text: string, contentRoot: string, textRoot: string): Promise<void> {
  const orphans = hashesIn(text);
  for (const key of await cache.keys()) {
    if (!key.url.startsWith(textRoot)) continue;
    for (const sha256 of hashesIn((await (await cache.match(key))?.text()) ?? '')) orphans.delete(sha256);
  }
  await Promise.all([...orphans].map((sha256) => cache.delete(contentRoot + sha256)));
}

function hashesIn(text: string): Set<string> {
  return new Set([...text.matchAll(/\b[0-9a-f]{64}\b/g)].map(([sha256]) => sha256));
}

function nothing(): undefined {
  return undefined;
}
