/** Vectors in files as NumPy and clip-retrieval write them, with tables of metadata beside them. */
import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { AfterimageError } from '../../engine/errors.ts';
import { type NpyHeader, type NpyReader, parseNpyHeader, readNpy } from '../../engine/formats/npy.ts';
import {
  type GivenPicture,
  isMissing,
  type MetadataRecord,
  USUAL_COLUMNS,
} from '../../indexing/vectors/given-picture.ts';
import type { GivenRows, VectorSource } from '../../indexing/vectors/given-rows.ts';
import { createRecordReader } from '../../indexing/vectors/record-reader.ts';
import { mergeReports, type TableReport } from '../../indexing/vectors/table-report.ts';
import { METADATA_EXTENSIONS, readMetadata } from './metadata-files.node.ts';
import { copiesAmong, isForAll, pairFiles } from './pair-files.ts';
import { invalid, listed } from './tables/invalid.node.ts';

/** More than any header that is read. */
const HEADER_BYTES = 70_000;
const CHUNK_BYTES = 1 << 20;

export interface VectorFilesOptions {
  /** A `.npy` file; a folder of them; or a folder with `img_emb/` (and `metadata/`), as clip-retrieval makes it. */
  readonly from: string;
  /** A table for all arrays, or a folder of one for each, with the same number in its name. */
  readonly metadata?: string;
}

/** Arrays that go with one file of metadata, or with none. */
interface Group {
  readonly arrays: readonly string[];
  readonly metadata?: string;
  /** Tables of other kinds that lie beside it. */
  readonly others?: readonly string[];
}

/** @throws AfterimageError `nothing-to-index`, `metadata-invalid` where the files are not there or do not go together. */
export async function openVectorFiles({ from, metadata }: VectorFilesOptions): Promise<VectorSource> {
  const arrays = await findArrays(from);
  const groups = toGroups(arrays, await findMetadata(from, metadata));
  let reports: TableReport[] = [];
  return {
    async measure() {
      let count = 0;
      let dim: number | undefined;
      for (const path of arrays) {
        const header = await readHeader(path);
        dim ??= header.dim;
        if (header.dim !== dim) {
          const message = `${basename(path)} has vectors of dimension ${header.dim}, ${basename(arrays[0] ?? '')} of ${dim}.`;
          throw new AfterimageError('npy-invalid', `${message} Arrays of one collection have one dimension.`);
        }
        count += header.rows;
      }
      return { count, dim: dim ?? 0 };
    },
    async identity() {
      const files = [...arrays, ...groups.flatMap(({ metadata }) => metadata ?? [])];
      const facts = files.map(async (path) => {
        const { size, mtimeMs } = await stat(path);
        return [basename(path), size, mtimeMs];
      });
      return JSON.stringify(await Promise.all(facts));
    },
    async *vectors(signal) {
      for (const path of arrays) yield* (await openArray(path, signal)).batches;
    },
    async *batches(signal) {
      reports = [];
      for (const group of groups) yield* readGroup(group, signal, (report) => reports.push(report));
    },
    tables: () => mergeReports(reports),
  };
}

async function findArrays(from: string): Promise<string[]> {
  if (!(await isFolder(from))) return [from];
  const inner = join(from, 'img_emb');
  const folder = (await isThere(inner)) ? inner : from;
  const arrays = await filesIn(folder, ['.npy']);
  if (arrays.length === 0) throw new AfterimageError('nothing-to-index', `There are no .npy files in ${folder}.`);
  const copies = copiesAmong(arrays);
  if (!copies) return arrays;
  throw new AfterimageError(
    'npy-invalid',
    `${copies[0]} and ${copies[1]} look like one file that was downloaded twice. Remove one of them, or rename it.`,
  );
}

/** Tables, and in which way they were named. */
interface FoundTables {
  readonly place: string;
  /** The user named the one table, rather than its folder. */
  readonly isFile: boolean;
  readonly files: readonly string[];
  /** Tables of other kinds in the folder, which are not read. */
  readonly others: readonly string[];
}

async function findMetadata(from: string, given: string | undefined): Promise<FoundTables | undefined> {
  const beside = join(from, 'metadata');
  const place = given ?? ((await isThere(beside)) ? beside : undefined);
  if (place === undefined) return undefined;
  if (!(await isFolder(place))) return { place, isFile: true, files: [place], others: [] };
  const all = await filesIn(place, METADATA_EXTENSIONS);
  const extension = METADATA_EXTENSIONS.find((one) => all.some((path) => extname(path).toLowerCase() === one));
  if (extension === undefined)
    throw invalid(place, `there is no file in it that ends in ${METADATA_EXTENSIONS.join(', ')}`);
  const isChosen = (path: string) => extname(path).toLowerCase() === extension;
  return { place, isFile: false, files: all.filter(isChosen), others: all.filter((path) => !isChosen(path)) };
}

function toGroups(arrays: readonly string[], tables: FoundTables | undefined): Group[] {
  if (!tables) return [{ arrays }];
  const { place, isFile, files, others } = tables;
  const [only = ''] = files;
  if (isFile || (files.length === 1 && isForAll(only, arrays))) return [{ arrays, metadata: only, others }];
  const pairing = pairFiles(arrays, files);
  if ('pairs' in pairing)
    return pairing.pairs.map(({ array, table }, i) => groupOf(array, table, i === 0 ? others : []));
  const rule = 'an array and its table have the same number in their names (img_emb_0.npy, metadata_0.parquet)';
  throw invalid(place, `${pairing.problem}; ${rule}, and one table for all arrays is named with --metadata`);
}

function groupOf(array: string, metadata: string, others: readonly string[]): Group {
  return { arrays: [array], metadata, others };
}

async function* readGroup(
  { arrays, metadata, others = [] }: Group,
  signal: AbortSignal,
  tell: (report: TableReport) => void,
): AsyncGenerator<GivenRows> {
  if (metadata === undefined) {
    for (const path of arrays) yield* unnamedRows(path, signal);
    return;
  }
  const reader = createRecordReader(basename(metadata));
  if (others.length > 0) reader.note(`is read, and not ${listed(others.map((path) => basename(path)))} beside it`);
  const total = await countRows(arrays);
  const records = readMetadata(metadata, reader, total);
  let row = 0;
  try {
    for (const path of arrays) {
      const { header, batches } = await openArray(path, signal);
      for await (const vectors of batches) {
        const pictures: GivenPicture[] = [];
        for (let i = 0; i < vectors.length / header.dim; i++) {
          pictures.push(reader.read(await nextRecord(records, metadata, row + i, total)));
        }
        yield { vectors, pictures };
        row += pictures.length;
      }
    }
    await refuseMore(records, metadata, total);
  } finally {
    await records.return();
  }
  if (reader.knowsNone()) throw unknownColumns(metadata, reader.report());
  tell(reader.report());
}

async function* unnamedRows(path: string, signal: AbortSignal): AsyncGenerator<GivenRows> {
  const { header, batches } = await openArray(path, signal);
  for await (const vectors of batches) {
    const count = vectors.length / header.dim;
    yield { vectors, pictures: Array.from({ length: count }, () => ({ width: 0, height: 0, bytes: 0, date: null })) };
  }
}

async function countRows(arrays: readonly string[]): Promise<number> {
  let rows = 0;
  for (const path of arrays) rows += (await readHeader(path)).rows;
  return rows;
}

function unknownColumns(metadata: string, { unknown }: TableReport): AfterimageError {
  const isText = /^\.[ct]sv$/i.test(extname(metadata));
  const where = isText ? ', which its first line has to name' : '';
  return invalid(metadata, `none of its columns is known (${listed(unknown)})${where}; call one ${USUAL_COLUMNS}`);
}

function openArray(path: string, signal: AbortSignal): Promise<NpyReader> {
  return readNpy(createReadStream(path, { highWaterMark: CHUNK_BYTES, signal }), basename(path));
}

type Records = AsyncGenerator<MetadataRecord, void>;

async function nextRecord(records: Records, metadata: string, row: number, total: number): Promise<MetadataRecord> {
  const step = await records.next();
  if (step.done !== true) return step.value;
  throw invalid(metadata, `it has ${row} records, fewer than there are vectors (${total})`);
}

/** Blank lines at the end of a table are no records. */
async function refuseMore(records: Records, metadata: string, total: number): Promise<void> {
  for await (const record of records) {
    if (!isMissing(record)) throw invalid(metadata, `it has more records than there are vectors (${total})`);
  }
}

async function readHeader(path: string): Promise<NpyHeader> {
  const file = await open(path).catch((error: NodeJS.ErrnoException) => {
    throw new AfterimageError('npy-invalid', `${path} cannot be read (${error.code}).`, { cause: error });
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    const header = parseNpyHeader(buffer.subarray(0, bytesRead), basename(path));
    if (header) return header;
    throw new AfterimageError('npy-invalid', `${basename(path)} ends before its header does.`);
  } finally {
    await file.close();
  }
}

/** Files with one of the extensions, `img_emb_10` after `img_emb_9`. */
async function filesIn(folder: string, extensions: readonly string[]): Promise<string[]> {
  const names = (await readdir(folder)).filter(
    (name) => !name.startsWith('.') && extensions.includes(extname(name).toLowerCase()),
  );
  const { compare } = new Intl.Collator('en', { numeric: true });
  return names.sort(compare).map((name) => join(folder, name));
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found) throw new AfterimageError('usage', `${path} does not exist.`);
  return found.isDirectory();
}
