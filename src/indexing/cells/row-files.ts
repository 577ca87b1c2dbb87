/** Rows in files of a build: written one after the other, read a few at a time. */
import type { WorkFile, WorkFolder } from '../ports.ts';

/** Of what is held back before it is written. */
const BUFFER_BYTES = 2 ** 20;

/** Writes bytes one after the other. */
export interface Appender {
  append(bytes: Uint8Array): Promise<void>;
  /** Write what was held back. */
  flush(): Promise<void>;
}

/** @param offset where the first byte goes */
export function createAppender(file: WorkFile, offset = 0, bufferBytes = BUFFER_BYTES): Appender {
  const buffer = new Uint8Array(bufferBytes);
  let [held, at] = [0, offset];
  const flush = async () => {
    if (held > 0) await file.write(at, buffer.subarray(0, held));
    at += held;
    held = 0;
  };
  return {
    flush,
    async append(bytes) {
      if (held + bytes.length > bufferBytes) await flush();
      if (bytes.length > bufferBytes) {
        await file.write(at, bytes);
        at += bytes.length;
        return;
      }
      buffer.set(bytes, held);
      held += bytes.length;
    },
  };
}

/** Make a file by `work`, which is on the disk afterwards. */
export async function writing<T>(folder: WorkFolder, name: string, work: (file: WorkFile) => Promise<T>): Promise<T> {
  return closing(await folder.create(name), work);
}

export async function reading<T>(folder: WorkFolder, name: string, work: (file: WorkFile) => Promise<T>): Promise<T> {
  return closing(await folder.open(name), work);
}

async function closing<T>(file: WorkFile, work: (file: WorkFile) => Promise<T>): Promise<T> {
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

export interface RowChunk {
  /** Of its first row. */
  readonly first: number;
  readonly rows: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** All rows of a file in their order, some at a time. @param rowBytes of a row */
export async function* readRows(
  file: WorkFile,
  count: number,
  rowBytes: number,
  chunkRows: number,
): AsyncGenerator<RowChunk> {
  for (let first = 0; first < count; first += chunkRows) {
    const rows = Math.min(chunkRows, count - first);
    yield { first, rows, bytes: await file.read(first * rowBytes, rows * rowBytes) };
  }
}

/** Numbers that are kept in a file as the machine has them, which is little-endian. */
export async function writeNumbers(folder: WorkFolder, name: string, numbers: Uint32Array): Promise<void> {
  await writing(folder, name, (file) => writeAll(file, numbers));
}

const PIECE_BYTES = 2 ** 26;

async function writeAll(file: WorkFile, { buffer, byteOffset, byteLength }: ArrayBufferView): Promise<void> {
  for (let at = 0; at < byteLength; at += PIECE_BYTES) {
    await file.write(at, new Uint8Array(buffer, byteOffset + at, Math.min(PIECE_BYTES, byteLength - at)));
  }
}

export async function readNumbers(folder: WorkFolder, name: string, count: number): Promise<Uint32Array<ArrayBuffer>> {
  const numbers = new Uint32Array(count);
  const bytes = new Uint8Array(numbers.buffer);
  await reading(folder, name, async (file) => {
    for await (const { first, bytes: piece } of readRows(file, bytes.length, 1, PIECE_BYTES)) bytes.set(piece, first);
  });
  return numbers;
}
