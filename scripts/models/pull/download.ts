/** One file of a model, from the hub, from a mirror or from a folder: resumed, verified, and whole or not there. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createStallTimer } from '../../../src/engine/async/timeouts.ts';
import { AfterimageError } from '../../../src/engine/errors.ts';

/** A source that does not have a file, or not for everybody: another one may. */
export class MissingFile extends AfterimageError {}

/** What is known of a file beforehand. */
export interface Wanted {
  /** Relative to the folder that it goes to; also what people are told. */
  readonly place: string;
  /** `https://…`, `http://…` or the path of a file. */
  readonly from: string;
  readonly bytes: number | null;
  readonly sha256: string | null;
}

export interface Downloaded {
  readonly bytes: number;
  readonly sha256: string;
}

export interface DownloadOptions {
  readonly folder: string;
  readonly signal?: AbortSignal;
  /** Bytes so far, of so many where that is known. */
  readonly onProgress?: (loaded: number, total: number | null) => void;
  /** For files that are not public: sent to this origin, and to no other. */
  readonly token?: { readonly value: string; readonly origin: string } | undefined;
  /** Before the second try; longer before each further one. */
  readonly pauseMs?: number;
}

/** A server that sends nothing for so long is not waited for. */
const STALL_MS = 60_000;
const TRIES = 4;
const PART = '.part';
/** Beside a part whose hash nobody knows: which version of the file it is of, as its server named it. */
const VERSION = '.version';

/**
 * Bring a file into the folder. What an earlier run left of it is continued where its hash will tell whether that was right,
 * or where its server says that it is still the same file (RFC 9110, If-Range).
 * @throws AfterimageError `network`, `download-failed`, `not-writable`; MissingFile where its source does not have it
 */
export async function download(wanted: Wanted, options: DownloadOptions): Promise<Downloaded> {
  const target = join(options.folder, wanted.place);
  const there = await hashOf(target);
  if (there && fits(there, wanted)) return there;
  await orNotWritable(target, async () => {
    await mkdir(dirname(target), { recursive: true });
    if (wanted.sha256 === null && !(await versionOf(target + PART))) await rm(target + PART, { force: true });
  });
  await fetchPart(wanted, target + PART, options);
  await rm(target + PART + VERSION, { force: true });
  const arrived = await hashOf(target + PART);
  if (!arrived || !fits(arrived, wanted)) {
    await rm(target + PART, { force: true });
    throw corrupt(wanted, arrived);
  }
  await orNotWritable(target, () => rename(target + PART, target));
  return arrived;
}

function fits(file: Downloaded, { bytes, sha256 }: Wanted): boolean {
  return (bytes ?? file.bytes) === file.bytes && (sha256 ?? file.sha256) === file.sha256;
}

function corrupt({ place, from, bytes, sha256 }: Wanted, got: Downloaded | undefined): AfterimageError {
  const wrong =
    bytes !== null && bytes !== got?.bytes
      ? `has ${got?.bytes ?? 0} bytes, not ${bytes}`
      : `has the SHA-256 ${got?.sha256}, not ${sha256}`;
  return new AfterimageError(
    'download-failed',
    `${place} from ${from} ${wrong}: it is not the file that the registry knows, and was deleted.`,
  );
}

async function versionOf(part: string): Promise<string | undefined> {
  return readFile(part + VERSION, 'utf8').catch(() => undefined);
}

/** A weak one names no bytes. */
async function noteVersion(part: string, etag: string | null): Promise<void> {
  if (etag?.startsWith('"')) await orNotWritable(part, () => writeFile(part + VERSION, etag));
  else await rm(part + VERSION, { force: true });
}

/** Undefined where there is no such file. */
async function hashOf(path: string): Promise<Downloaded | undefined> {
  const file = await stat(path).catch(() => undefined);
  if (!file?.isFile()) return undefined;
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return { bytes: file.size, sha256: hash.digest('hex') };
}

/** Fill the part to its end, going on after a lost connection. */
async function fetchPart(wanted: Wanted, part: string, options: DownloadOptions): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await (isAddress(wanted.from) ? fetchRest : copyFrom)(wanted, part, options);
    } catch (error) {
      options.signal?.throwIfAborted();
      const mayPass = error instanceof AfterimageError && error.code === 'network';
      if (!mayPass || tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, (options.pauseMs ?? 1000) * 2 ** (tries - 1)));
    }
  }
}

export function isAddress(from: string): boolean {
  return /^https?:\/\//.test(from);
}

async function copyFrom(wanted: Wanted, part: string, { onProgress, signal }: DownloadOptions): Promise<void> {
  const source = await stat(wanted.from).catch(() => undefined);
  if (!source?.isFile()) throw new MissingFile('download-failed', `There is no file ${wanted.from}.`);
  await append(part, 0, createReadStream(wanted.from), (loaded) => onProgress?.(loaded, source.size), signal);
}

async function fetchRest(wanted: Wanted, part: string, options: DownloadOptions): Promise<void> {
  const { signal, token, onProgress } = options;
  const have = (await stat(part).catch(() => undefined))?.size ?? 0;
  if (have > 0 && have === wanted.bytes) return;
  const stalled = new AbortController();
  const timer = createStallTimer(STALL_MS, () => stalled.abort());
  try {
    const version = wanted.sha256 === null ? await versionOf(part) : undefined;
    const response = await fetch(wanted.from, {
      headers: {
        ...(have > 0 ? { Range: `bytes=${have}-`, ...(version && { 'If-Range': version }) } : {}),
        ...(token?.origin === new URL(wanted.from).origin ? { Authorization: `Bearer ${token.value}` } : {}),
      },
      signal: AbortSignal.any([stalled.signal, ...(signal ? [signal] : [])]),
    });
    const start = response.status === 206 ? have : 0;
    if (response.status === 416) return; // all of it was there: its hash tells whether that was right
    if (!response.ok || !response.body) throw refusal(wanted, response.status);
    if (wanted.sha256 === null && start === 0) await noteVersion(part, response.headers.get('etag'));
    const length = Number(response.headers.get('content-length') ?? Number.NaN);
    const total = wanted.bytes ?? (Number.isNaN(length) ? null : start + length);
    const body = response.body as unknown as AsyncIterable<Uint8Array>;
    await append(part, start, body, (loaded) => {
      timer.moved();
      onProgress?.(loaded, total);
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof AfterimageError) throw error;
    throw lost(wanted, error as Error, stalled.signal.aborted);
  } finally {
    timer.stop();
  }
}

/** Write after the first `start` bytes; what was behind them goes. */
async function append(
  part: string,
  start: number,
  chunks: AsyncIterable<Uint8Array>,
  onProgress: (loaded: number) => void,
  signal?: AbortSignal,
): Promise<void> {
  const file = await orNotWritable(part, () => open(part, start > 0 ? 'r+' : 'w'));
  try {
    let loaded = start;
    await file.truncate(start);
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      await orNotWritable(part, () => file.write(chunk, 0, chunk.length, loaded));
      loaded += chunk.length;
      onProgress(loaded);
    }
  } finally {
    await file.close();
  }
}

function refusal({ place, from }: Wanted, status: number): AfterimageError {
  const { host } = new URL(from);
  if (status === 401 || status === 403) {
    return new MissingFile(
      'download-failed',
      `${host} does not give ${place} to everybody (${status}): accept its terms there, and set HF_TOKEN to a token of yours.`,
    );
  }
  if (status === 404 || status === 410) {
    return new MissingFile('download-failed', `${place} is not (or no longer) at ${from}.`);
  }
  return new AfterimageError('network', `${host} answered ${status} for ${place}. Run the same command again later.`);
}

function lost({ place, from }: Wanted, error: Error, stalled: boolean): AfterimageError {
  const cause = error.cause as { code?: string } | undefined;
  const why = stalled ? `nothing came for ${STALL_MS / 1000} seconds` : (cause?.code ?? error.message);
  return new AfterimageError(
    'network',
    `${new URL(from).host} was not reached for ${place} (${why}). What came is kept: run the same command again, or name a mirror with --from.`,
    { cause: error },
  );
}

async function orNotWritable<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'ENOSPC' ? 'the disk is full' : message;
    throw new AfterimageError('not-writable', `${path} cannot be written: ${why}.`, { cause: error });
  }
}
