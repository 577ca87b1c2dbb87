import { AfterimageError } from '../../errors.ts';

/** Some bytes of a section. */
export interface Piece {
  readonly bytes: Uint8Array;
  /** Present: a block, which is kept in one part; what `Block.first` says of it. Absent: may be cut anywhere. */
  readonly first?: number;
}

export interface Packed {
  /** The consumer's own: never written to again. */
  readonly bytes: Uint8Array;
  readonly blocks: readonly { readonly first: number; readonly offset: number; readonly length: number }[];
}

/** Pieces one after the other, in parts of at most `partBytes`, filled as far as whole blocks allow. */
export async function* pack(pieces: Iterable<Piece> | AsyncIterable<Piece>, partBytes: number): AsyncGenerator<Packed> {
  let chunks: Uint8Array[] = [];
  let blocks: { first: number; offset: number; length: number }[] = [];
  let size = 0;
  const part = (): Packed => {
    const packed = { bytes: join(chunks, size), blocks };
    [chunks, blocks, size] = [[], [], 0];
    return packed;
  };
  for await (const { bytes, first } of pieces) {
    if (first !== undefined) {
      if (bytes.length > partBytes) {
        throw new AfterimageError('internal', `A block of ${bytes.length} bytes does not fit into a part.`);
      }
      if (size + bytes.length > partBytes) yield part();
      blocks.push({ first, offset: size, length: bytes.length });
      chunks.push(bytes);
      size += bytes.length;
      continue;
    }
    for (let taken = 0; taken < bytes.length; ) {
      if (size === partBytes) yield part();
      const more = bytes.subarray(taken, taken + partBytes - size);
      chunks.push(more);
      size += more.length;
      taken += more.length;
    }
  }
  if (size > 0) yield part();
}

/** Chunks one after the other; `size` is the sum of their lengths. */
export function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const joined = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    joined.set(chunk, offset);
    offset += chunk.length;
  }
  return joined;
}
