/**
 * What a cell holds, a block of the section `members`: the codes of its rows, one after the other; then, for each block of
 * vectors in which one of its rows lies, the first 16 bytes of that block's SHA-256. Whoever has verified the members by the
 * head can verify the vectors by the members.
 */
import { AfterimageError } from '../../errors.ts';

const HASH_BYTES = 16;

export interface Members {
  /** Row by row. */
  readonly codes: Uint8Array;
  /** The number of the first block of vectors in which a row of the cell lies. */
  readonly firstBlock: number;
  /** SHA-256 of vector blocks from that one on, 16 bytes each. */
  readonly hashes: Uint8Array;
}

interface Place {
  readonly first: number;
  readonly rows: number;
  readonly rowsPerBlock: number;
  /** Of a row. */
  readonly codeBytes: number;
}

/** Blocks of vectors in which rows of a cell lie: the first, and how many. */
export function blocksOf({ first, rows, rowsPerBlock }: Omit<Place, 'codeBytes'>): { from: number; count: number } {
  const from = Math.floor(first / rowsPerBlock);
  return { from, count: Math.floor((first + rows - 1) / rowsPerBlock) - from + 1 };
}

/** Bytes of a cell's block. */
export function memberBytes(place: Place): number {
  return place.rows * place.codeBytes + blocksOf(place).count * HASH_BYTES;
}

/** @param codes of the cell's rows @param hashOf 32 hex digits of the SHA-256 of a block of vectors */
export function encodeMembers(place: Place, codes: Uint8Array, hashOf: (block: number) => string): Uint8Array {
  const { from, count } = blocksOf(place);
  const bytes = new Uint8Array(memberBytes(place));
  bytes.set(codes);
  for (let block = 0; block < count; block++) {
    const hash = hashOf(from + block);
    for (let i = 0; i < HASH_BYTES; i++) {
      bytes[codes.length + block * HASH_BYTES + i] = Number.parseInt(hash.slice(2 * i, 2 * i + 2), 16);
    }
  }
  return bytes;
}

/** @throws AfterimageError `index-corrupt` for bytes of another length */
export function parseMembers(bytes: Uint8Array, place: Place): Members {
  if (bytes.length !== memberBytes(place)) {
    throw new AfterimageError('index-corrupt', `A cell has ${bytes.length} bytes, not ${memberBytes(place)}.`);
  }
  const at = place.rows * place.codeBytes;
  return { codes: bytes.subarray(0, at), firstBlock: blocksOf(place).from, hashes: bytes.subarray(at) };
}

/** 32 hex digits of the hash of a block of vectors; undefined where no row of the cell lies in it. */
export function vectorHash({ firstBlock, hashes }: Members, block: number): string | undefined {
  const at = (block - firstBlock) * HASH_BYTES;
  if (at < 0 || at + HASH_BYTES > hashes.length) return undefined;
  return Array.from(hashes.subarray(at, at + HASH_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
