/** A collection's vectors as NumPy and clip-retrieval read them: `img_emb/img_emb_0.npy` and `metadata/metadata_0.…`. */
import { type FileHandle, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ByteWriter, parquetWriteRows } from 'hyparquet-writer';
import type { ItemStore } from '../../engine/collection/items/items.ts';
import type { Collection } from '../../engine/collection/reader.ts';
import { dateSourceOf, type Item } from '../../engine/collection/types.ts';
import { vectorOf } from '../../engine/collection/vectors/stored-vectors.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { encodeNpyHeader, encodeNpyRows } from '../../engine/formats/npy.ts';
import type { IndexEvent } from '../../indexing/request.ts';

export interface ExportOptions {
  readonly collection: Collection;
  readonly out: string;
  readonly dtype: 'f2' | 'f4';
  readonly metadata: 'parquet' | 'jsonl';
  readonly signal: AbortSignal;
  readonly onEvent: (event: IndexEvent) => void;
}

export interface ExportSummary {
  readonly collection: string;
  readonly count: number;
  readonly dim: number;
  /** What was written, relative to the folder. */
  readonly files: readonly string[];
}

const BATCH_ROWS = 1024;
const ARRAY = 'img_emb/img_emb_0.npy';
const COLUMNS = [
  { name: 'image_path', type: 'STRING' },
  { name: 'caption', type: 'STRING', nullable: true },
  { name: 'licence', type: 'STRING', nullable: true },
  { name: 'width', type: 'INT32' },
  { name: 'height', type: 'INT32' },
  { name: 'bytes', type: 'INT64' },
  { name: 'date', type: 'STRING', nullable: true },
  { name: 'date_source', type: 'STRING', nullable: true },
  { name: 'id', type: 'STRING' },
] as const;

/**
 * Write the files; the array last, so that what is named is complete.
 * @throws AfterimageError `usage` for a folder that holds other arrays or metadata; what reading the collection throws.
 */
export async function exportVectors(options: ExportOptions): Promise<ExportSummary> {
  const { collection, out, metadata, signal } = options;
  const { name, count, dim } = collection.manifest;
  const table = `metadata/metadata_0.${metadata}`;
  await refuseOthers(out, [ARRAY, table]);
  const items = await collection.items({ signal });
  for (const folder of ['img_emb', 'metadata']) await mkdir(join(out, folder), { recursive: true });
  await writeWhole(join(out, table), (file) =>
    metadata === 'parquet' ? writeParquet(file, items) : writeJsonLines(file, items),
  );
  await writeWhole(join(out, ARRAY), (file) => writeArray(file, options));
  return { collection: name, count, dim, files: [ARRAY, table] };
}

/** Readers take every file of these folders, so that one of another export would pass for part of this one. */
async function refuseOthers(out: string, ours: readonly string[]): Promise<void> {
  for (const folder of ['img_emb', 'metadata']) {
    const names = await readdir(join(out, folder)).catch(() => []);
    const other = names.find((name) => !ours.includes(`${folder}/${name}`));
    if (other === undefined) continue;
    throw new AfterimageError('usage', `${join(out, folder)} holds ${other} already. Choose an empty folder as --out.`);
  }
}

async function writeArray(file: FileHandle, { collection, dtype, signal, onEvent }: ExportOptions): Promise<void> {
  const { count, dim } = collection.manifest;
  const vectors = await collection.vectors({ signal });
  await file.writeFile(encodeNpyHeader({ dtype, rows: count, dim }));
  for (let row = 0; row < count; row += BATCH_ROWS) {
    signal.throwIfAborted();
    const end = Math.min(count, row + BATCH_ROWS);
    const rows = new Float32Array((end - row) * dim);
    for (let i = row; i < end; i++) rows.set(vectorOf(vectors, i), (i - row) * dim);
    await file.writeFile(encodeNpyRows(rows, dtype));
    onEvent({ type: 'progress', task: 'Vectors', done: end, total: count });
  }
}

/** One row group at a time. */
async function writeParquet(file: FileHandle, items: ItemStore): Promise<void> {
  const writer = new ByteWriter();
  const flush = async () => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    await file.writeFile(bytes);
  };
  const rows = (async function* () {
    for (let row = 0; row < items.count; row++) {
      const { bytes, ...record } = toRecord(await items.get(row));
      yield { ...record, bytes: BigInt(bytes) };
    }
  })();
  const columns = COLUMNS.map((column) => ({ ...column }));
  await parquetWriteRows({ writer: Object.assign(writer, { flush, finish: flush }), rows, columns });
}

async function writeJsonLines(file: FileHandle, items: ItemStore): Promise<void> {
  for (let row = 0; row < items.count; row += BATCH_ROWS) {
    const lines: string[] = [];
    for (let i = row; i < Math.min(items.count, row + BATCH_ROWS); i++) {
      lines.push(`${JSON.stringify(toRecord(await items.get(i)))}\n`);
    }
    await file.writeFile(lines.join(''));
  }
}

function toRecord(item: Item) {
  const { id, name, title, licence, width, height, bytes, date } = item;
  const date_source = dateSourceOf(item) ?? null;
  return { image_path: name, caption: title, licence, width, height, bytes, date, date_source, id };
}

/**
 * Whole or not at all. What is to be written goes to `file.writeFile`, which goes on where it was: `file.write` may take only
 * a part, as on a full disk, and says so by its number alone.
 */
async function writeWhole(path: string, write: (file: FileHandle) => Promise<void>): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w');
  try {
    await write(file);
    await file.close();
    await rename(draft, path);
  } catch (error) {
    await file.close().catch(() => {});
    await rm(draft, { force: true });
    throw error;
  }
}
