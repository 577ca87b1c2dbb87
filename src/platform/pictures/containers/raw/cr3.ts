/** JPEGs in Canon's CR3, made of ISO boxes; they are described at https://github.com/lclevy/canon_cr3. */
import { type Box, boxes, inside } from '../boxes.ts';
import { asciiOf } from '../bytes.ts';
import { orientationOf } from '../jpeg-header.ts';
import type { RawContent } from '../raw-preview.ts';

/** The first bytes of boxes that only Canon has. */
const UUID_BYTES = 16;
const METADATA_UUID = '85c0b687820f11e08111f4ce462b6a48';
const PREVIEW_UUID = 'eaf42b5e1c984b88b9fbb7dc406e4d16';
/** In the box with the preview something else comes first. */
const BEFORE_PREVIEW = 8;
/** Where in `PRVW` and `THMB` the length of the JPEG is, and the JPEG itself. */
const PREVIEW = { length: 12, jpeg: 16 } as const;
const THUMBNAIL = { length: 8, jpeg: 16 } as const;

export function cr3Previews(bytes: Uint8Array): RawContent {
  const top = boxes(bytes);
  const movie = contentsOf(top, 'moov').flatMap((content) => boxes(content));
  const metadata = cr3Metadata(bytes);
  const preview = uuidOf(top, PREVIEW_UUID);
  const previews = preview ? contentsOf(boxes(preview, BEFORE_PREVIEW), 'PRVW') : [];
  const jpegs = [
    ...contentsOf(movie, 'trak').map((track) => firstSample(bytes, track)),
    ...previews.map((content) => jpegIn(content, PREVIEW)),
    ...contentsOf(metadata, 'THMB').map((content) => jpegIn(content, THUMBNAIL)),
  ];
  return {
    jpegs: jpegs.filter((jpeg) => jpeg !== undefined),
    orientation: orientationOf(contentsOf(metadata, 'CMT1')[0]),
  };
}

/** Canon's boxes of metadata: `CMT1`, `CMT2` and `CMT4` are TIFF files of the first directory, of EXIF and of GPS. */
export function cr3Metadata(bytes: Uint8Array): Box[] {
  const metadata = uuidOf(inside(bytes, ['moov']), METADATA_UUID);
  return metadata ? boxes(metadata) : [];
}

function contentsOf(list: readonly Box[], name: string): Uint8Array[] {
  return list.filter(({ type }) => type === name).map(({ content }) => content);
}

/** What follows the number that says what the box is. */
function uuidOf(list: readonly Box[], uuid: string): Uint8Array | undefined {
  const found = contentsOf(list, 'uuid').find((content) => hexOf(content.subarray(0, UUID_BYTES)) === uuid);
  return found?.subarray(UUID_BYTES);
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function jpegIn(content: Uint8Array, at: { readonly length: number; readonly jpeg: number }): Uint8Array | undefined {
  if (content.length < at.jpeg) return undefined;
  const length = viewOf(content).getUint32(at.length);
  return at.jpeg + length <= content.length ? content.subarray(at.jpeg, at.jpeg + length) : undefined;
}

/** Of a track: one holds a JPEG as large as the picture, the others the values of the sensor. */
function firstSample(bytes: Uint8Array, track: Uint8Array): Uint8Array | undefined {
  const table = inside(track, ['mdia', 'minf', 'stbl']);
  const [sizes] = contentsOf(table, 'stsz');
  const [places] = contentsOf(table, 'co64');
  // Version, size of every sample or 0, number, sizes; version, number, places.
  if (!sizes || sizes.length < 12 || !places || places.length < 16) return undefined;
  const same = viewOf(sizes).getUint32(4);
  const size = same > 0 || sizes.length < 16 ? same : viewOf(sizes).getUint32(12);
  const start = Number(viewOf(places).getBigUint64(8));
  if (start + size > bytes.length || asciiOf(bytes, start, start + 2) !== '\xff\xd8') return undefined;
  return bytes.subarray(start, start + size);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
