/** Compression in Parquet. hyparquet has Snappy, Node has gzip and Brotli; the rest is a package. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { type Compressors, snappyUncompress } from 'hyparquet';
import { decompressLz4, decompressLz4Raw, decompressZstd } from 'hyparquet-compressors';

/** Bytes of the largest page that is unpacked. */
const MAX_PAGE = 1 << 29;

type Unpack = (bytes: Uint8Array, length: number) => Uint8Array;

/** No more is unpacked than the page says. */
export const COMPRESSORS: Compressors = {
  SNAPPY: checked((bytes, length) => {
    const page = new Uint8Array(length);
    snappyUncompress(bytes, page);
    return page;
  }),
  GZIP: checked((bytes, maxOutputLength) => gunzipSync(bytes, { maxOutputLength })),
  BROTLI: checked((bytes, maxOutputLength) => brotliDecompressSync(bytes, { maxOutputLength })),
  ZSTD: checked((bytes, length) => decompressZstd(bytes, new Uint8Array(length))),
  LZ4: checked((bytes, length) => (hasFrames(bytes, length) ? decompressLz4 : decompressLz4Raw)(bytes, length)),
  LZ4_RAW: checked(decompressLz4Raw),
};

function checked(unpack: Unpack): Unpack {
  return (bytes, length) => {
    if (length === 0) return new Uint8Array();
    if (length > 0 && length <= MAX_PAGE) return unpack(bytes, length);
    throw new Error(`a page of ${length} bytes is too large; write smaller row groups`);
  };
}

/**
 * True for the frames of Hadoop, of which `LZ4` may consist: the lengths before and after compression, big-endian, then the
 * bytes. Lengths of a damaged file would let the package go in circles.
 */
function hasFrames(bytes: Uint8Array, length: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let rest = length;
  let at = 0;
  while (at + 8 <= bytes.length) {
    rest -= view.getUint32(at);
    at += 8 + view.getUint32(at + 4);
  }
  return at === bytes.length && rest === 0;
}
