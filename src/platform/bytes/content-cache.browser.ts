import { contentCacheName, contentRoot, pieceBytes } from '../../site/kept-pieces.ts';

/**
 * What earlier visits left in the Cache API: content under its SHA-256, stretches of content under that of the whole
 * with the place behind it, and the texts (manifests, lists) that were in
 * use last under their path. Everything degrades to "nothing there": without a secure context there is no `caches`, and
 * private windows, full disks and impatient users take it away at any time.
 */
export interface ContentCache {
  /** The bytes kept under this hash; the caller verifies them. */
  get(sha256: string): Promise<Uint8Array | undefined>;
  /** `length` bytes of the content kept under this hash, from `offset` on. */
  getRange(sha256: string, offset: number, length: number): Promise<Uint8Array | undefined>;
  /** Keep a copy. Never throws, because a full disk must not stop a search. @returns why it is not kept, if it is not */
  put(sha256: string, bytes: Uint8Array): Promise<string | undefined>;
  has(sha256: string): Promise<boolean>;
  drop(sha256: string): Promise<void>;
  /** What pieces of files are kept under (`pieceKey`), in the order in which they were put. */
  pieces(): Promise<readonly string[]>;
  getText(path: string): Promise<string | undefined>;
  dropText(path: string): Promise<void>;
  /** As `put`. */
  putText(path: string, text: string): Promise<string | undefined>;
  /** Delete the content that no kept text names by its SHA-256, but for what is in `spared` or has just been put. */
  sweep(spared: ReadonlySet<string>): Promise<void>;
}

/** Without it a browser compiles no response. */
const WASM = { 'content-type': 'application/wasm' };

/** Another tab may have put it, on its way to a text that names it: reading a large collection takes so long. */
const RECENT_MS = 3_600_000;

/** The cache of the app at `baseUrl`. */
export function createContentCache(baseUrl: string): ContentCache {
  const root = contentRoot(baseUrl);
  const textRoot = new URL('.afterimage/kept/', baseUrl).href;
  let opened: Promise<Cache | undefined> | undefined;
  // Reopened each time it fails, kept once it worked.
  const open = async (): Promise<Cache | undefined> => {
    opened ??= openCache(contentCacheName(baseUrl)).catch(nothing);
    const cache = await opened;
    if (!cache) opened = undefined;
    return cache;
  };
  const attempt = async <T>(work: (cache: Cache) => Promise<T>): Promise<T | undefined> => {
    const cache = await open();
    return cache && work(cache).catch(nothing);
  };
  const write = async (url: string, response: Response): Promise<string | undefined> => {
    const cache = await open();
    if (!cache)
      return 'This browser keeps nothing for this page (no HTTPS, a private window, or sites may not store data).';
    return cache.put(url, response).then(nothing, whyNotKept);
  };
  return {
    async get(sha256) {
      const body = await attempt(async (cache) => (await cache.match(root + sha256))?.arrayBuffer());
      return body && new Uint8Array(body);
    },
    async getRange(sha256, offset, length) {
      const body = await attempt(async (cache) => {
        const blob = await (await cache.match(root + sha256))?.blob();
        return blob?.slice(offset, offset + length).arrayBuffer();
      });
      return body && new Uint8Array(body);
    },
    put(sha256, bytes) {
      const headers = { date: new Date().toUTCString(), ...(isWasm(bytes) ? WASM : {}) };
      return write(root + sha256, new Response(bytes as Uint8Array<ArrayBuffer>, { headers }));
    },
    has: async (sha256) => (await attempt((cache) => cache.match(root + sha256))) !== undefined,
    async drop(sha256) {
      await attempt((cache) => cache.delete(root + sha256));
    },
    async pieces() {
      const keys = await attempt(async (cache) => (await cache.keys()).map(({ url }) => url));
      const content = (keys ?? []).filter((url) => url.startsWith(root)).map((url) => url.slice(root.length));
      return content.filter((key) => pieceBytes(key) !== undefined);
    },
    getText: (path) => attempt(async (cache) => (await cache.match(textRoot + path))?.text()),
    async dropText(path) {
      await attempt((cache) => cache.delete(textRoot + path));
    },
    putText: (path, text) => write(textRoot + path, new Response(text)),
    async sweep(spared) {
      await attempt((cache) => sweepContent(cache, spared, root, textRoot));
    },
  };
}

function isWasm(bytes: Uint8Array): boolean {
  return [0, 0x61, 0x73, 0x6d].every((byte, i) => bytes[i] === byte); // "\0asm"
}

/** Reading the property alone throws in some frames. */
async function openCache(name: string): Promise<Cache | undefined> {
  return 'caches' in globalThis ? caches.open(name) : undefined;
}

async function sweepContent(cache: Cache, spared: ReadonlySet<string>, root: string, textRoot: string): Promise<void> {
  const urls = (await cache.keys()).map(({ url }) => url);
  const texts = urls.filter((url) => url.startsWith(textRoot)).map(async (url) => (await cache.match(url))?.text());
  const named = (await Promise.all(texts)).join();
  const content = urls.filter((url) => url.startsWith(root)).map((url) => url.slice(root.length));
  const orphans = content.filter((key) => !named.includes(wholeOf(key)) && !spared.has(wholeOf(key)));
  const remove = async (url: string) => (await isRecent(cache, url)) || cache.delete(url);
  await Promise.all(orphans.map((key) => remove(root + key)));
}

async function isRecent(cache: Cache, url: string): Promise<boolean> {
  const response = await cache.match(url);
  // Nothing of earlier versions of the app has a date; a clock that was set back makes nothing recent for long.
  const age = Date.now() - Date.parse(response?.headers.get('date') ?? '');
  return age > -RECENT_MS && age < RECENT_MS;
}

/** The hash of the content that a key stands for, or a stretch of. */
export function wholeOf(key: string): string {
  return key.slice(0, 64);
}

function whyNotKept(error: unknown): string {
  if (error instanceof DOMException && error.name === 'QuotaExceededError') {
    return 'There is no space left for it. Make room on this device, then reload the page.';
  }
  const why = error instanceof Error ? error.message : String(error);
  return `The browser refused to keep it: ${why}. Reload the page to try again.`;
}

function nothing(): undefined {
  return undefined;
}
