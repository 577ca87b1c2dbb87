/** Vectors in files as NumPy and clip-retrieval write them, with tables of metadata beside them. */
import { createReadStream } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { AfterimageError } from '../../engine/errors.ts';
import { type NpyHeader, type NpyReader, parseNpyHeader, readNpy } from '../../engine/formats/npy.ts';
import { type GivenPicture, type MetadataRecord, toGivenPicture } from '../../indexing/vectors/given-picture.ts';
import type { GivenRows, VectorSource } from '../../indexing/vectors/import-vectors.ts';
import { invalid, METADATA_EXTENSIONS, readMetadata } from './metadata-files.node.ts';

/** More than any header that is read. */
const HEADER_BYTES = 70_000;
const CHUNK_BYTES = 1 << 20;

export interface VectorFilesOptions {
  /** A `.npy` file; a folder of them; or a folder with `img_emb/` (and `metadata/`), as clip-retrieval makes it. */
  readonly from: string;
  /** A file or folder of metadata: one file for each array, or one for all of them. */
  readonly metadata?: string;
}

/** Arrays that go with one file of metadata, or with none. */
interface Group {
  readonly arrays: readonly string[];
  readonly metadata?: string;
}

/** @throws AfterimageError `nothing-to-index`, `metadata-invalid` where the files are not there or do not go together. */
export async function openVectorFiles({ from, metadata }: VectorFilesOptions): Promise<VectorSource> {
  const arrays = await findArrays(from);
  const groups = toGroups(arrays, await findMetadata(from, metadata));
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
    async *vectors(signal) {
      for (const path of arrays) yield* (await openArray(path, signal)).batches;
    },
    async *batches(signal) {
      for (const group of groups) yield* readGroup(group, signal);
    },
  };
}

async function findArrays(from: string): Promise<string[]> {
  if (!(await isFolder(from))) return [from];
  const inner = join(from, 'img_emb');
  const folder = (await isThere(inner)) ? inner : from;
  const arrays = await filesIn(folder, ['.npy']);
  if (arrays.length > 0) return arrays;
  throw new AfterimageError('nothing-to-index', `There are no .npy files in ${folder}.`);
}

async function findMetadata(from: string, given: string | undefined): Promise<string[]> {
  const beside = join(from, 'metadata');
  const place = given ?? ((await isThere(beside)) ? beside : undefined);
  if (place === undefined) return [];
  if (!(await isFolder(place))) return [place];
  for (const extension of METADATA_EXTENSIONS) {
    const files = await filesIn(place, [extension]);
    if (files.length > 0) return files;
  }
  throw invalid(place, `there is no file in it that ends in ${METADATA_EXTENSIONS.join(', ')}`);
}

function toGroups(arrays: readonly string[], metadata: readonly string[]): Group[] {
  const [only, ...more] = metadata;
  if (only === undefined) return [{ arrays }];
  if (more.length === 0) return [{ arrays, metadata: only }];
  if (metadata.length !== arrays.length) {
    throw invalid(only, `there are ${metadata.length} files of metadata and ${arrays.length} arrays`);
  }
  return arrays.map((path, i) => ({ arrays: [path], metadata: metadata[i] as string /* as many */ }));
}

async function* readGroup({ arrays, metadata }: Group, signal: AbortSignal): AsyncGenerator<GivenRows> {
  const records = metadata === undefined ? undefined : readMetadata(metadata);
  let row = 0;
  try {
    for (const path of arrays) {
      const { header, batches } = await openArray(path, signal);
      for await (const vectors of batches) {
        const pictures: GivenPicture[] = [];
        for (let i = 0; i < vectors.length / header.dim; i++) {
          pictures.push(toGivenPicture(await nextRecord(records, metadata, row + i)));
        }
        yield { vectors, pictures };
        row += pictures.length;
      }
    }
    const more = await records?.next();
    if (more?.done === false) throw invalid(metadata ?? '', `it has more records than there are vectors (${row})`);
  } finally {
    await records?.return();
  }
}

function openArray(path: string, signal: AbortSignal): Promise<NpyReader> {
  return readNpy(createReadStream(path, { highWaterMark: CHUNK_BYTES, signal }), basename(path));
}

async function nextRecord(
  records: AsyncGenerator<MetadataRecord, void> | undefined,
  metadata: string | undefined,
  row: number,
): Promise<MetadataRecord> {
  if (!records) return {};
  const step = await records.next();
  if (step.done !== true) return step.value;
  throw invalid(metadata ?? '', `it has ${row} records, fewer than there are vectors`);
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
