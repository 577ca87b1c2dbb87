import { AfterimageError } from '../engine/errors.ts';
import type { ByteSource, FileHash, ReadOptions } from '../engine/ports.ts';
import { type ContentCache, createContentCache } from './content-cache.browser.ts';
import { download, fetchText } from './download.browser.ts';
import { sha256 } from './sha256.ts';

/** A manifest or list, and where it came from. */
export interface Newest {
  readonly text: string;
  /** What the last complete visit kept; undefined when there is none. */
  readonly kept: string | undefined;
  /** True when the network gave nothing, so that `text` is the kept one. */
  readonly fromCache: boolean;
}

/** Static files by HTTP, verified, with what earlier visits kept. Paths resolve against the app's base. */
export interface HttpSource extends ByteSource {
  /** Like `readText`, and tells where the text came from. It is not kept until `commit` says so. */
  newest(path: string, options?: ReadOptions): Promise<Newest | undefined>;
  /**
   * Make `text` the kept version of `path`, once all the files that it stands for have been read; what only its
   * predecessor named is deleted. False, and nothing changed, when a file could not be kept.
   */
  commit(path: string, text: string, files: readonly FileHash[]): Promise<boolean>;
}

export function createHttpSource(baseUrl: string, cache: ContentCache = createContentCache(baseUrl)): HttpSource {
  /** Writes on their way into the cache: nobody waits for them but `commit`. */
  const writes = new Map<string, Promise<void>>();

  const keep = (hash: string, bytes: Uint8Array) => {
    const write = cache.put(hash, bytes).finally(() => writes.delete(hash));
    writes.set(hash, write);
  };

  const read = async (path: string, expected: FileHash, options: ReadOptions = {}): Promise<Uint8Array> => {
    options.signal?.throwIfAborted();
    const kept = await cache.get(expected.sha256);
    if (kept) {
      if (await isIntact(kept, expected)) {
        options.onProgress?.(expected.bytes, expected.bytes);
        return kept;
      }
      await cache.drop(expected.sha256);
    }
    const bytes = await downloadVerified(new URL(path, baseUrl).href, path, expected, options);
    keep(expected.sha256, bytes);
    return bytes;
  };

  const newest = async (path: string, options: ReadOptions = {}): Promise<Newest | undefined> => {
    const kept = await cache.getText(path);
    try {
      const text = await fetchText(new URL(path, baseUrl).href, path, { ...options, impatient: kept !== undefined });
      if (text === undefined) await cache.dropText(path);
      return text === undefined ? undefined : { text, kept, fromCache: false };
    } catch (error) {
      options.signal?.throwIfAborted();
      if (kept === undefined) throw error;
      return { text: kept, kept, fromCache: true };
    }
  };

  const commit = async (path: string, text: string, files: readonly FileHash[]): Promise<boolean> => {
    const previous = await cache.getText(path);
    if (previous === text) return true;
    await Promise.all(writes.values());
    const there = await Promise.all(files.map((file) => cache.has(file.sha256)));
    if (there.includes(false)) return false;
    await cache.putText(path, text);
    if (previous !== undefined) await cache.prune(previous);
    return true;
  };

  return { read, newest, commit, readText: async (path, options) => (await newest(path, options))?.text };
}

/**
 * A second try goes past the HTTP cache: it may hold an older file of the same name, or a damaged one.
 */
async function downloadVerified(
  url: string,
  path: string,
  expected: FileHash,
  options: ReadOptions,
): Promise<Uint8Array> {
  for (const mode of ['default', 'reload'] as const) {
    const bytes = await download(url, path, expected.bytes, mode, options);
    if (bytes && (await isIntact(bytes, expected))) {
      options.onProgress?.(expected.bytes, expected.bytes);
      return bytes;
    }
  }
  throw new AfterimageError(
    'part-corrupt',
    `${path} arrived damaged: it is not the file that was published (SHA-256 differs). ` +
      'Reload the page; if it happens again, the files on the server need to be published anew.',
  );
}

async function isIntact(bytes: Uint8Array, expected: FileHash): Promise<boolean> {
  return bytes.length === expected.bytes && (await sha256(bytes)) === expected.sha256;
}
