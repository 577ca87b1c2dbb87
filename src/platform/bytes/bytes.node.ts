import { open, readFile } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { AfterimageError } from '../../engine/errors.ts';
import type { ByteSource } from '../../engine/ports.ts';
import { sha256 } from '../hashes/sha256.ts';

/** Static files out of `publicFolder`, the folder that a server would serve (`public/`, `dist/`). */
export function createFolderSource(publicFolder: string): ByteSource {
  const root = resolve(publicFolder);
  return {
    async read(path, expected, options) {
      options?.signal?.throwIfAborted();
      const bytes = await readIfThere(locate(root, path), options?.signal);
      if (!bytes) throw new AfterimageError('part-missing', `${path} is missing in ${root}.`);
      if (bytes.length !== expected.bytes || (await sha256(bytes)) !== expected.sha256) {
        throw new AfterimageError(
          'part-corrupt',
          `${path} is damaged: ${bytes.length} bytes that are not the ${expected.bytes} expected.`,
        );
      }
      options?.onProgress?.(bytes.length, expected.bytes);
      return bytes;
    },
    async readRange(path, _expected, { offset, length, hash }, options) {
      options?.signal?.throwIfAborted();
      const bytes = await ifThere(() => readPiece(locate(root, path), offset, length));
      if (!bytes) throw new AfterimageError('part-missing', `${path} is missing in ${root}.`);
      if (bytes.length !== length || !(await sha256(bytes)).startsWith(hash)) {
        throw new AfterimageError('part-corrupt', `${path} is damaged around byte ${offset}.`);
      }
      options?.onProgress?.(length, length);
      return bytes;
    },
    async readText(path, options) {
      options?.signal?.throwIfAborted();
      const bytes = await readIfThere(locate(root, path), options?.signal);
      if (!bytes) return undefined;
      options?.onProgress?.(bytes.length, bytes.length);
      return new TextDecoder().decode(bytes);
    },
  };
}

/** The file's place on disk. Manifests are untrusted: a path that leaves the root is as good as missing. */
function locate(root: string, path: string): string {
  const file = join(root, path);
  if (!file.startsWith(root + sep)) throw new AfterimageError('part-missing', `${path} lies outside ${root}.`);
  return file;
}

function readIfThere(file: string, signal: AbortSignal | undefined): Promise<Uint8Array | undefined> {
  return ifThere(() => readFile(file, signal ? { signal } : {}));
}

/** Shorter where the file ends. */
async function readPiece(file: string, offset: number, length: number): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function ifThere(read: () => Promise<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return await read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
    throw error;
  }
}
