/** Tables of what is known of pictures, a record a row: Parquet, JSON Lines, CSV, or one name a line. */
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse';
import { type Compressors, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { AfterimageError } from '../../engine/errors.ts';
import type { MetadataRecord } from '../../indexing/vectors/given-picture.ts';
import { localDates } from './parquet-dates.ts';

type Reader = (path: string) => AsyncIterable<MetadataRecord>;

/** By extension; where a folder holds several kinds, the first one is taken. */
const READERS: Readonly<Record<string, Reader>> = {
  '.parquet': readParquet,
  '.jsonl': readJsonLines,
  '.ndjson': readJsonLines,
  '.csv': (path) => readTable(path, ','),
  '.tsv': (path) => readTable(path, '\t'),
  '.txt': readNames,
};
export const METADATA_EXTENSIONS: readonly string[] = Object.keys(READERS);

/** Parquet has Snappy by itself; Node has these two. */
const COMPRESSORS: Compressors = { GZIP: (bytes) => gunzipSync(bytes), BROTLI: (bytes) => brotliDecompressSync(bytes) };

/**
 * All records of a file in order.
 * @throws AfterimageError `metadata-invalid` for what cannot be read.
 */
export async function* readMetadata(path: string): AsyncGenerator<MetadataRecord, void> {
  const reader = READERS[extname(path).toLowerCase()];
  if (!reader) throw invalid(path, `its extension is none of ${METADATA_EXTENSIONS.join(', ')}`);
  try {
    yield* reader(path);
  } catch (error) {
    if (error instanceof AfterimageError) throw error;
    const { message } = error as Error;
    const advice = message.includes('codec') ? '; save it with compression snappy, gzip or brotli' : '';
    throw invalid(path, `${message}${advice}`, error);
  }
}

/** One row group at a time. */
async function* readParquet(path: string): AsyncGenerator<MetadataRecord> {
  const handle = await open(path);
  try {
    const { size: byteLength } = await handle.stat();
    const slice = async (start: number, end = byteLength) => {
      const bytes = new Uint8Array(end - start);
      await handle.read(bytes, 0, bytes.length, start);
      return bytes.buffer;
    };
    const file = { byteLength, slice };
    const metadata = await parquetMetadataAsync(file);
    const toText = localDates(metadata);
    let rowStart = 0;
    for (const { num_rows } of metadata.row_groups) {
      const rowEnd = rowStart + Number(num_rows);
      const records = await parquetReadObjects({ file, metadata, compressors: COMPRESSORS, rowStart, rowEnd });
      for (const record of records) yield toText(record);
      rowStart = rowEnd;
    }
  } finally {
    await handle.close();
  }
}

async function* readJsonLines(path: string): AsyncGenerator<MetadataRecord> {
  for await (const { line, number } of linesOf(path)) {
    if (line.trim() === '') continue;
    yield parseRecord(line, path, number);
  }
}

function parseRecord(line: string, path: string, number: number): MetadataRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw invalid(path, `line ${number} is not JSON`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as MetadataRecord;
  throw invalid(path, `line ${number} is not an object`);
}

/** With a first line of column names. */
function readTable(path: string, delimiter: string): AsyncIterable<MetadataRecord> {
  const parser = parse({ columns: true, bom: true, delimiter, skip_empty_lines: true });
  return createReadStream(path)
    .on('error', (error) => parser.destroy(error))
    .pipe(parser);
}

async function* readNames(path: string): AsyncGenerator<MetadataRecord> {
  for await (const { line } of linesOf(path)) yield { name: line };
}

async function* linesOf(path: string): AsyncGenerator<{ line: string; number: number }> {
  let number = 0;
  let rest = '';
  for await (const chunk of createReadStream(path, 'utf8')) {
    const lines = `${rest}${chunk}`.split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) yield { line: number++ === 0 ? line.replace(/^\ufeff/, '') : line, number };
  }
  if (rest !== '') yield { line: rest, number: number + 1 };
}

export function invalid(path: string, problem: string, cause?: unknown): AfterimageError {
  return new AfterimageError('metadata-invalid', `The metadata in ${basename(path)} cannot be used: ${problem}.`, {
    cause,
  });
}
