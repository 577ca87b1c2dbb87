/** Unsigned LEB128: seven bits a byte, the lowest first, bit 7 set on all bytes but the last. Values below 2³². */

const MAX_BYTES = 5;

/** Writes one after the other into memory that grows. */
export interface VarintWriter {
  write(value: number): void;
  /** All bytes so far, `head` included. */
  bytes(): Uint8Array;
}

/** @param head bytes to begin with. @param room bytes expected. */
export function createVarintWriter(head: Uint8Array, room: number): VarintWriter {
  let bytes = new Uint8Array(head.length + room);
  bytes.set(head);
  let at = head.length;
  return {
    write(value) {
      if (at + MAX_BYTES > bytes.length) {
        const larger = new Uint8Array(2 * bytes.length + MAX_BYTES);
        larger.set(bytes);
        bytes = larger;
      }
      let rest = value >>> 0;
      for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
      bytes[at++] = rest;
    },
    bytes: () => bytes.slice(0, at),
  };
}

export interface VarintReader {
  /** The next value; −1 where the bytes end, or spell a value that is too large or longer than it needs to be. */
  next(): number;
  readonly atEnd: boolean;
}

export function createVarintReader(bytes: Uint8Array, start: number): VarintReader {
  let at = start;
  return {
    next() {
      let byte = bytes[at++];
      if (byte === undefined) return -1;
      if (byte < 0x80) return byte;
      let value = byte & 0x7f;
      for (let scale = 2 ** 7; scale <= 2 ** 28; scale *= 2 ** 7) {
        byte = bytes[at++];
        if (byte === undefined) return -1;
        value += (byte & 0x7f) * scale;
        if (byte < 0x80) return byte === 0 || value >= 2 ** 32 ? -1 : value;
      }
      return -1;
    },
    get atEnd() {
      return at === bytes.length;
    },
  };
}

/** How many values `bytes` hold from `start` on. */
export function countVarints(bytes: Uint8Array, start: number): number {
  let count = 0;
  for (let at = start; at < bytes.length; at++) if ((bytes[at] as number) < 0x80) count++;
  return count;
}
