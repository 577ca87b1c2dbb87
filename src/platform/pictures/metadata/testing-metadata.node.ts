/** Metadata put together from its specifications, for tests. */
import { crc32 } from 'node:zlib';
import { expect } from 'vitest';
import type { Preprocessor } from '../../models/preprocessor.ts';
import { createDecoder } from '../decode.node.ts';

/** A value of EXIF: text, or rationals as numerators and denominators. */
export type ExifValue = string | readonly (readonly [number, number])[];
type Fields = Readonly<Record<number, ExifValue>>;

export interface ExifContent {
  readonly main?: Fields;
  readonly exif?: Fields;
  readonly gps?: Fields;
}

export const TAGS = {
  ...{ dateTime: 0x0132, original: 0x9003, digitised: 0x9004 },
  ...{ offset: 0x9010, offsetOriginal: 0x9011, offsetDigitised: 0x9012, gpsTime: 0x0007, gpsDate: 0x001d },
} as const;

/** A TIFF file of nothing but these fields. */
export function makeExif({ main = {}, exif, gps }: ExifContent, littleEndian = true): Uint8Array {
  const bytes = new Uint8Array(4096);
  const view = new DataView(bytes.buffer);
  let free = 8;
  const take = (length: number) => {
    free += length;
    return free - length;
  };
  const write = (fields: Fields, pointers: readonly [number, number][] = []) => {
    const entries = Object.entries(fields).map(([tag, value]) => [Number(tag), value] as const);
    const all = [...entries, ...pointers].sort(([a], [b]) => a - b);
    const start = take(2 + 12 * all.length + 4);
    view.setUint16(start, all.length, littleEndian);
    for (const [i, [tag, value]] of all.entries()) {
      const at = start + 2 + 12 * i;
      view.setUint16(at, tag, littleEndian);
      if (typeof value === 'number') writeEntry(at, 4, 1, value);
      else if (typeof value === 'string') writeText(at, `${value}\0`);
      else writeRationals(at, value);
    }
    return start;
  };
  const writeEntry = (at: number, type: number, count: number, value: number) => {
    view.setUint16(at + 2, type, littleEndian);
    view.setUint32(at + 4, count, littleEndian);
    view.setUint32(at + 8, value, littleEndian);
  };
  const writeText = (at: number, text: string) => {
    const place = text.length > 4 ? take(text.length) : at + 8;
    writeEntry(at, 2, text.length, place);
    for (let i = 0; i < text.length; i++) bytes[place + i] = text.charCodeAt(i);
  };
  const writeRationals = (at: number, values: readonly (readonly [number, number])[]) => {
    const place = take(8 * values.length);
    writeEntry(at, 5, values.length, place);
    for (const [i, number] of values.flat().entries()) view.setUint32(place + 4 * i, number, littleEndian);
  };
  view.setUint16(0, littleEndian ? 0x4949 : 0x4d4d);
  view.setUint16(2, 42, littleEndian);
  const pointers: [number, number][] = [];
  if (exif) pointers.push([0x8769, write(exif)]);
  if (gps) pointers.push([0x8825, write(gps)]);
  view.setUint32(4, write(main, pointers), littleEndian);
  return bytes.slice(0, free);
}

/** A packet of XMP with these properties as attributes, and `inside` the description of the picture. */
export function makeXmp(attributes: Readonly<Record<string, string>>, inside = ''): string {
  const list = Object.entries(attributes).map(([name, value]) => `${name}="${value}"`);
  return `<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
  xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" ${list.join(' ')}>${inside}</rdf:Description>
</rdf:RDF></x:xmpmeta>${' '.repeat(100)}<?xpacket end="w"?>`;
}

/** IPTC-IIM with these data sets of record 2. */
export function makeIptc(datasets: Readonly<Record<number, string>>): Uint8Array {
  const parts = Object.entries(datasets).map(([number, text]) =>
    Buffer.concat([Buffer.of(0x1c, 2, Number(number), 0, text.length), Buffer.from(text, 'latin1')]),
  );
  return new Uint8Array(Buffer.concat([Buffer.of(0x1c, 2, 0, 0, 2, 0, 4), ...parts]));
}

/** Image resources of Photoshop, of which one is IPTC-IIM. */
export function makeResources(iptc: Uint8Array): Uint8Array {
  const resource = (id: number, name: string, content: Uint8Array) => {
    const title = Buffer.from([name.length, ...Buffer.from(name, 'latin1')]);
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    const parts = [Buffer.from('8BIM'), Buffer.of(id >> 8, id & 255), even(title), length, even(content)];
    return Buffer.concat(parts);
  };
  const header = Buffer.from('Photoshop 3.0\0', 'latin1');
  return new Uint8Array(
    Buffer.concat([header, resource(0x03ed, 'ab', Buffer.from('odd')), resource(0x0404, '', iptc)]),
  );
}

function even(bytes: Uint8Array): Uint8Array {
  return bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.of(0)]);
}

/** A JPEG with a segment put behind its beginning. */
export function withSegment(jpeg: Uint8Array, marker: number, content: Uint8Array): Uint8Array {
  const head = Buffer.of(0xff, marker, (content.length + 2) >> 8, (content.length + 2) & 255);
  return new Uint8Array(Buffer.concat([jpeg.subarray(0, 2), head, content, jpeg.subarray(2)]));
}

/** A TIFF file whose first directory is the one of `fields` and its own, in little-endian order as sharp writes it. */
export function withFields(tiff: Uint8Array, content: ExifContent): Uint8Array {
  const start = tiff.length + (tiff.length % 2);
  const more = makeExif(content);
  const bytes = new Uint8Array(start + more.length + 1024);
  bytes.set(tiff);
  bytes.set(more, start);
  const view = new DataView(bytes.buffer);
  const entriesAt = (directory: number) =>
    Array.from({ length: view.getUint16(directory, true) }, (_, i) => directory + 2 + 12 * i);
  const added = entriesAt(start + view.getUint32(start + 4, true));
  // Their offsets count from the beginning of the file now; texts of up to four bytes stand in their entries.
  const moved = (at: number) => {
    const isInside = view.getUint16(at + 2, true) === 2 && view.getUint32(at + 4, true) <= 4;
    if (!isInside) view.setUint32(at + 8, view.getUint32(at + 8, true) + start, true);
  };
  for (const at of added) {
    const isDirectory = [0x8769, 0x8825].includes(view.getUint16(at, true));
    if (isDirectory) entriesAt(start + view.getUint32(at + 8, true)).forEach(moved);
    moved(at);
  }
  const all = [...entriesAt(view.getUint32(4, true)), ...added].sort(
    (a, b) => view.getUint16(a, true) - view.getUint16(b, true),
  );
  const directory = start + more.length + (more.length % 2);
  view.setUint16(directory, all.length, true);
  for (const [i, at] of all.entries()) bytes.copyWithin(directory + 2 + 12 * i, at, at + 12);
  view.setUint32(4, directory, true);
  return bytes;
}

/** A PNG with chunks put before its end. */
export function withChunks(png: Uint8Array, ...chunks: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const made = chunks.map(([kind, data]) => {
    const body = Buffer.concat([Buffer.from(kind, 'latin1'), data]);
    const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    checksum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, checksum]);
  });
  return new Uint8Array(Buffer.concat([png.subarray(0, -12), ...made, png.subarray(-12)]));
}

/** A GIF with a packet of XMP before its end. */
export function withGifXmp(gif: Uint8Array, xmp: string): Uint8Array {
  const trailer = Uint8Array.from({ length: 258 }, (_, i) => (i === 0 ? 1 : i === 257 ? 0 : 256 - i));
  const parts = [Buffer.of(0x21, 0xff, 11), Buffer.from('XMP DataXMP'), Buffer.from(xmp), trailer];
  return new Uint8Array(Buffer.concat([gif.subarray(0, -1), ...parts, gif.subarray(-1)]));
}

const preprocessor: Preprocessor = {
  imageSize: 16,
  shortestEdge: 16,
  rescale: 1 / 255,
  mean: [0, 0, 0],
  std: [1, 1, 1],
  resample: 3,
};
export const decoder = createDecoder({ preprocessor, pictures: 'none' });

/** What the decoder says, and what it says without decoding. */
export async function dateOf(bytes: Uint8Array) {
  const { metadata } = await decoder.decode(bytes, 'a');
  expect(await decoder.metadata(bytes)).toEqual(metadata);
  return metadata.captured;
}
