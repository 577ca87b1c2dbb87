/** RAW files put together as they are documented, around pictures that a test gives. For tests. */
import { concat } from '../bytes.ts';

/** A value of a directory: whole numbers, text, bytes, directories below, or where bytes lie that belong to it. */
export type TestValue =
  | { readonly short: number }
  | { readonly long: number }
  | { readonly text: string }
  | { readonly bytes: Uint8Array }
  | { readonly rationals: readonly (readonly [number, number])[] }
  | { readonly directories: readonly TestFields[] }
  | { readonly placeOf: Uint8Array };
export type TestFields = Readonly<Record<number, TestValue>>;

export interface TestTiff {
  readonly magic?: number;
  readonly little?: boolean;
  /** What lies between the header and the first directory. */
  readonly prefix?: Uint8Array;
  /** They follow each other. */
  readonly directories: readonly TestFields[];
}

const TYPES = { bytes: 7, text: 2, short: 3, long: 4, rational: 5 } as const;

/** A file in the order of TIFF. */
export function writeTestTiff({ magic = 42, little = true, prefix = new Uint8Array(), directories }: TestTiff) {
  let bytes = new Uint8Array(8);
  const view = () => new DataView(bytes.buffer);
  const append = (more: Uint8Array) => {
    const start = bytes.length + (bytes.length % 2);
    bytes = concat([bytes, new Uint8Array(start - bytes.length), more]);
    return start;
  };
  const placeValue = (at: number, type: number, count: number, content: Uint8Array) => {
    const place = content.length > 4 ? append(content) : at + 8;
    view().setUint16(at + 2, type, little);
    view().setUint32(at + 4, count, little);
    if (content.length > 4) view().setUint32(at + 8, place, little);
    else bytes.set(content, place);
  };
  const numbers = (values: readonly number[], size: 2 | 4) => {
    const content = new Uint8Array(size * values.length);
    const target = new DataView(content.buffer);
    for (const [i, value] of values.entries()) {
      if (size === 2) target.setUint16(2 * i, value, little);
      else target.setUint32(4 * i, value, little);
    }
    return content;
  };
  const writeValue = (at: number, value: TestValue) => {
    if ('short' in value) placeValue(at, TYPES.short, 1, numbers([value.short], 2));
    else if ('long' in value) placeValue(at, TYPES.long, 1, numbers([value.long], 4));
    else if ('text' in value) {
      const content = new TextEncoder().encode(`${value.text}\0`);
      placeValue(at, TYPES.text, content.length, content);
    } else if ('bytes' in value) placeValue(at, TYPES.bytes, value.bytes.length, value.bytes);
    else if ('rationals' in value) {
      placeValue(at, TYPES.rational, value.rationals.length, numbers(value.rationals.flat(), 4));
    } else if ('placeOf' in value) placeValue(at, TYPES.long, 1, numbers([append(value.placeOf)], 4));
    else {
      const places = value.directories.map((one) => writeDirectory(one));
      placeValue(at, TYPES.long, places.length, numbers(places, 4));
    }
  };
  const writeDirectory = (fields: TestFields): number => {
    const entries = Object.entries(fields).map(([tag, value]) => [Number(tag), value] as const);
    const start = append(new Uint8Array(2 + 12 * entries.length + 4));
    view().setUint16(start, entries.length, little);
    for (const [i, [tag, value]] of entries.sort(([a], [b]) => a - b).entries()) {
      view().setUint16(start + 2 + 12 * i, tag, little);
      writeValue(start + 2 + 12 * i, value);
    }
    return start;
  };
  view().setUint16(0, little ? 0x4949 : 0x4d4d);
  view().setUint16(2, magic, little);
  bytes = concat([bytes, prefix]);
  let link = 4;
  for (const fields of directories) {
    const start = writeDirectory(fields);
    view().setUint32(link, start, little);
    link = start + 2 + 12 * Object.keys(fields).length;
  }
  return bytes;
}

/** The header of a JPEG and nothing of its pixels. @param frame marker of its start of frame */
export function testJpeg(width: number, height: number, frame = 0xc0, ...segments: readonly Uint8Array[]): Uint8Array {
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  const tables = [0xff, 0xdb, 0, 67, 0, ...Array<number>(64).fill(1)];
  const start = [0xff, frame, 0, 11, 8, ...size, 1, 1, 0x11, 0];
  const scan = [0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x2a, 0xff, 0xd9];
  return concat([Uint8Array.of(0xff, 0xd8), ...segments, Uint8Array.from([...tables, ...start, ...scan])]);
}

/** A segment with EXIF that says how the picture is turned. */
export function exifSegment(orientation: number): Uint8Array {
  const exif = concat([
    new TextEncoder().encode('Exif\0\0'),
    writeTestTiff({ directories: [{ 274: { short: orientation } }] }),
  ]);
  return concat([Uint8Array.of(0xff, 0xe1, 0, exif.length + 2), exif]);
}

const SENSOR = { short: 32803 } as const;
/** What no picture is made of: lossless JPEG, as several makers compress the values of a sensor. */
export const LOSSLESS: Uint8Array = testJpeg(9000, 6000, 0xc3);

/** Two pictures in places where a maker puts them, and how the file says that they are turned. */
export interface TestRaw {
  readonly large: Uint8Array;
  readonly small: Uint8Array;
  readonly orientation?: number;
}

const pointed = (jpeg: Uint8Array): TestFields => ({ 513: { placeOf: jpeg }, 514: { long: jpeg.length } });
const strip = (jpeg: Uint8Array, compression: number): TestFields => ({
  259: { short: compression },
  273: { placeOf: jpeg },
  279: { long: jpeg.length },
});
const turned = (orientation = 1): TestFields => ({ 274: { short: orientation } });

export function testDng({ large, small, orientation }: TestRaw): Uint8Array {
  const raw = { ...strip(LOSSLESS, 7), 262: SENSOR };
  return writeTestTiff({
    directories: [
      {
        ...turned(orientation),
        ...strip(small, 7),
        262: { short: 6 },
        330: { directories: [raw, { ...strip(large, 7), 262: { short: 6 } }] },
        50706: { bytes: Uint8Array.of(1, 4, 0, 0) },
      },
    ],
  });
}

export function testCr2({ large, small, orientation }: TestRaw): Uint8Array {
  return writeTestTiff({
    prefix: Uint8Array.of(0x43, 0x52, 2, 0, 0, 0, 0, 0),
    directories: [{ ...turned(orientation), ...strip(large, 6) }, pointed(small), {}, strip(LOSSLESS, 6)],
  });
}

/** @param inNotes whether the larger one is in the notes of the maker */
export function testNef({ large, small, orientation }: TestRaw, inNotes = false): Uint8Array {
  const notes = concat([
    new TextEncoder().encode('Nikon\0'),
    Uint8Array.of(2, 0x10, 0, 0),
    writeTestTiff({ little: false, directories: [{ 17: { directories: [pointed(large)] } }] }),
  ]);
  return writeTestTiff({
    little: false,
    directories: [
      {
        ...turned(orientation),
        330: { directories: [pointed(inNotes ? small : large), { 259: { short: 34713 }, 262: SENSOR }] },
        34665: { directories: [{ 37500: { bytes: notes } }] },
      },
      pointed(small),
    ],
  });
}

export function testArw({ large, small, orientation }: TestRaw): Uint8Array {
  const raw = { 259: { short: 32767 }, 262: SENSOR };
  return writeTestTiff({
    directories: [{ ...turned(orientation), ...pointed(small), 330: { directories: [raw] } }, pointed(large)],
  });
}

export function testRw2({ large, orientation }: TestRaw): Uint8Array {
  return writeTestTiff({ magic: 0x55, directories: [{ ...turned(orientation), 46: { bytes: large } }] });
}

/** @param kind how the notes begin, and so how offsets in them count and where the settings are */
export function testOrf({ large, orientation }: TestRaw, kind: 'new' | 'om' | 'old' = 'new'): Uint8Array {
  const begin = { new: 'OLYMPUS\0II\x03\0', om: 'OM SYSTEM\0\0\0II\x04\0', old: 'OLYMP\0\x01\0' }[kind];
  const header = new TextEncoder().encode(begin);
  const at = (base: number, notes: number) => {
    const settings = notes + 2 + 12 + 4;
    const jpeg = settings + 2 + 2 * 12 + 4;
    const isPointer = kind === 'om';
    const bytes = new Uint8Array(jpeg - base);
    const view = new DataView(bytes.buffer);
    const write = (place: number, values: readonly [number, number, number, number]) => {
      view.setUint16(place, values[0], true);
      view.setUint16(place + 2, values[1], true);
      view.setUint32(place + 4, values[2], true);
      view.setUint32(place + 8, values[3], true);
    };
    view.setUint16(notes - base, 1, true);
    write(notes - base + 2, [0x2020, isPointer ? 13 : 7, isPointer ? 1 : 30, settings]);
    view.setUint16(settings - base, 2, true);
    write(settings - base + 2, [0x0101, 4, 1, jpeg]);
    write(settings - base + 14, [0x0102, 4, 1, large.length]);
    return concat([bytes, large]);
  };
  const write = (notes: Uint8Array) =>
    writeTestTiff({
      magic: 0x4f52,
      directories: [{ ...turned(orientation), 34665: { directories: [{ 37500: { bytes: notes } }] } }],
    });
  const inside = (base: number) => concat([header, at(base, base + header.length)]);
  if (kind !== 'old') return write(concat([header, at(header.length, header.length)]));
  // Offsets count from the beginning of the file: written once to see where the notes come to lie.
  const probe = write(inside(0));
  const place = probe.length - inside(0).length;
  return write(concat([header, at(place + header.length, place + header.length)]));
}

export function testRaf({ large }: Pick<TestRaw, 'large'>): Uint8Array {
  const header = new Uint8Array(148);
  header.set(new TextEncoder().encode('FUJIFILMCCD-RAW 0201'));
  const view = new DataView(header.buffer);
  view.setUint32(84, header.length);
  view.setUint32(88, large.length);
  return concat([header, large, new Uint8Array(1000)]);
}

export function testBox(type: string, ...contents: readonly Uint8Array[]): Uint8Array {
  const content = concat(contents);
  const header = new Uint8Array(8);
  new DataView(header.buffer).setUint32(0, content.length + 8);
  header.set(new TextEncoder().encode(type), 4);
  return concat([header, content]);
}

const fromHex = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const big = (...values: readonly (readonly [number, 2 | 4 | 8])[]) => {
  const bytes = new Uint8Array(values.reduce((sum, [, size]) => sum + size, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [value, size] of values) {
    if (size === 2) view.setUint16(at, value);
    else if (size === 4) view.setUint32(at, value);
    else view.setBigUint64(at, BigInt(value));
    at += size;
  }
  return bytes;
};

/** @param inTrack whether the larger one is a sample of a track, or in the box `PRVW`. @param more Canon's boxes of metadata */
export function testCr3({ large, small, orientation = 1 }: TestRaw, inTrack = true, more: readonly Uint8Array[] = []) {
  const metadata = [
    testBox('CMT1', writeTestTiff({ directories: [turned(orientation)] })),
    testBox('THMB', big([0, 4], [160, 2], [120, 2], [small.length, 4], [1, 2], [0, 2]), small),
  ];
  const uuid = testBox('uuid', fromHex('85c0b687820f11e08111f4ce462b6a48'), ...more, ...metadata);
  const movie = (place: number) => {
    const sizes = testBox('stsz', big([0, 4], [large.length, 4], [1, 4]));
    const places = testBox('co64', big([0, 4], [1, 4], [place, 8]));
    const table = testBox('stbl', testBox('stsd', big([0, 4], [0, 4])), sizes, places);
    return testBox('moov', uuid, testBox('trak', testBox('mdia', testBox('minf', table))));
  };
  const type = testBox('ftyp', new TextEncoder().encode('crx '), big([1, 4]), new TextEncoder().encode('crx isom'));
  const preview = testBox(
    'uuid',
    fromHex('eaf42b5e1c984b88b9fbb7dc406e4d16'),
    big([0, 4], [1, 4]),
    testBox('PRVW', big([0, 4], [1, 2], [1620, 2], [1080, 2], [1, 2], [large.length, 4]), large),
  );
  const start = type.length + movie(0).length;
  if (inTrack) return concat([type, movie(start + 8), testBox('mdat', large)]);
  return concat([type, movie(start + 8), testBox('mdat', LOSSLESS), preview]);
}
