/**
 * The log as JSON Lines (UTF-8, one JSON value a line, https://jsonlines.org), media type `application/jsonl`.
 *
 * Line 1 is a header: `{"format":"afterimage-log","version":2,"exported":"2026-01-31T12:00:00.000Z"}`.
 * Every further line is one search, a `LoggedSearch` (schema.ts), in the order of time:
 * `{"id":"…32 hex","time":"…","changed":"…","query":"1_w.dog","text":"dog","model":"…","collection":"…","total":1500,
 * "good":3,"results":[{"id":"…","name":"dog.png","title":"dog","score":0.31}],"device":"wasm","engine":"hnsw","encodeMs":4.1,
 * "searchMs":0.3,"rating":8,"judgements":{"<item id>":"up"}}`. Empty lines are passed over.
 * In version 1, which is read too, `query` is the text and there is no `text`.
 *
 * Limits: 64 MiB a file, 256 KiB a line, texts and lists as in `LIMITS`. An export that would be larger is several
 * files, each with its header; imports merge, so that their order does not matter.
 */
import { chunksOf } from '../../engine/async/chunks.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { LoggedSearch } from '../schema.ts';
import { readLines } from './lines.ts';
import { InvalidRecord, toLoggedSearch } from './validate.ts';

export const MAX_LINE_BYTES = 256 * 1024;
export const MAX_FILE_BYTES = 64 * 1024 * 1024;
const MEDIA_TYPE = 'application/jsonl';

const FORMAT = 'afterimage-log';
const VERSION = 2;
/** A file of something else entirely is refused before its millions of lines are all listed. */
const MAX_REJECTED = 100;

export interface RejectedLine {
  /** Counted from 1, the header included. */
  readonly line: number;
  readonly reason: string;
}

/** An import of which nothing was taken over; `rejected` says which lines were wrong (the first 100). */
export class ImportInvalidError extends AfterimageError {
  readonly rejected: readonly RejectedLine[];

  constructor(message: string, rejected: readonly RejectedLine[] = []) {
    super('import-invalid', message);
    this.rejected = rejected;
  }
}

/** The header line of an export. */
export function headerLine(exported = new Date()): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, exported: exported.toISOString() })}\n`;
}

/** One search as a line of an export. */
export function searchLine(search: LoggedSearch): string {
  return `${JSON.stringify(search)}\n`;
}

/**
 * Pack the lines of an export into files that an import takes.
 * @param lines header first, each with its newline
 */
export async function* toFiles(lines: AsyncIterable<string>, maxBytes = MAX_FILE_BYTES): AsyncGenerator<Blob> {
  const encoder = new TextEncoder();
  let header: Uint8Array<ArrayBuffer> | undefined;
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for await (const line of lines) {
    const bytes = encoder.encode(line);
    header ??= bytes;
    if (size + bytes.length > maxBytes && parts.length > 1) {
      yield new Blob(parts, { type: MEDIA_TYPE });
      parts = [header];
      size = header.length;
    }
    parts.push(bytes);
    size += bytes.length;
  }
  if (parts.length > 0) yield new Blob(parts, { type: MEDIA_TYPE });
}

/** The searches of a file, by id; `repeated` counts lines whose id an earlier line had. */
export interface ParsedLog {
  readonly searches: ReadonlyMap<string, LoggedSearch>;
  readonly repeated: number;
}

/**
 * Read and check a whole export.
 * @throws ImportInvalidError when the header or any line is wrong; AfterimageError `import-too-large`.
 */
export async function parseLog(source: Blob | ReadableStream<Uint8Array>): Promise<ParsedLog> {
  if (source instanceof Blob && source.size > MAX_FILE_BYTES) throw tooLarge();
  const stream = source instanceof Blob ? source.stream() : source;
  try {
    return await parseChunks(chunksOf(stream));
  } catch (error) {
    throw error instanceof RangeError ? tooLarge() : error;
  }
}

async function parseChunks(chunks: AsyncIterable<Uint8Array>): Promise<ParsedLog> {
  const searches = new Map<string, LoggedSearch>();
  const rejected: RejectedLine[] = [];
  let repeated = 0;
  let version: 1 | 2 | undefined;
  for await (const line of readLines(chunks, { lineBytes: MAX_LINE_BYTES, fileBytes: MAX_FILE_BYTES })) {
    if ('text' in line && line.text === '\r') continue; // an empty line of Windows
    if (version === undefined) {
      version = readVersion('text' in line ? line.text : '');
      continue;
    }
    const search = 'text' in line ? parseSearch(line.text, version) : line.damage;
    if (typeof search === 'string') rejected.push({ line: line.number, reason: search });
    else if (merge(searches, search)) repeated++;
    if (rejected.length === MAX_REJECTED) break;
  }
  if (version === undefined) throw notALog();
  if (rejected.length > 0) throw new ImportInvalidError(damage(rejected), rejected);
  return { searches, repeated };
}

/** @returns whether the id was there already; the record that changed last stays. */
function merge(searches: Map<string, LoggedSearch>, search: LoggedSearch): boolean {
  const earlier = searches.get(search.id);
  if (!earlier || search.changed > earlier.changed) searches.set(search.id, search);
  return earlier !== undefined;
}

/** The search, or what is wrong with the line. */
function parseSearch(text: string, version: 1 | 2): LoggedSearch | string {
  try {
    return toLoggedSearch(JSON.parse(text), version);
  } catch (error) {
    return error instanceof InvalidRecord ? error.message : 'not JSON';
  }
}

/** Of the format, from the header line. */
function readVersion(text: string): 1 | 2 {
  const header = parseJson(text);
  if (typeof header !== 'object' || header === null || !('format' in header) || header.format !== FORMAT) {
    throw notALog();
  }
  const version = 'version' in header ? header.version : undefined;
  if (version === 1 || version === VERSION) return version;
  const newer = typeof version === 'number' && version > VERSION;
  throw new ImportInvalidError(
    newer
      ? `This log is of format version ${version}, and this page reads versions up to ${VERSION}. Reload the page to get its newest version, then import again. Nothing was imported.`
      : `The first line gives no format version that this page knows (it reads versions up to ${VERSION}). Export the log again. Nothing was imported.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notALog(): ImportInvalidError {
  return new ImportInvalidError(
    `This is not an Afterimage log: its first line is not a header with "format":"${FORMAT}". Choose a .jsonl file that the log page exported. Nothing was imported.`,
  );
}

function damage(rejected: readonly RejectedLine[]): string {
  const lines = rejected.slice(0, 10).map(({ line, reason }) => `line ${line}: ${reason}`);
  const more = rejected.length > lines.length ? `; and ${rejected.length - lines.length} more` : '';
  return `Nothing was imported, because the file is damaged (${lines.join('; ')}${more}). Correct or remove these lines, or export the log again.`;
}

function tooLarge(): AfterimageError {
  return new AfterimageError(
    'import-too-large',
    `The file is larger than ${MAX_FILE_BYTES / 1024 / 1024} MiB. Split it into smaller files that each begin with the header line, and import one after the other. Nothing was imported.`,
  );
}
