/** Tables in Parquet. Only columns that are known are read: others may be of any type. */
import { type FileHandle, open } from 'node:fs/promises';
import {
  type AsyncBuffer,
  type ColumnMetaData,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type RowGroup,
  type SchemaTree,
} from 'hyparquet';
import { columnNamed, type MetadataRecord } from '../../../indexing/vectors/given-picture.ts';
import { localDates } from '../parquet-dates.ts';
import { COMPRESSORS } from './codecs.node.ts';
import { invalid } from './invalid.node.ts';

/** Bytes of the longest description of a file that is read. */
const MAX_FOOTER = 1 << 23;
/** Values of a column of lists in one row group. */
const MAX_VALUES = 1 << 24;
/** Types that say nothing of a picture, or that the library does not read. */
const UNREAD_TYPES = new Set(['BSON', 'INTERVAL', 'VARIANT', 'GEOMETRY', 'GEOGRAPHY']);

interface Listener {
  declare(column: string, leftOut?: { readonly type: string }): void;
}

/**
 * Records of a file, a row group at a time.
 * @param rows how many there have to be; others are refused before any is read.
 * @throws AfterimageError `metadata-invalid`
 */
export async function* readParquet(
  path: string,
  listener: Listener,
  rows: number,
): AsyncGenerator<MetadataRecord, void> {
  const handle = await open(path);
  try {
    const file = await toBuffer(handle);
    const metadata = await readFooter(file);
    checkRows(metadata, path, rows);
    const columns = columnsOf(metadata, listener);
    for (const group of metadata.row_groups) yield* readGroup(file, metadata, group, columns);
  } finally {
    await handle.close();
  }
}

async function toBuffer(handle: FileHandle): Promise<AsyncBuffer> {
  const { size } = await handle.stat();
  return {
    byteLength: size,
    slice(start, end = size) {
      const bytes = readBytes(handle, start, end, size);
      bytes.catch(() => {}); // the library may read ahead and then fail before it awaits what it read
      return bytes;
    },
  };
}

async function readBytes(handle: FileHandle, start: number, end: number, size: number): Promise<ArrayBuffer> {
  if (!(start >= 0 && end >= start && end <= size)) throw new Error('it points beyond its end');
  const bytes = new Uint8Array(end - start);
  for (let filled = 0; filled < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) throw new Error('it became shorter');
    filled += bytesRead;
  }
  return bytes.buffer;
}

async function readFooter(file: AsyncBuffer): Promise<FileMetaData> {
  if (file.byteLength < 12) throw new Error('it is too short for Parquet');
  const end = new DataView(await file.slice(file.byteLength - 8));
  if (end.getUint32(4, true) !== 0x31524150) throw new Error('it does not end as Parquet does');
  const length = end.getUint32(0, true);
  if (length > MAX_FOOTER) throw new Error(`its description has ${length} bytes; write larger row groups`);
  return parquetMetadataAsync(file, { geoparquet: false });
}

function checkRows({ row_groups, num_rows }: FileMetaData, path: string, rows: number): void {
  const counts = row_groups.map((group) => Number(group.num_rows));
  const count = counts.reduce((sum, one) => sum + one, 0);
  if (counts.some((one) => one < 0) || count !== Number(num_rows)) {
    throw invalid(path, `its row groups have ${count} rows, and it says that it has ${num_rows}`);
  }
  if (count === rows) return;
  throw invalid(path, `it has ${count} records, ${count < rows ? 'fewer' : 'more'} than there are vectors (${rows})`);
}

/** Known ones that can be read; all are told to the listener. */
function columnsOf(metadata: FileMetaData, listener: Listener): ReadonlyMap<string, SchemaTree> {
  const columns = new Map<string, SchemaTree>();
  for (const tree of parquetSchema(metadata).children) {
    const { name } = tree.element;
    const type = columnNamed(name) && unreadType(tree);
    listener.declare(name, type === undefined ? undefined : { type });
    if (columnNamed(name) && type === undefined && !columns.has(name)) columns.set(name, tree);
  }
  return columns;
}

function unreadType({ element, children }: SchemaTree): string | undefined {
  const types = [element.converted_type, element.logical_type?.type].filter((type) => type !== undefined);
  return types.find((type) => UNREAD_TYPES.has(type)) ?? children.map(unreadType).find((type) => type !== undefined);
}

/** Pages are not read beyond the number of values that their column says it has, so that has to be believable. */
function checkValues(column: ColumnMetaData | undefined, columns: ReadonlyMap<string, SchemaTree>, rows: number): void {
  const name = column?.path_in_schema[0] ?? '';
  const tree = columns.get(name);
  const isFlat = tree?.children.length === 0 && tree.element.repetition_type !== 'REPEATED';
  const values = Number(column?.num_values);
  if (values <= (isFlat ? rows : MAX_VALUES)) return;
  throw new Error(`its column ${name} has ${values} values in ${rows} rows`);
}

async function* readGroup(
  file: AsyncBuffer,
  metadata: FileMetaData,
  group: RowGroup,
  columns: ReadonlyMap<string, SchemaTree>,
): AsyncGenerator<MetadataRecord, void> {
  const chunks = group.columns.filter(({ meta_data }) => columns.has(meta_data?.path_in_schema[0] ?? ''));
  for (const { meta_data } of chunks) checkValues(meta_data, columns, Number(group.num_rows));
  const records = await parquetReadObjects({
    file,
    metadata: { ...metadata, num_rows: group.num_rows, row_groups: [{ ...group, columns: chunks }] },
    columns: [...columns.keys()],
    compressors: COMPRESSORS,
    parsers: { jsonFromBytes: (bytes) => (bytes ? new TextDecoder().decode(bytes) : bytes) },
  });
  const withLocalDates = localDates(metadata);
  for (const record of records) {
    for (const name of columns.keys()) {
      if (record[name] === undefined) throw new Error(`its column ${name} ends before its rows do`);
    }
    yield withLocalDates(record);
  }
}
