/** Tables of what is known of pictures, a record a row: Parquet, JSON, CSV, TSV, or one name a line. */
import { extname } from 'node:path';
import { AfterimageError } from '../../engine/errors.ts';
import type { MetadataRecord } from '../../indexing/vectors/given-picture.ts';
import type { RecordReader } from '../../indexing/vectors/record-reader.ts';
import { readDelimited } from './tables/delimited.node.ts';
import { invalid, shortened } from './tables/invalid.node.ts';
import { readJson } from './tables/json.node.ts';
import { readParquet } from './tables/parquet.node.ts';
import { linesOf, readText } from './tables/text.node.ts';

/** What a reader says of a table beside its records. */
export type TableListener = Pick<RecordReader, 'note' | 'declare'>;

type Reader = (path: string, listener: TableListener, rows: number) => AsyncIterable<MetadataRecord>;

const readJsonTable: Reader = (path, { note }) => readJson(path, note);

/** Characters that are shown of a library's message, which may hold names from the file. */
const MAX_MESSAGE = 200;

/** By extension; where a folder holds several kinds, the first one is taken. */
const READERS: Readonly<Record<string, Reader>> = {
  '.parquet': readParquet,
  '.jsonl': readJsonTable,
  '.ndjson': readJsonTable,
  '.csv': (path, listener) => readDelimited(path, ',', listener),
  '.tsv': (path, listener) => readDelimited(path, '\t', listener),
  '.txt': readNames,
  '.json': readJsonTable,
};
export const METADATA_EXTENSIONS: readonly string[] = Object.keys(READERS);

/**
 * All records of a file in order, with such columns as are known.
 * @param rows how many are expected: a reader that can tell beforehand refuses others.
 * @throws AfterimageError `metadata-invalid` for what cannot be read.
 */
export async function* readMetadata(
  path: string,
  listener: TableListener,
  rows: number,
): AsyncGenerator<MetadataRecord, void> {
  const extension = extname(path).toLowerCase();
  const reader = READERS[extension];
  if (!reader) throw invalid(path, `its extension is none of ${METADATA_EXTENSIONS.join(', ')}`);
  try {
    yield* reader(path, listener, rows);
  } catch (error) {
    throw error instanceof AfterimageError ? error : explain(error as Error, path, extension);
  }
}

function explain(error: Error, path: string, extension: string): AfterimageError {
  const message = shortened(error.message, MAX_MESSAGE);
  const isForeign = extension === '.parquet' && !/^its? /.test(message);
  if (message.includes('codec')) return invalid(path, `${message}; save it with compression zstd or snappy`, error);
  return invalid(path, isForeign ? `it is damaged, or not Parquet (${message})` : message, error);
}

async function* readNames(path: string, { note }: TableListener): AsyncGenerator<MetadataRecord> {
  for await (const { line } of linesOf(readText(path, note), path)) yield { name: line };
}
