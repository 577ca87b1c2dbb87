/** How a picture has to be turned where browsers do not turn it by themselves: EXIF in PNG and WebP. Untrusted bytes. */
import { isPng, pngChunk } from './png.ts';
import { isWebp, webpChunk } from './webp.ts';

const EXIF_PREFIX = 'Exif\0\0';
const ORIENTATION = 0x0112;
const SHORT = 3;

/** 1 to 8, as EXIF has it (CIPA DC-008, 4.6.4); 1 where nothing is said, and for all formats but PNG and WebP. */
export function statedOrientation(bytes: Uint8Array): number {
  const exif = isPng(bytes) ? pngChunk(bytes, 'eXIf') : isWebp(bytes) ? webpChunk(bytes, 'EXIF') : undefined;
  return exif ? exifOrientation(exif) : 1;
}

/** @param bytes a TIFF file, with or without EXIF's prefix */
function exifOrientation(bytes: Uint8Array): number {
  const start = String.fromCharCode(...bytes.subarray(0, 6)) === EXIF_PREFIX ? 6 : 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start);
  if (view.byteLength < 8) return 1;
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  if (directory + 2 > view.byteLength) return 1;
  const count = view.getUint16(directory, little);
  for (let i = 0, at = directory + 2; i < count && at + 12 <= view.byteLength; i++, at += 12) {
    if (view.getUint16(at, little) !== ORIENTATION || view.getUint16(at + 2, little) !== SHORT) continue;
    const value = view.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
