/** XMP in GIF: an application extension whose bytes are the packet itself, with a trailer that ends it for every reader. */
const HEADER_BYTES = 13;
const IMAGE = 0x2c;
const EXTENSION = 0x21;
const APPLICATION = 0xff;
const XMP = 'XMP DataXMP';
/** After the packet: 1, 255 down to 0, and 0, so that whoever takes text for lengths of blocks comes to the end. */
const TRAILER_BYTES = 258;

/** The packet of XMP in a GIF; undefined where there is none. Never throws. @param bytes of the file. Untrusted. */
export function gifXmp(bytes: Uint8Array): Uint8Array | undefined {
  let at = HEADER_BYTES + tableBytes(bytes[10]);
  while (at < bytes.length) {
    if (bytes[at] === IMAGE) {
      at = endOfBlocks(bytes, at + 11 + tableBytes(bytes[at + 9]));
    } else if (bytes[at] === EXTENSION) {
      const end = endOfBlocks(bytes, at + 2);
      const name = String.fromCharCode(...bytes.subarray(at + 3, at + 3 + XMP.length));
      if (bytes[at + 1] === APPLICATION && bytes[at + 2] === XMP.length && name === XMP) {
        return bytes.subarray(at + 3 + XMP.length, Math.max(at + 3 + XMP.length, end - TRAILER_BYTES));
      }
      at = end;
    } else return undefined;
  }
  return undefined;
}

/** Of a colour table, by the byte that describes it. */
function tableBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

/** Behind the empty block that ends the blocks from `at` on. */
function endOfBlocks(bytes: Uint8Array, at: number): number {
  let next = at;
  for (let length = bytes[next]; length; length = bytes[next]) next += 1 + length;
  return next + 1;
}
