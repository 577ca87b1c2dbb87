import { AfterimageError, toAfterimageError } from '../engine/errors.ts';
import type { ByteSource, FileHash, ReadOptions } from '../engine/ports.ts';
import { type ContentCache, createContentCache } from './content-cache.browser.ts';
import { download, fetchText } from './download.browser.ts';
import { sha256 } from './sha256.ts';

/** A manifest or list, and where it came from. */
export interface Newest {
  readonly text: string;
  /** What the last complete visit kept; undefined when there is none. */
  readonly kept: string | undefined;
  /** Why the server gave nothing, so that `text` is the kept one. */
  readonly problem: AfterimageError | undefined;
}

/** A text that was read, with all the files that it stands for. */
export interface Version {
  readonly path: string;
  readonly text: string;
  readonly files: readonly FileHash[];
}

/** Static files by HTTP, verified, with what earlier visits kept. Paths resolve against the app's base. */
export interface HttpSource extends ByteSource {
  /**
   * Like `readText`, and tells where the text came from. It is not kept until `commit` says so. What an earlier visit
   * kept is not forgotten because the server misses it: that may be a deployment in its middle.
   */
  newest(path: string, options?: ReadOptions): Promise<Newest | undefined>;
  /**
   * Make these, of which all files have been read, the versions that the next visit falls back to: together, because
   * they fit each other. @returns why they are not kept, if a file could not be: then nothing changed
   */
  commit(versions: readonly Version[]): Promise<string | undefined>;
  /** Delete what no kept version names and nobody has read since the source was made. */
  sweep(): Promise<void>;
}

export function createHttpSource(baseUrl: string, cache: ContentCache = createContentCache(baseUrl)): HttpSource {
  /** Writes on their way into the cache: nobody waits for them but `commit`. */
  const writes = new Map<string, Promise<void>>();
  /** Why the newest write that failed did. */
  let refused: string | undefined;
  /** What was read may belong to a version that is not committed yet. */
  const inUse = new Set<string>();

  const keep = (hash: string, bytes: Uint8Array) => {
    const write = cache.put(hash, bytes).then((why) => {
      writes.delete(hash);
      if (why !== undefined) refused = why;
    });
    writes.set(hash, write);
  };

  const read = async (path: string, expected: FileHash, options: ReadOptions = {}): Promise<Uint8Array> => {
    options.signal?.throwIfAborted();
    inUse.add(expected.sha256);
    await writes.get(expected.sha256);
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
      if (text !== undefined) return { text, kept, problem: undefined };
      if (kept === undefined) return undefined;
      throw new AfterimageError('part-missing', `${path} is missing on the server. Publish the site anew.`);
    } catch (error) {
      options.signal?.throwIfAborted();
      if (kept === undefined) throw error;
      return { text: kept, kept, problem: toAfterimageError(error) };
    }
  };

  const commit = async (versions: readonly Version[]): Promise<string | undefined> => {
    await Promise.all(writes.values());
    const files = versions.flatMap((version) => version.files);
    const there = await Promise.all(files.map((file) => cache.has(file.sha256)));
    if (there.includes(false)) return refused ?? 'The browser has removed a part of it again.';
    for (const { path, text } of versions) {
      const why = (await cache.getText(path)) === text ? undefined : await cache.putText(path, text);
      if (why !== undefined) return why;
    }
    return undefined;
  };

  return {
    read,
    newest,
    commit,
    sweep: () => cache.sweep(inUse),
    readText: async (path, options) => (await newest(path, options))?.text,
  };
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
