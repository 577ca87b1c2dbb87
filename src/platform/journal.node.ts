import { open, readFile, rm } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Journal, JournalPicture } from '../indexing/ports.ts';

/**
 * A file of entries, appended to: length of the JSON, length of the vectors in bytes, CRC-32 of both, then both. The
 * first entry holds the key, each other one a batch. What follows the last whole entry was torn off by a crash.
 */
const HEADER_BYTES = 12;

/** Continue the journal at `path`, or begin a new one where there is none of this key. */
export async function openJournal(path: string, key: string): Promise<Journal & { close(): Promise<void> }> {
  const { pictures, length } = await recover(path, key);
  if (length === 0) await rm(path, { force: true });
  const file = await open(path, length === 0 ? 'w' : 'r+');
  await file.truncate(length);
  let end = length;
  const append = async (entry: Uint8Array) => {
    await file.write(entry, 0, entry.length, end);
    end += entry.length;
  };
  if (length === 0) await append(encodeEntry({ key }, []));
  return {
    read: async () => pictures,
    append: (batch) =>
      append(
        encodeEntry(
          batch.map(({ vector: _, ...rest }) => rest),
          batch.map(({ vector }) => vector),
        ),
      ),
    close: () => file.close(),
  };
}

/** What whole entries hold, and how many bytes they take; nothing of a journal with another key. */
async function recover(path: string, key: string): Promise<{ pictures: JournalPicture[]; length: number }> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  const pictures: JournalPicture[] = [];
  let length = 0;
  for (let entry = readEntry(bytes, 0); entry; entry = readEntry(bytes, length)) {
    const value: unknown = JSON.parse(entry.json);
    if (length === 0) {
      if ((value as { key?: unknown }).key !== key) break;
    } else pictures.push(...toPictures(value as WithoutVector[], entry.vectors));
    length = entry.end;
  }
  return { pictures, length };
}

function encodeEntry(value: unknown, vectors: readonly Float32Array[]): Buffer {
  const json = Buffer.from(JSON.stringify(value));
  const body = Buffer.concat([json, ...vectors.map((one) => Buffer.from(one.buffer, one.byteOffset, one.byteLength))]);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(json.length, 0);
  header.writeUInt32LE(body.length - json.length, 4);
  header.writeUInt32LE(crc32(body), 8);
  return Buffer.concat([header, body]);
}

function readEntry(bytes: Buffer, start: number): { json: string; vectors: Float32Array; end: number } | undefined {
  if (start + HEADER_BYTES > bytes.length) return undefined;
  const jsonEnd = start + HEADER_BYTES + bytes.readUInt32LE(start);
  const end = jsonEnd + bytes.readUInt32LE(start + 4);
  if (end > bytes.length) return undefined;
  if (crc32(bytes.subarray(start + HEADER_BYTES, end)) !== bytes.readUInt32LE(start + 8)) return undefined;
  const vectors = new Float32Array(new Uint8Array(bytes.subarray(jsonEnd, end)).buffer);
  return { json: bytes.toString('utf8', start + HEADER_BYTES, jsonEnd), vectors, end };
}

type WithoutVector = Omit<JournalPicture, 'vector'>;

function toPictures(batch: readonly WithoutVector[], vectors: Float32Array): JournalPicture[] {
  const dim = vectors.length / batch.length;
  return batch.map((rest, i) => ({ ...rest, vector: vectors.subarray(i * dim, (i + 1) * dim) }));
}
