/// <reference path="./lzma-native.d.ts" />
import { randomUUID } from 'node:crypto';
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

const atWork = new Map<string, Promise<PackedRuntime>>();

/**
 * A runtime as xz: 2.2 MB where gzip makes 3.7 of it. That takes seven seconds of a processor, so it is kept, and done once for the
 * bundles of a build that ask for it at the same time. With gzip where lzma-native has no binary for this machine.
 * @param sha256 of `wasm`
 */
export function packRuntime(wasm: Uint8Array, sha256: string): Promise<PackedRuntime> {
  const packing = atWork.get(sha256) ?? pack(wasm, sha256).finally(() => atWork.delete(sha256));
  atWork.set(sha256, packing);
  return packing;
}

async function pack(wasm: Uint8Array, sha256: string): Promise<PackedRuntime> {
  const path = join(FOLDER, `${sha256}.xz`);
  const kept = await readFile(path).catch(() => undefined);
  if (kept) return { by: 'xz', bytes: kept };
  const bytes = await compressXz(wasm);
  if (!bytes) return { by: 'gzip', bytes: gzipSync(wasm, { level: 9 }) };
  await mkdir(FOLDER, { recursive: true });
  // Renamed into place: another build may do the same at the same time.
  const unfinished = `${path}.${randomUUID()}`;
  await writeFile(unfinished, bytes);
  await rename(unfinished, path);
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
