/// <reference path="./lzma-native.d.ts" />
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Packing } from '../../src/engine/ports.ts';
import { CACHE_FOLDER } from '../repository/folders.ts';

export interface PackedRuntime {
  readonly by: Packing;
  readonly bytes: Uint8Array;
}

const FOLDER = join(CACHE_FOLDER, 'packed');

/**
 * A runtime as xz: 2.2 MB where gzip makes 3.7 of it. That takes seven seconds of a processor, so it is kept. With gzip where lzma-native
 * has no binary for this machine.
 * @param sha256 of `wasm`
 */
export async function packRuntime(wasm: Uint8Array, sha256: string): Promise<PackedRuntime> {
  const path = join(FOLDER, `${sha256}.xz`);
  const kept = await readFile(path).catch(() => undefined);
  if (kept) return { by: 'xz', bytes: kept };
  const bytes = await compressXz(wasm);
  if (!bytes) return { by: 'gzip', bytes: gzipSync(wasm, { level: 9 }) };
  await mkdir(FOLDER, { recursive: true });
  // Two builds may do the same at a time.
  const part = `${path}.${process.pid}`;
  await writeFile(part, bytes);
  await rename(part, path);
  return { by: 'xz', bytes };
}

/** Preset 7 has a dictionary of 16 MiB, as large as a runtime; the decoder takes as much memory. */
async function compressXz(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const lzma = await import('lzma-native').then(
    ({ default: loaded }) => loaded,
    () => undefined,
  );
  if (!lzma) return undefined;
  // The decoder knows this check; what comes out is verified by its SHA-256 besides.
  const encoder = lzma.createStream('easyEncoder', { preset: 7, check: lzma.CHECK_CRC32 });
  const chunks: Uint8Array[] = [];
  await new Promise<void>((resolve, reject) => {
    encoder.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    encoder.on('end', resolve);
    encoder.on('error', reject);
    encoder.end(bytes);
  });
  return Buffer.concat(chunks);
}
