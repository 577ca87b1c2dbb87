import { finish } from '../../engine/async/steps.ts';
import type { Code } from '../../engine/index/codes/code.ts';
import { createEncoder } from '../../engine/index/codes/encode.ts';
import { codeHeaderBytes, readCodeHeader, writeCodeHeader } from '../../engine/index/codes/section.ts';
import { learnFrom, type OnProgress, sampledRows } from '../indexes/make-codes.ts';
import type { WorkFolder } from '../ports.ts';
import { createAppender, reading, readRows, writing } from './row-files.ts';
import { FILES as ROW_FILES, storedRowBytes, unpackRows } from './store-rows.ts';

export const FILES = { code: 'code', codes: 'codes' } as const;
/** Rows at a time, some milliseconds. */
const CHUNK_ROWS = 256;

interface CodeRowsOptions {
  readonly count: number;
  readonly centre: Float32Array;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal;
}

/** Learn a code from a sample of the rows that `storeRows` wrote, and write the codes of all. @returns components of a code */
export async function codeRows(folder: WorkFolder, options: CodeRowsOptions): Promise<{ readonly width: number }> {
  const { count, centre, onProgress, signal } = options;
  const size = storedRowBytes(centre.length);
  return reading(folder, ROW_FILES.vectors, async (vectors) => {
    const sample: Float32Array[] = [];
    for (const row of sampledRows(count)) sample.push(unpackRows(await vectors.read(row * size, size), centre));
    const code = await learnFrom(joined(sample, centre.length), centre.length, onProgress, signal);
    await writing(folder, FILES.code, (file) => file.write(0, writeCodeHeader(code, 0)));
    const encode = finish(createEncoder(code));
    await writing(folder, FILES.codes, async (file) => {
      const codes = createAppender(file);
      for await (const { first, rows, bytes } of readRows(vectors, count, size, CHUNK_ROWS)) {
        signal.throwIfAborted();
        await codes.append(encode(unpackRows(bytes, centre)));
        onProgress('Codes', first + rows, count);
      }
      await codes.flush();
    });
    return { width: code.width };
  });
}

function joined(rows: readonly Float32Array[], dim: number): Float32Array {
  const all = new Float32Array(rows.length * dim);
  for (const [i, row] of rows.entries()) all.set(row, i * dim);
  return all;
}

/** The code that was learnt. */
export async function readCode(folder: WorkFolder, dim: number, width: number): Promise<Code> {
  const bytes = await reading(folder, FILES.code, (file) => file.read(0, codeHeaderBytes({ dim, width })));
  return readCodeHeader(bytes, { dim, count: 0 }).code;
}
