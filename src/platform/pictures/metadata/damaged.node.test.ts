/** Whatever bytes they are given, the readers of dates end, and say a date or nothing. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readDate } from '../../../engine/formats/dates/read-date.ts';
import { exifCamera, exifDates, exifPlace, openExif } from './exif.ts';
import { iptcDate } from './iptc.ts';
import { pngBlocks } from './png.ts';
import { readMetadata } from './read-metadata.ts';
import { makeExif, makeIptc, makeResources, makeXmp, TAGS, withChunks, withGifXmp } from './testing-metadata.node.ts';
import { readXmp, xmpDate } from './xmp.ts';

const LOCAL = '2011-11-11T11:11:11';
const EXIF = makeExif({
  main: { [TAGS.dateTime]: '2011:11:11 11:11:11' },
  exif: { [TAGS.original]: '2011:11:11 11:11:11', [TAGS.offsetOriginal]: '+05:30' },
  gps: {
    [TAGS.gpsDate]: '2011:11:11',
    [TAGS.gpsTime]: [
      [11, 1],
      [11, 1],
      [11, 1],
    ],
  },
});
const XMP = makeXmp({ 'xmp:CreateDate': LOCAL }, `<exif:DateTimeOriginal>${LOCAL}</exif:DateTimeOriginal>`);
const IPTC = makeIptc({ 55: '20111111', 60: '111111+0000' });
const PNG = withChunks(
  Buffer.from('89504e470d0a1a0a0000000049454e44ae426082', 'hex'),
  ['eXIf', EXIF],
  ['iTXt', Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\0\0\0\0'), Buffer.from(XMP)])],
  ['tIME', Buffer.of(0x07, 0xdb, 11, 11, 11, 11, 11)],
);
const GIF = withGifXmp(Buffer.from('474946383961010001000000003b', 'hex'), XMP);

const same = (date: string) => expect(readDate(date)).toBe(date);
type Dates = readonly string[] | Promise<readonly string[]>;
const exifOf = (bytes: Uint8Array) => {
  const exif = openExif(bytes);
  if (exif) expect([typeof exifCamera(exif), typeof exifPlace(exif)]).not.toContain('number');
  return exif ? exifDates(exif) : [];
};
const xmpOf = (text: string | Uint8Array) => xmpDate(readXmp(Buffer.from(text)));
const whole = async (bytes: Uint8Array) => [(await readMetadata(bytes)).captured?.date ?? []].flat();
const READERS: readonly [string, Uint8Array, (bytes: Uint8Array) => Dates][] = [
  ['EXIF', EXIF, (bytes) => exifOf(bytes).map(({ date }) => date)],
  ['XMP', Buffer.from(XMP), (bytes) => [xmpOf(bytes) ?? []].flat()],
  ['IPTC', IPTC, (bytes) => [iptcDate(bytes) ?? []].flat()],
  ['image resources', makeResources(IPTC), (bytes) => [iptcDate(bytes) ?? []].flat()],
  ['PNG', PNG, async (bytes) => [...(await whole(bytes)), (await pngBlocks(bytes)).time ?? []].flat()],
  ['GIF', GIF, whole],
];

test.each(READERS)('%s', async (_name, file, read) => {
  expect((await read(file)).length).toBeGreaterThan(0);
  const changes = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(changes, fc.nat(file.length), async (list, length) => {
      const bytes = Uint8Array.from(file);
      for (const [at, byte] of list) bytes[at] = byte;
      for (const one of [bytes, bytes.subarray(0, length), bytes.subarray(length)]) (await read(one)).map(same);
    }),
    { numRuns: 500 },
  );
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => void (await read(bytes)).map(same)),
  );
});

test('XMP of random pieces', () => {
  const piece = fc.constantFrom(
    ...['<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">', '<rdf:Description>', '</rdf:Description>'],
    ...[
      '<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreateDate="2011-11-11">',
      '</rdf:RDF>',
      '<a',
      '>',
    ],
    ...['<!DOCTYPE a [<!ENTITY b "c">]>', '&b;', '&#x0;', '<![CDATA[', ']]>', '<!--', '-->', '<?', '?>', '\0', LOCAL],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const date = xmpOf(Buffer.from(pieces.join('')));
      if (date !== undefined) same(date);
    }),
    { numRuns: 1000 },
  );
});

test('XMP in UTF-16; one that ends early; one that is nested without end', () => {
  const utf16 = Buffer.from(XMP, 'utf16le');
  expect(xmpOf(utf16)).toBe(LOCAL);
  expect(xmpOf(Buffer.from(utf16).swap16())).toBe(LOCAL);
  expect(xmpOf(Buffer.from(XMP.slice(0, XMP.indexOf('</rdf:RDF>'))))).toBe(LOCAL);
  const deep = makeXmp({}, '<a xmlns:b="c">'.repeat(200_000));
  expect(xmpOf(Buffer.from(deep))).toBeUndefined();
  expect(xmpOf(Buffer.from(makeXmp({ 'xmp:CreateDate': LOCAL, 'xmp:Label': 'x'.repeat(2 ** 22) })))).toBeUndefined();
});

test('a directory of EXIF that points to itself', () => {
  const bytes = Uint8Array.from(EXIF);
  const view = new DataView(bytes.buffer);
  const at = bytes.findIndex((_, i) => i % 2 === 0 && i + 12 <= bytes.length && view.getUint16(i, true) === 0x8769);
  view.setUint32(at + 8, view.getUint32(4, true), true);
  expect(exifOf(bytes).map(({ source }) => source)).toEqual(['exif-gps', 'exif-modified']);
});
