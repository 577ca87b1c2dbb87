import { createPromiseCache } from '../../engine/async/cached/promise-cache.ts';
import { createLimiter } from '../../engine/async/limiter.ts';
import { AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import { type ByteRange, type ByteSource, type FileHash, packedPath, type ReadOptions } from '../../engine/ports.ts';
import { contentRoot, pieceKey } from '../../site/kept-pieces.ts';
import { sha256 } from '../hashes/sha256.ts';
import { type ContentCache, createContentCache } from './content-cache.browser.ts';
import {
  download,
  downloadRange,
  fetchText,
  PIECE_STALL_MS,
  type Together,
  withStallTimeout,
} from './download.browser.ts';
import { createJoinedReads, type ReadStretch } from './join-ranges.ts';
import { createKeeper, type Keeper } from './keeper.browser.ts';
import { createPieces } from './pieces.browser.ts';
import { shareReads } from './share-reads.ts';
import { canUnpack } from './unpack.browser.ts';

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
export interface HttpSource extends Omit<ByteSource, 'readText'> {
  /**
   * A small JSON file whose hash is not known beforehand (a manifest, a list), and where it came from: the network, else
   * what an earlier visit kept. Undefined when there is none. It is not kept until `commit` says so. What an earlier
   * visit kept is not forgotten because the server misses it: that may be a deployment in its middle.
   */
  newest(path: string, options?: ReadOptions): Promise<Newest | undefined>;
  /** The text that the last complete visit kept. */
  kept(path: string): Promise<string | undefined>;
  /** Whether an earlier visit kept it, or this one has. What is asked for counts as read. */
  isKept(expected: FileHash): Promise<boolean>;
  /** Where the service worker answers with what is kept of it, as it lies there. */
  keptUrl(expected: FileHash): string;
  /** Read what was not read before, so that it is kept, without handing it out. */
  prefetch(path: string, expected: FileHash, options?: ReadOptions): Promise<void>;
  /**
   * Make these, of which all files have been read, the versions that the next visit falls back to: together, because
   * they fit each other. @returns why they are not kept, if a file could not be: then nothing changed
   */
  commit(versions: readonly Version[]): Promise<string | undefined>;
  /** Delete what was kept under these paths, and these files. What is in memory stays there. */
  forget(paths: readonly string[], files: readonly FileHash[]): Promise<void>;
  /** False once the host has answered a request for a part of a file with the whole of it. */
  inRanges(): boolean;
  /** Delete what no kept version names and nobody has read since the source was made. */
  sweep(): Promise<void>;
}

/** Files that are no larger are read whole for any part of them. */
const SMALL_BYTES = 2 ** 20;
/**
 * Whole files that stay at hand where the server does not answer with parts of them, and those that are read at a time:
 * 80 MiB at most of either.
 */
const WHOLES = 4;

/** @param smallBytes files that are no larger are read whole; another number for tests */
export function createHttpSource(
  baseUrl: string,
  cache: ContentCache = createContentCache(baseUrl),
  smallBytes = SMALL_BYTES,
): HttpSource {
  const keeper = createKeeper(cache);
  const { read, isKept, prefetch, ...reader } = createReader(baseUrl, keeper);
  const newest = createNewest(baseUrl, cache);
  return {
    read,
    isKept,
    prefetch,
    newest,
    kept: cache.getText,
    keptUrl: ({ sha256 }) => contentRoot(baseUrl) + sha256,
    ...createRangeReader(baseUrl, keeper, read, smallBytes),
    commit: keeper.commit,
    forget: reader.forget,
    sweep: () => cache.sweep(keeper.inUse),
  };
}

/** Whole files: what is kept, where it is intact, else from the server. */
function createReader(
  baseUrl: string,
  { cache, inUse, keep, get }: Keeper,
): Pick<HttpSource, 'read' | 'isKept' | 'prefetch' | 'forget'> {
  /** Was read to its end, by its hash. */
  const done = new Set<string>();

  const read = shareReads(async (path, expected, options = {}) => {
    inUse.add(expected.sha256);
    const kept = await get(expected.sha256);
    if (kept) {
      if (await isIntact(kept, expected)) {
        options.onProgress?.(expected.bytes, expected.bytes);
        done.add(expected.sha256);
        return kept;
      }
      await cache.drop(expected.sha256);
    }
    const bytes = await downloadVerified(baseUrl, path, expected, options);
    void keep(expected.sha256, bytes);
    done.add(expected.sha256);
    return bytes;
  });

  const isKept: HttpSource['isKept'] = async ({ sha256: hash }) => {
    const kept = done.has(hash) || (await cache.has(hash));
    if (kept) inUse.add(hash);
    return kept;
  };

  return {
    read,
    isKept,
    async forget(paths, files) {
      for (const path of paths) await cache.dropText(path);
      for (const { sha256: hash } of files) {
        done.delete(hash);
        inUse.delete(hash);
        await cache.drop(hash);
      }
    },
    async prefetch(path, expected, options) {
      if (!(await isKept(expected))) await read(path, expected, options);
    },
  };
}

/** Parts of files: of what is kept, by range requests, else of the whole file. */
function createRangeReader(
  baseUrl: string,
  { cache, inUse, keep }: Keeper,
  read: ByteSource['read'],
  smallBytes: number,
): Pick<HttpSource, 'readRange' | 'inRanges'> {
  const wholes = createPromiseCache<Uint8Array>(WHOLES);
  const limited = createLimiter(WHOLES);
  const allReads: Together = new Set();
  const pieces = createPieces(cache);
  const readJoined = createJoinedReads<'whole' | undefined>();
  let knowsRanges = true;

  /** Not aborted with the caller: others may wait for the same file. */
  const readWhole = (path: string, expected: FileHash, { onProgress }: ReadOptions) =>
    withStallTimeout({ path, ms: PIECE_STALL_MS, together: allReads }, undefined, (signal, moved) => {
      const onMoved = (loaded: number, total: number) => {
        moved();
        onProgress?.(loaded, total);
      };
      return limited(() => read(path, expected, { signal, onProgress: onMoved }));
    });

  /** From what is kept of the file, else by a range request; undefined where neither gives the right bytes. */
  const readPiece = async (path: string, { sha256, bytes }: FileHash, range: ByteRange, options: ReadOptions) => {
    const { offset, length } = range;
    const key = pieceKey(sha256, offset, length);
    const kept = (await cache.get(key)) ?? (await cache.getRange(sha256, offset, length));
    if (kept && (await isPiece(kept, range))) {
      pieces.used(key);
      return kept;
    }
    if (!knowsRanges || bytes <= smallBytes) return undefined;
    const url = new URL(path, baseUrl).href;
    const readStretch: ReadStretch<'whole' | undefined> = (stretch, together) =>
      downloadRange(url, path, { ...stretch, total: bytes }, together, allReads);
    const piece = await readJoined(path, range, readStretch, options);
    if (piece === 'whole') knowsRanges = false;
    if (piece === 'whole' || !piece || !(await isPiece(piece, range))) return undefined;
    void keep(key, piece).then(() => pieces.added(key));
    return piece;
  };

  const cutPiece = async (path: string, expected: FileHash, range: ByteRange, options: ReadOptions) => {
    const whole = await wholes.get(expected.sha256, () => readWhole(path, expected, options)).value;
    const bytes = whole.slice(range.offset, range.offset + range.length);
    if (await isPiece(bytes, range)) return bytes;
    throw new AfterimageError('part-corrupt', `${path} does not hold what the collection says of it.`);
  };

  return {
    inRanges: () => knowsRanges,
    async readRange(path, expected, range, options = {}) {
      options.signal?.throwIfAborted();
      inUse.add(expected.sha256);
      const piece =
        (await readPiece(path, expected, range, options)) ?? (await cutPiece(path, expected, range, options));
      options.onProgress?.(range.length, range.length);
      return piece;
    },
  };
}

function createNewest(baseUrl: string, cache: ContentCache): HttpSource['newest'] {
  return async (path, options = {}) => {
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
}

/**
 * The packed form where there is one, else the file itself. A last try goes past the HTTP cache: it may hold an older file
 * of the same name, or a damaged one.
 */
async function downloadVerified(
  baseUrl: string,
  path: string,
  expected: FileHash,
  options: ReadOptions,
): Promise<Uint8Array> {
  for (const way of ['packed', 'default', 'reload'] as const) {
    const bytes =
      way === 'packed'
        ? await downloadPacked(baseUrl, path, expected, options)
        : await download(new URL(path, baseUrl).href, path, expected.bytes, way, options);
    if (bytes && (await isIntact(bytes, expected))) {
      options.onProgress?.(expected.bytes, expected.bytes);
      return bytes;
    }
  }
  throw new AfterimageError(
    'part-corrupt',
    `${path} arrived damaged: it is not the file that was published (SHA-256 differs).`,
  );
}

/** Undefined where there is none, or none that can be unpacked: it was left behind when the site was uploaded, or is damaged. */
async function downloadPacked(
  baseUrl: string,
  path: string,
  { bytes, packed }: FileHash,
  options: ReadOptions,
): Promise<Uint8Array | undefined> {
  if (!packed || !canUnpack(packed.by)) return undefined;
  try {
    const url = new URL(packedPath(path, packed), baseUrl).href;
    return await download(url, path, bytes, 'default', options, packed.by);
  } catch (error) {
    if (error instanceof AfterimageError && error.code === 'part-missing') return undefined;
    throw error;
  }
}

async function isPiece(bytes: Uint8Array, { length, hash }: ByteRange): Promise<boolean> {
  return bytes.length === length && (await sha256(bytes)).startsWith(hash);
}

async function isIntact(bytes: Uint8Array, expected: FileHash): Promise<boolean> {
  return bytes.length === expected.bytes && (await sha256(bytes)) === expected.sha256;
}
