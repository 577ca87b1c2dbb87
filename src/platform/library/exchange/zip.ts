import {
  BlobReader,
  BlobWriter,
  type FileEntry,
  Uint8ArrayReader,
  Uint8ArrayWriter,
  ZipReader,
  ZipWriter,
} from '@zip.js/zip.js/lib/zip-core-native.js';
import { libraryFileInvalid } from './library-file.ts';

/** A zip file that is written while its files come. */
export interface ZipFile {
  add(path: string, bytes: Uint8Array): Promise<void>;
  /** The whole file. */
  close(): Promise<Blob>;
}

/** Nothing is compressed: pictures and vectors hardly get smaller, and so a file can be read where it lies. */
export function createZip(): ZipFile {
  const zip = new ZipWriter(new BlobWriter('application/zip'), {
    ...{ level: 0, useWebWorkers: false, keepOrder: true, extendedTimestamp: false },
    dataDescriptor: false,
  });
  return {
    async add(path, bytes) {
      await zip.add(path, new Uint8ArrayReader(bytes));
    },
    close: () => zip.close(),
  };
}

/** The files of a zip file by their paths. */
export interface OpenedZip {
  readonly paths: readonly string[];
  /** Of a file; 0 where there is none. */
  size(path: string): number;
  /** A whole file, checked by its CRC-32; undefined where there is none. @throws AfterimageError `import-invalid` */
  read(path: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** More files than any library has; a list of so many still fits into memory. */
const MAX_FILES = 2_000_000;

/** @throws AfterimageError `import-invalid` for what is no zip file, or is damaged */
export async function openZip(file: Blob): Promise<OpenedZip> {
  const reader = new ZipReader(new BlobReader(file), { useWebWorkers: false, checkCrc32: true });
  const entries = new Map<string, FileEntry>();
  try {
    for await (const entry of reader.getEntriesGenerator()) {
      if (entries.size >= MAX_FILES) throw libraryFileInvalid('it holds too many files');
      if (!entry.directory) entries.set(entry.filename, entry);
    }
  } catch (error) {
    throw libraryFileInvalid('it is no zip file, or not all of it is there', error);
  }
  return {
    paths: [...entries.keys()],
    size: (path) => entries.get(path)?.uncompressedSize ?? 0,
    async read(path) {
      const entry = entries.get(path);
      if (!entry) return undefined;
      try {
        const bytes = await entry.getData(new Uint8ArrayWriter());
        if (bytes.length !== entry.uncompressedSize) throw new RangeError(`${bytes.length} bytes`);
        return bytes;
      } catch (error) {
        throw libraryFileInvalid(`${JSON.stringify(path.slice(0, 200))} in it is damaged`, error);
      }
    },
  };
}
