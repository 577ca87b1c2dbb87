import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRecordReader } from '../../indexing/vectors/record-reader.ts';
import { readMetadata } from './metadata-files.node.ts';

/** Read a table as an import does: what it tells of each row, and what was understood. Its extension is in `name`. */
export async function readTable(name: string, content: string | Uint8Array, rows = 3) {
  const folder = await mkdtemp(join(tmpdir(), 'afterimage-tables-'));
  try {
    const path = join(folder, name);
    await writeFile(path, content);
    return await readTableFile(path, rows);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The same of a file that is there. */
export async function readTableFile(path: string, rows = 3) {
  const reader = createRecordReader('table');
  const pictures = [];
  for await (const record of readMetadata(path, reader, rows)) pictures.push(reader.read(record));
  return {
    pictures,
    names: pictures.map(({ name }) => name),
    titles: pictures.map(({ title }) => title),
    report: reader.report(),
  };
}
