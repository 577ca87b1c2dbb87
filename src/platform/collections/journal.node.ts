import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Journal, JournalPicture } from '../../indexing/ports.ts';

/**
 * A file of entries, appended to: length of the JSON, length of the vectors in bytes, CRC-32 of both, then both. The
 * first entry holds the key, each other one a batch. What follows the last whole entry was torn off by a crash.
 */
const HEADER_BYTES = 12;
/** No batch is nearly as long: a longer entry is a damaged length, for which no memory is taken. */
const MAX_ENTRY_BYTES = 2 ** 28;

/**
 * Continue the journal at `path`, or begin a new one where there is none of this key.
 * @throws what the file system says of a journal that cannot be read; it is left as it is, for it may hold days of work.
 */
export async function openJournal(path: string, key: string): Promise<Journal & { close(): Promise<void> }> {
  const file = await open(path, constants.O_RDWR | constants.O_CREAT);
  try {
    const { pictures, length } = await recover(file, key);
    await file.truncate(length);
    let end = length;
    const append = async (entry: Uint8Array) => {
      await writeAll(file, entry, end);
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
  } catch (error) {
    await file.close().catch(() => {});
    throw error;
  }
}

/** What whole entries hold, and how many bytes they take; nothing of a journal with another key. */
async function recover(file: FileHandle, key: string): Promise<{ pictures: JournalPicture[]; length: number }> {
  const { size } = await file.stat();
  const pictures: JournalPicture[] = [];
  let length = 0;
  // Entry by entry: a million pictures are more than one buffer holds.
  for (let entry = await readEntry(file, 0, size); entry; entry = await readEntry(file, length, size)) {
    const value: unknown = JSON.parse(entry.json);
    if (length === 0) {
      if ((value as { key?: unknown }).key !== key) break;
    } else for (const picture of toPictures(value as WithoutVector[], entry.vectors)) pictures.push(picture);
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

interface Entry {
  readonly json: string;
  readonly vectors: Float32Array;
  /** Where the next one begins. */
  readonly end: number;
}

async function readEntry(file: FileHandle, start: number, size: number): Promise<Entry | undefined> {
  if (start + HEADER_BYTES > size) return undefined;
  const header = await readAll(file, start, HEADER_BYTES);
  const jsonBytes = header.readUInt32LE(0);
  const bytes = jsonBytes + header.readUInt32LE(4);
  const end = start + HEADER_BYTES + bytes;
  // Zeros, of which a crash may leave a file full, have the right checksum for nothing.
  if (jsonBytes === 0 || bytes > MAX_ENTRY_BYTES || end > size) return undefined;
  const body = await readAll(file, start + HEADER_BYTES, bytes);
  if (crc32(body) !== header.readUInt32LE(8)) return undefined;
  const vectors = new Float32Array(new Uint8Array(body.subarray(jsonBytes)).buffer);
  return { json: body.toString('utf8', 0, jsonBytes), vectors, end };
}

async function readAll(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, length - done, start + done);
    if (bytesRead === 0) break; // cut off meanwhile: the checksum tells
    done += bytesRead;
  }
  return bytes;
}

/** On a full disk a write may take a part of what it is given without an error; the next one then fails. */
async function writeAll(file: FileHandle, bytes: Uint8Array, start: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, start + done)).bytesWritten;
  }
}

type WithoutVector = Omit<JournalPicture, 'vector'>;

function toPictures(batch: readonly WithoutVector[], vectors: Float32Array): JournalPicture[] {
  const dim = vectors.length / batch.length;
  return batch.map((rest, i) => ({ ...rest, vector: vectors.subarray(i * dim, (i + 1) * dim) }));
}
