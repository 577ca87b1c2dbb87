/** What is read with means that hosts differ in (zlib, XML), in Node and in a browser. */
import { expect, test } from 'vitest';
import { concat } from '../containers/bytes.ts';
import { exifSegment, testJpeg } from '../containers/raw/testing-raw.ts';
import { readMetadata } from './read-metadata.ts';

const text = (value: string) => new TextEncoder().encode(value);
const XMP = text(`<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:CreateDate="2011-11-11T11:11:11"
 xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Make="Canon" tiff:Model="EOS &lt;b&gt;"
 xmlns:exif="http://ns.adobe.com/exif/1.0/"><exif:GPSLatitude>52,30N</exif:GPSLatitude>
<exif:GPSLongitude>13,15.6E</exif:GPSLongitude></rdf:Description></rdf:RDF></x:xmpmeta>`);
const FACTS = {
  captured: { date: '2011-11-11T11:11:11', source: 'xmp' },
  camera: 'Canon EOS <b>',
  place: [52.5, 13.26],
  orientation: 1,
};

/** A PNG of nothing but this chunk and its end; nobody looks at the checksums. */
function pngWith(kind: string, data: Uint8Array): Uint8Array {
  const chunk = (name: string, content: Uint8Array) => {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, content.length);
    return concat([length, text(name), content, new Uint8Array(4)]);
  };
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return concat([signature, chunk(kind, data), chunk('IEND', new Uint8Array())]);
}

async function deflated(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const xmpChunk = (compressed: number, content: Uint8Array) =>
  pngWith('iTXt', concat([text('XML:com.adobe.xmp\0'), Uint8Array.of(compressed, 0, 0, 0), content]));

test('XMP in a text of PNG, as it is and compressed', async () => {
  expect(await readMetadata(xmpChunk(0, XMP))).toEqual(FACTS);
  expect(await readMetadata(xmpChunk(1, await deflated(XMP)))).toEqual(FACTS);
});

test('a compressed text that is damaged, cut off, or becomes very long, says nothing', async () => {
  const nothing = { captured: null, camera: null, place: null, orientation: 1 };
  const whole = await deflated(XMP);
  const long = await deflated(concat([XMP, new Uint8Array(5 * 2 ** 20).fill(0x20)]));
  for (const content of [whole.subarray(0, 40), Uint8Array.from(whole, (byte) => byte ^ 0x55), long]) {
    expect(await readMetadata(xmpChunk(1, content))).toEqual(nothing);
  }
});

test('EXIF in JPEG', async () => {
  expect(await readMetadata(testJpeg(6, 4, 0xc0, exifSegment(6)))).toMatchObject({ orientation: 6, camera: null });
});
