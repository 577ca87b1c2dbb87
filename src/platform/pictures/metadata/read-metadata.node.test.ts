import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import type { DateSource } from '../../../engine/collection/types.ts';
import {
  dateOf,
  decoder,
  type ExifContent,
  makeExif,
  makeIptc,
  makeResources,
  makeXmp,
  TAGS,
  withChunks,
  withFields,
  withGifXmp,
  withSegment,
} from './testing-metadata.node.ts';

const LOCAL = '2011-11-11T11:11:11';
const EXIF_TIME = '2011:11:11 11:11:11';
const OTHER = '2001-01-01T01:01:01';
const GPS_TIME = [
  [11, 1],
  [11, 1],
  [1111, 100],
] as const;
const GPS = { [TAGS.gpsDate]: '2011:11:11', [TAGS.gpsTime]: GPS_TIME };
const bad = ['0000:00:00 00:00:00', '    :  :     :  :  ', '2011:02:30 25:61:00', '2011:00:11 11:11:11', ''];

const plain = () => sharp({ create: { width: 20, height: 16, channels: 3, background: '#c33' } });

let jpeg: Uint8Array;
let png: Uint8Array;
let gif: Uint8Array;
beforeAll(async () => {
  jpeg = await plain().jpeg().toBuffer();
  png = await plain().png().toBuffer();
  gif = await plain().gif().toBuffer();
});

const withExif = (content: ExifContent, little = true) =>
  withSegment(jpeg, 0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), makeExif(content, little)]));
const xmpBlock = (xmp: string) => Buffer.concat([Buffer.from('http://ns.adobe.com/xap/1.0/\0'), Buffer.from(xmp)]);
const withXmp = (xmp: string) => withSegment(jpeg, 0xe1, xmpBlock(xmp));
const withIptc = (datasets: Record<number, string>) => withSegment(jpeg, 0xed, makeResources(makeIptc(datasets)));
const original = (text: string, offset?: string): ExifContent => ({
  exif: { [TAGS.original]: text, ...(offset !== undefined && { [TAGS.offsetOriginal]: offset }) },
});

describe('EXIF', () => {
  test.each<[string, ExifContent, string, DateSource]>([
    ['taken', original(EXIF_TIME), LOCAL, 'exif-original'],
    ['digitised alone', { exif: { [TAGS.digitised]: EXIF_TIME } }, LOCAL, 'exif-digitised'],
    ['changed alone', { main: { [TAGS.dateTime]: EXIF_TIME } }, LOCAL, 'exif-modified'],
    ['by GPS alone', { gps: GPS }, `${LOCAL}Z`, 'exif-gps'],
    ['by GPS, a day', { gps: { [TAGS.gpsDate]: '2011:11:11' } }, '2011-11-11T00:00:00Z', 'exif-gps'],
    ['in the first directory, as in TIFF/EP', { main: { [TAGS.original]: EXIF_TIME } }, LOCAL, 'exif-original'],
    [
      'digitised, with an offset of its own',
      { exif: { [TAGS.digitised]: EXIF_TIME, [TAGS.offsetDigitised]: '-03:00', [TAGS.offsetOriginal]: '+09:00' } },
      `${LOCAL}-03:00`,
      'exif-digitised',
    ],
    [
      'changed, with an offset of its own',
      { main: { [TAGS.dateTime]: EXIF_TIME }, exif: { [TAGS.offset]: '+01:00', [TAGS.offsetOriginal]: '+09:00' } },
      `${LOCAL}+01:00`,
      'exif-modified',
    ],
    [
      'taken before all others',
      {
        main: { [TAGS.dateTime]: '2003:03:03 03:03:03' },
        exif: { [TAGS.original]: EXIF_TIME, [TAGS.digitised]: '2002:02:02 02:02:02' },
        gps: { ...GPS, [TAGS.gpsDate]: '2010:10:10' },
      },
      LOCAL,
      'exif-original',
    ],
    [
      'digitised before GPS',
      { main: { [TAGS.dateTime]: '2003:03:03 03:03:03' }, exif: { [TAGS.digitised]: EXIF_TIME }, gps: GPS },
      LOCAL,
      'exif-digitised',
    ],
    ['GPS before changed', { main: { [TAGS.dateTime]: '2003:03:03 03:03:03' }, gps: GPS }, `${LOCAL}Z`, 'exif-gps'],
    ['an old print', original('1865:04:10 12:00:00'), '1865-04-10T12:00:00', 'exif-original'],
    ['1839', original('1839:08:19 12:00:00'), '1839-08-19T12:00:00', 'exif-original'],
    ['to come', original('2099:01:01 00:00:00'), '2099-01-01T00:00:00', 'exif-original'],
    ['a day', original('2011:11:11'), '2011-11-11T00:00:00', 'exif-original'],
    ['no seconds', original('2011:11:11 11:11'), '2011-11-11T11:11:00', 'exif-original'],
    ['a fraction, left out', original('2011:11:11 11:11:11.25'), LOCAL, 'exif-original'],
    ['a zone behind the seconds', original('2011:11:11 11:11:11+02:00', '+09:00'), `${LOCAL}+02:00`, 'exif-original'],
  ])('%s', async (_name, content, date, source) => {
    expect(await dateOf(withExif(content))).toEqual({ date, source });
    expect(await dateOf(withExif(content, false))).toEqual({ date, source });
  });

  test.each(['2011-11-11 11:11:11', '2011-11-11T11:11:11', '2011/11/11 11:11:11'])('taken %s', async (text) => {
    expect(await dateOf(withExif(original(text)))).toEqual({ date: LOCAL, source: 'exif-original' });
  });

  test.each([
    ['+05:30', '+05:30'],
    ['Z', 'Z'],
    ['+0530', '+05:30'],
    ['+5:30', '+05:30'],
    ['+14:00', '+14:00'],
    ['-00:00', '-00:00'],
    ['+25:00', ''],
    ['   :  ', ''],
    ['somewhere', ''],
  ])('the offset %j', async (offset, zone) => {
    expect((await dateOf(withExif(original(EXIF_TIME, offset))))?.date).toBe(LOCAL + zone);
  });

  test.each([...bad, '2011:11:11 24:11:11', '0001:01:01 01:01:01', '2011:11:11 11:11:60', 'Nov 31, 2011'])(
    '%j is no date, and the next one counts',
    async (text) => {
      expect(await dateOf(withExif(original(text)))).toBeNull();
      const both = { exif: { [TAGS.original]: text, [TAGS.digitised]: EXIF_TIME } };
      expect(await dateOf(withExif(both))).toEqual({ date: LOCAL, source: 'exif-digitised' });
    },
  );

  test.each<[string, ExifContent['gps']]>([
    ['a 25th hour', { ...GPS, [TAGS.gpsTime]: [[25, 1] as const, [0, 1] as const, [0, 1] as const] }],
    ['nothing above nothing', { ...GPS, [TAGS.gpsTime]: [[0, 0] as const, [0, 0] as const, [0, 0] as const] }],
    ['zeros', { ...GPS, [TAGS.gpsDate]: '0000:00:00' }],
    ['a time alone', { [TAGS.gpsTime]: GPS_TIME }],
  ])('GPS with %s has no date', async (_name, gps) => expect(await dateOf(withExif({ gps: gps ?? {} }))).toBeNull());

  test('of PNG, WebP, AVIF and TIFF', async () => {
    const exif = { IFD0: { DateTime: EXIF_TIME }, IFD2: { DateTimeOriginal: EXIF_TIME } };
    for (const format of ['png', 'webp', 'avif'] as const) {
      const bytes = await plain().withExif(exif).toFormat(format).toBuffer();
      expect(await dateOf(bytes), format).toEqual({ date: LOCAL, source: 'exif-original' });
    }
    const tiff = await plain().tiff().toBuffer();
    expect(await dateOf(tiff)).toBeNull();
    const taken = { main: { [TAGS.dateTime]: '2003:03:03 03:03:03' }, ...original(EXIF_TIME, '+05:30') };
    expect(await dateOf(withFields(tiff, taken))).toEqual({ date: `${LOCAL}+05:30`, source: 'exif-original' });
    expect((await dateOf(withFields(tiff, { main: taken.main })))?.source).toBe('exif-modified');
  });
});

describe('XMP', () => {
  const inElement = (name: string, text: string) => makeXmp({}, `<${name}>${text}</${name}>`);

  test.each([
    ['xmp:CreateDate', LOCAL],
    ['photoshop:DateCreated', LOCAL],
    ['exif:DateTimeOriginal', LOCAL],
    ['exif:DateTimeDigitized', LOCAL],
  ])('%s, as an attribute and as an element', async (name, date) => {
    expect(await dateOf(withXmp(makeXmp({ [name]: LOCAL })))).toEqual({ date, source: 'xmp' });
    expect(await dateOf(withXmp(inElement(name, `\n ${LOCAL} `)))).toEqual({ date, source: 'xmp' });
    expect(await dateOf(withXmp(inElement(name, `<![CDATA[${LOCAL}]]>`)))).toEqual({ date, source: 'xmp' });
  });

  test.each([
    ['2011-11-11T11:11:11Z', `${LOCAL}Z`],
    ['2011-11-11T11:11:11.25+05:30', `${LOCAL}+05:30`],
    ['2011-11-11T11:11+05:30', '2011-11-11T11:11:00+05:30'],
    ['2011-11-11', '2011-11-11T00:00:00'],
    ['2011-11', '2011-11-01T00:00:00'],
    ['2011', '2011-01-01T00:00:00'],
    ['2011-11-11T11:11:11+25:00', LOCAL],
    ['2011-11-11T11&#58;11:11', LOCAL],
  ])('%s', async (text, date) => {
    expect((await dateOf(withXmp(makeXmp({ 'photoshop:DateCreated': text }))))?.date).toBe(date);
  });

  test('by the namespace, whatever its prefix', async () => {
    const old = makeXmp({ 'xap:CreateDate': LOCAL }).replace('xmlns:xmp=', 'xmlns:xap=');
    expect((await dateOf(withXmp(old)))?.date).toBe(LOCAL);
    const others = makeXmp({ 'xmp:CreateDate': LOCAL }).replace(
      'http://ns.adobe.com/xap/1.0/',
      'https://other.example/',
    );
    expect(await dateOf(withXmp(others))).toBeNull();
  });

  test('in its order; what is no date is passed over', async () => {
    const all = { 'exif:DateTimeOriginal': OTHER, 'photoshop:DateCreated': OTHER, 'xmp:CreateDate': LOCAL };
    expect((await dateOf(withXmp(makeXmp(all))))?.date).toBe(LOCAL);
    const wrong = { ...all, 'xmp:CreateDate': '2011-02-30', 'photoshop:DateCreated': LOCAL };
    expect((await dateOf(withXmp(makeXmp(wrong))))?.date).toBe(LOCAL);
    expect(await dateOf(withXmp(makeXmp({ 'xmp:CreateDate': '2011-02-30T11:11:11' })))).toBeNull();
    expect(await dateOf(withXmp(makeXmp({ 'xmp:ModifyDate': LOCAL })))).toBeNull();
  });

  test('not of the pictures that it was made from', async () => {
    const pantry = `<xmp:Pantry><rdf:Bag><rdf:li><rdf:Description xmp:CreateDate="${OTHER}"/></rdf:li></rdf:Bag></xmp:Pantry>`;
    expect(await dateOf(withXmp(makeXmp({}, pantry)))).toBeNull();
    const whole = `<xmp:Pantry><rdf:RDF><rdf:Description xmp:CreateDate="${OTHER}"/></rdf:RDF></xmp:Pantry>`;
    expect(await dateOf(withXmp(makeXmp({}, whole)))).toBeNull();
    expect((await dateOf(withXmp(makeXmp({ 'exif:DateTimeOriginal': LOCAL }, pantry))))?.date).toBe(LOCAL);
  });

  test('of PNG, WebP, AVIF, TIFF and GIF', async () => {
    const xmp = makeXmp({ 'xmp:CreateDate': LOCAL });
    for (const format of ['png', 'webp', 'avif', 'tiff'] as const) {
      const bytes = await plain().withXmp(xmp).toFormat(format).toBuffer();
      expect(await dateOf(bytes), format).toEqual({ date: LOCAL, source: 'xmp' });
    }
    expect(await dateOf(withGifXmp(gif, xmp))).toEqual({ date: LOCAL, source: 'xmp' });
    expect(await dateOf(gif)).toBeNull();
  });
});

describe('IPTC', () => {
  test.each<[string, Record<number, string>, string | undefined]>([
    ['day and time with a zone', { 55: '20111111', 60: '111111+0000' }, `${LOCAL}+00:00`],
    ['day and time', { 55: '20111111', 60: '111111' }, LOCAL],
    ['day', { 55: '20111111' }, '2011-11-11T00:00:00'],
    ['an offset that cannot be', { 55: '20111111', 60: '111111+2500' }, LOCAL],
    ['made before digitised', { 55: '20111111', 62: '20010101' }, '2011-11-11T00:00:00'],
    ['digitised', { 62: '20111111', 63: '111111-0300' }, `${LOCAL}-03:00`],
    ['no day', { 55: '20111100', 60: '111111+0000' }, undefined],
    ['zeros, digitised', { 55: '00000000', 62: '20111111' }, '2011-11-11T00:00:00'],
    ['hour 25', { 55: '20111111', 60: '251111+0000' }, undefined],
    ['a time alone', { 60: '111111+0000' }, undefined],
  ])('%s', async (_name, datasets, date) => {
    expect(await dateOf(withIptc(datasets))).toEqual(date === undefined ? null : { date, source: 'iptc' });
  });
});

describe('PNG', () => {
  const text = (keyword: string, value: string) => Buffer.from(`${keyword}\0${value}`, 'latin1');
  const TIME = Buffer.of(0x07, 0xdb, 11, 11, 11, 11, 11);

  test.each([
    ['Fri, 11 Nov 2011 11:11:11 +0000', `${LOCAL}+00:00`],
    ['11 Nov 2011 11:11:11 GMT', `${LOCAL}Z`],
    ['2011:11:11 11:11:11', LOCAL],
    ['2011-11-11T11:11:11+01:00', `${LOCAL}+01:00`],
  ])('Creation Time %s', async (value, date) => {
    const zip = Buffer.concat([Buffer.from('Creation Time\0\0', 'latin1'), deflateSync(value)]);
    const international = Buffer.concat([Buffer.from('Creation Time\0\0\0en\0\0', 'latin1'), Buffer.from(value)]);
    for (const chunk of [
      ['tEXt', text('Creation Time', value)],
      ['zTXt', zip],
      ['iTXt', international],
    ] as const) {
      expect(await dateOf(withChunks(png, chunk)), chunk[0]).toEqual({ date, source: 'png-text' });
    }
  });

  test('tIME comes last, in UTC', async () => {
    expect(await dateOf(withChunks(png, ['tIME', TIME]))).toEqual({ date: `${LOCAL}Z`, source: 'png-time' });
    const both = withChunks(png, ['tIME', TIME], ['tEXt', text('Creation Time', OTHER)]);
    expect(await dateOf(both)).toEqual({ date: OTHER, source: 'png-text' });
    for (const wrong of [
      Buffer.alloc(7),
      Buffer.of(0x07, 0xdb, 2, 30, 1, 1, 1),
      Buffer.of(0x07, 0xdb, 11, 11, 11, 11, 60),
    ]) {
      expect(await dateOf(withChunks(png, ['tIME', wrong]))).toBeNull();
    }
  });

  test('EXIF, XMP and IPTC as ImageMagick puts them into texts', async () => {
    const profile = (kind: string, bytes: Uint8Array) => {
      const digits = Buffer.from(bytes).toString('hex').replace(/.{72}/g, '$&\n');
      const content = deflateSync(`\n${kind}\n${String(bytes.length).padStart(8)}\n${digits}\n`);
      return ['zTXt', Buffer.concat([Buffer.from(`Raw profile type ${kind}\0\0`), content])] as const;
    };
    const prefixed = Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), makeExif(original(EXIF_TIME))]);
    const xmp = Buffer.from(makeXmp({ 'xmp:CreateDate': LOCAL }));
    const iptc = makeResources(makeIptc({ 55: '20111111' }));
    expect((await dateOf(withChunks(png, profile('exif', prefixed))))?.source).toBe('exif-original');
    expect((await dateOf(withChunks(png, profile('APP1', prefixed))))?.source).toBe('exif-original');
    expect((await dateOf(withChunks(png, profile('xmp', xmp))))?.source).toBe('xmp');
    expect((await dateOf(withChunks(png, profile('iptc', iptc))))?.source).toBe('iptc');
  });

  test('a little that inflates to very much is not read', async () => {
    const bomb = Buffer.concat([Buffer.from('Creation Time\0\0', 'latin1'), deflateSync(Buffer.alloc(2 ** 23, 32))]);
    expect(await dateOf(withChunks(png, ['zTXt', bomb], ['tIME', TIME]))).toMatchObject({ source: 'png-time' });
  });
});

test('EXIF counts before XMP, XMP before IPTC', async () => {
  const xmp = xmpBlock(makeXmp({ 'xmp:CreateDate': OTHER }));
  const iptc = makeResources(makeIptc({ 55: '20020202' }));
  const all = withSegment(withSegment(withExif({ main: { [TAGS.dateTime]: EXIF_TIME } }), 0xe1, xmp), 0xed, iptc);
  expect(await dateOf(all)).toEqual({ date: LOCAL, source: 'exif-modified' });
  const two = withSegment(withSegment(jpeg, 0xe1, xmp), 0xed, iptc);
  expect(await dateOf(two)).toEqual({ date: OTHER, source: 'xmp' });
  const late = withSegment(withSegment(withExif(original('0000:00:00 00:00:00')), 0xe1, xmp), 0xed, iptc);
  expect(await dateOf(late)).toEqual({ date: OTHER, source: 'xmp' });
});

test('what is no picture has no date', async () => {
  const nothing = { captured: null, camera: null, place: null };
  expect(await decoder.metadata(Buffer.from('nothing'))).toEqual(nothing);
  expect(await decoder.metadata(new Uint8Array())).toEqual(nothing);
});
