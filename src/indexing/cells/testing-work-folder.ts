/** A work folder in memory, and rows that are. */
import { join } from '../../engine/collection/sections/pack.ts';
import type { Item } from '../../engine/collection/types.ts';
import type { Sha256 } from '../../engine/ports.ts';
import type { WorkFile, WorkFolder } from '../ports.ts';
import type { Rows } from './store-rows.ts';

export function createMemoryWorkFolder(sha256: Sha256): WorkFolder {
  const texts = new Map<string, string>();
  const files = new Map<string, Growing>();
  return {
    place: 'memory',
    readText: async (name) => texts.get(name),
    async writeText(name, text) {
      texts.set(name, text);
    },
    async create(name) {
      files.set(name, { bytes: new Uint8Array(1024), length: 0 });
      return workFile(files, name);
    },
    async open(name) {
      if (!files.has(name)) throw new Error(`There is no ${name}.`);
      return workFile(files, name);
    },
    async remove(name) {
      files.delete(name);
    },
    async removeAll() {
      files.clear();
      texts.clear();
    },
    async hash(pieces) {
      const all: Uint8Array[] = [];
      for await (const piece of pieces) all.push(piece.slice());
      return sha256(
        join(
          all,
          all.reduce((sum, { length }) => sum + length, 0),
        ),
      );
    },
  };
}

/** Bytes with room behind them. */
interface Growing {
  bytes: Uint8Array<ArrayBuffer>;
  length: number;
}

function workFile(files: Map<string, Growing>, name: string): WorkFile {
  const file = files.get(name) as Growing;
  return {
    async write(offset, bytes) {
      file.length = Math.max(file.length, offset + bytes.length);
      if (file.length > file.bytes.length) {
        const before = file.bytes;
        file.bytes = new Uint8Array(2 * file.length);
        file.bytes.set(before);
      }
      file.bytes.set(bytes, offset);
    },
    async read(offset, length) {
      if (offset + length > file.length) throw new Error(`${name} is too short.`);
      return file.bytes.slice(offset, offset + length);
    },
    close: async () => {},
  };
}

/** Rows of vectors that are in memory. @param itemOf of each row */
export function memoryRows(vectors: Float32Array, dim: number, itemOf: (row: number) => Item): Rows<null> {
  const count = vectors.length / dim;
  return {
    ...{ count, dim },
    identity: 'memory',
    async *vectors() {
      yield vectors;
    },
    async *batches() {
      yield { rows: 0, vectors, items: Array.from({ length: count }, (_, row) => itemOf(row)) };
    },
    found: () => null,
  };
}
