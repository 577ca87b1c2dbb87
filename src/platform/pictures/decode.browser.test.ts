import { expect, test } from 'vitest';
import { drawSvg } from '../../client/draw-svg.ts';
import { concat } from './containers/bytes.ts';
import { crc32 } from './containers/crc32.ts';
import {
  exifSegment,
  LOSSLESS,
  testArw,
  testCr2,
  testCr3,
  testDng,
  testJpeg,
  testNef,
  testOrf,
  testRaf,
  testRw2,
} from './containers/raw/testing-raw.ts';
import { NO_PREVIEW } from './containers/raw-preview.ts';
import { writeBmp } from './containers/testing-bmp.ts';
import { colourAt, createTestDecoder, expectNear, QUARTERS } from './decoding/testing-decoder.browser.ts';

const { decoder, refusal } = createTestDecoder(drawSvg);

const urls = import.meta.glob<string>('./fixtures/**/*.{jpg,png,gif,webp,avif,heic,tif}', {
  query: '?url',
  import: 'default',
  eager: true,
});

async function fixture(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await fetch(urls[`./fixtures/${path}`] ?? '')).arrayBuffer());
}

const decode = async (path: string) => decoder.decode(await fixture(path), false);

test.each([
  'jpg/whole.jpg',
  'jpg/no-end-marker.jpg',
  'jpg/no-end-marker-zeros-behind.jpg',
  'png/no-end-chunk.png',
  'png/p3-16.png',
  'png/prophoto-8.png',
  'png/reference.png',
  'heic/quarters.heic',
  'heic/quarters-p3.heic',
])('%s is read, in its colours', async (path) => {
  const picture = await decode(path);
  const isQuarters = !path.startsWith('jpg');
  if (isQuarters) for (const [x, y, rgb] of QUARTERS) expectNear(colourAt(picture, x, y), rgb);
  expect(picture.thumbnail.width).toBe(picture.width);
  expect(picture.thumbnail.extension).toBe(path.startsWith('png') ? 'webp' : 'jpg');
});

test.each(['jpg/cut-at-60-percent.jpg', 'jpg/cut-at-30-percent-progressive.jpg'])('%s is refused', async (path) => {
  expect(await refusal(await fixture(path))).toContain('damaged');
});

test('what is cut off, empty, no picture or too large is refused with a sentence', async () => {
  const png = await fixture('png/reference.png');
  expect(await refusal(new Uint8Array())).toBe('The file is empty.');
  expect(await refusal(png.subarray(0, png.length - 40))).toMatch(/damaged: it ends in the middle/);
  expect(await refusal(new TextEncoder().encode('a text'))).toBe('It is not a picture in a format that can be read.');
  expect(await refusal(new TextEncoder().encode('<html><svg></svg></html>'))).toContain('not a picture');
  const huge = Uint8Array.from(png);
  new DataView(huge.buffer).setUint32(16, 30_000);
  new DataView(huge.buffer).setUint32(20, 30_000);
  expect(await refusal(huge)).toMatch(/damaged: the checksum of its IHDR chunk is wrong/);
  new DataView(huge.buffer).setUint32(29, crc32(huge.subarray(12, 29)));
  expect(await refusal(huge)).toBe('The picture has more than 268 megapixels, the most that is read.');
  expect(await refusal(await fixture('tif/lab-8.tif'))).toContain('TIFF');
});

/** Which quarter is seen where, by orientation (EXIF 2.32, 4.6.4). */
const TURNED = [
  [0, 1, 2, 3],
  [1, 0, 3, 2],
  [3, 2, 1, 0],
  [2, 3, 0, 1],
  [0, 2, 1, 3],
  [2, 0, 3, 1],
  [3, 1, 2, 0],
  [1, 3, 0, 2],
] as const;

/** The quarters as a JPEG, 96 × 64, with these bytes behind its beginning. */
async function quartersJpeg(...segments: readonly Uint8Array[]): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(96, 64);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  for (const [i, [, , rgb]] of QUARTERS.entries()) {
    context.fillStyle = `rgb(${rgb.join()})`;
    context.fillRect(48 * (i % 2), i < 2 ? 0 : 32, 48, 32);
  }
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
  const jpeg = new Uint8Array(await blob.arrayBuffer());
  return concat([jpeg.subarray(0, 2), ...segments, jpeg.subarray(2)]);
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'orientation %i, in JPEG and in RAW files that say it for their JPEG',
  async (n) => {
    const jpeg = await quartersJpeg(exifSegment(n));
    const plain = await quartersJpeg();
    const small = testJpeg(16, 12);
    const files = {
      jpeg,
      'a RAW file whose JPEG says it': testRaf({ large: jpeg }),
      'a RAW file that says it itself': testNef({ large: plain, small, orientation: n }),
      'both say it': testCr2({ large: jpeg, small, orientation: n }),
    };
    for (const [name, bytes] of Object.entries(files)) {
      const picture = await decoder.decode(bytes, false);
      expect([picture.width, picture.height], name).toEqual(n > 4 ? [64, 96] : [96, 64]);
      for (const [i, [x, y]] of QUARTERS.entries()) {
        expectNear(colourAt(picture, x, y), QUARTERS[TURNED[n - 1]?.[i] ?? 0]?.[2] ?? [], 25);
      }
    }
  },
);

test('a bitmap of Windows is read; one that is cut off is refused', async () => {
  const at = (x: number, y: number) => QUARTERS[(x < 20 ? 0 : 1) + (y < 10 ? 0 : 2)]?.[2] ?? ([0, 0, 0] as const);
  for (const kind of [{}, { isTopDown: true }, { isCore: true }]) {
    const bmp = writeBmp({ width: 40, height: 20, ...kind, at });
    const picture = await decoder.decode(bmp, false);
    expect([picture.width, picture.height]).toEqual([40, 20]);
    for (const [x, y, rgb] of QUARTERS) expectNear(colourAt(picture, x, y), rgb);
    expect(await refusal(bmp.subarray(0, -200))).toBe('The picture is damaged: 200 bytes are missing at its end.');
  }
  const large = writeBmp({ width: 40, height: 20, at });
  new DataView(large.buffer).setInt32(18, 30_000, true);
  new DataView(large.buffer).setInt32(22, -30_000, true);
  expect(await refusal(large)).toMatch(/268 megapixels/);
});

test('of RAW files what is wrong with the JPEG in them is said', async () => {
  const jpeg = await fixture('jpg/whole.jpg');
  const small = testJpeg(16, 12);
  const makers = [testDng, testCr2, testCr3, testNef, testArw] as const;
  for (const make of makers) {
    const { width, height } = await decoder.decode(make({ large: jpeg, small }), false);
    expect(Math.min(width, height)).toBeGreaterThan(16);
    const zeroed = Uint8Array.from(jpeg).fill(0, jpeg.length / 2);
    expect(await refusal(make({ large: zeroed, small }))).toMatch(/^The picture is damaged/);
    expect(await refusal(make({ large: testJpeg(30_000, 30_000), small }))).toMatch(/268 megapixels/);
    expect(await refusal(make({ large: LOSSLESS, small: LOSSLESS }))).toBe(NO_PREVIEW);
  }
  for (const make of [testRaf, testRw2, testOrf]) {
    const zeroed = Uint8Array.from(jpeg).fill(0, jpeg.length / 2);
    expect(await refusal(make({ large: zeroed, small }))).toMatch(/^The picture is damaged/);
    expect(await refusal(make({ large: LOSSLESS, small }))).toBe(NO_PREVIEW);
  }
});

test('of an animation that begins with nothing, a frame that shows something; a drawing in white is seen', async () => {
  for (const path of ['first-frame-black.gif', 'first-frame-clear.webp', 'sequence.avif', 'png/white-on-clear.png']) {
    const { rgb } = (await decode(path)).pixels;
    expect(Math.max(...rgb) - Math.min(...rgb), path).toBeGreaterThan(60);
  }
});

/** A WebP that says by EXIF how it is turned. */
async function turnedWebp(orientation: number): Promise<Uint8Array> {
  const canvas = new OffscreenCanvas(40, 20);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.fillStyle = 'rgb(0 0 255)';
  context.fillRect(0, 0, 40, 20);
  context.fillStyle = 'rgb(255 0 0)';
  context.fillRect(0, 0, 20, 20);
  const blob = await canvas.convertToBlob({ type: 'image/webp', quality: 0.9 });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  const size = (n: number) => [n & 255, (n >> 8) & 255, 0, 0];
  const ascii = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
  const extended = [...ascii('VP8X'), ...size(10), 0x08, 0, 0, 0, 39, 0, 0, 19, 0, 0];
  const exif = [...ascii('EXIF'), ...size(tiff.length), ...tiff];
  const picture = [...bytes.subarray(bytes.length > 30 && bytes[15] === 0x58 ? 30 : 12)];
  const content = [...ascii('WEBP'), ...extended, ...picture, ...exif];
  return Uint8Array.from([...ascii('RIFF'), ...size(content.length), ...content]);
}

test.each([
  [1, [0.2, 0.5], 40],
  [3, [0.8, 0.5], 40],
  [6, [0.5, 0.2], 20],
  [8, [0.5, 0.8], 20],
] as const)('a WebP whose EXIF says orientation %i is turned', async (orientation, [x, y], width) => {
  const picture = await decoder.decode(await turnedWebp(orientation), false);
  expect(picture.width).toBe(width);
  expectNear(colourAt(picture, x, y), [255, 0, 0], 60);
  expectNear(colourAt(picture, 1 - x, 1 - y), [0, 0, 255], 60);
});

test('of an SVG nothing is executed and nothing fetched, and it is drawn', async () => {
  const leak = `${location.origin}/leak-${crypto.randomUUID()}.png`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" onload="parent.hacked=1;top.hacked=1">
    <script>window.hacked = 1; fetch('${leak}')</script>
    <style>@import url('${leak}');</style>
    <image href="${leak}" width="40" height="20"/>
    <rect width="20" height="20" fill="red"/></svg>`;
  const picture = await decoder.decode(new TextEncoder().encode(svg), true);
  expect([picture.width, picture.height]).toEqual([40, 20]);
  expectNear(colourAt(picture, 0.2, 0.5), [255, 0, 0]);
  expectNear(colourAt(picture, 0.8, 0.5), [255, 255, 255]);
  expect('hacked' in globalThis).toBe(false);
  expect(performance.getEntriesByName(leak)).toEqual([]);
  const page = `<foreignObject width="9" height="9"><p xmlns="http://www.w3.org/1999/xhtml">a page</p></foreignObject>`;
  expect(await refusal(new TextEncoder().encode(svg.replace('<rect', `${page}<rect`)))).toContain(
    'parts of a web page',
  );
});

test('a drawing of a few lines that would be drawn as millions of elements is refused at once', async () => {
  const groups = Array.from({ length: 9 }, (_, i) => `<g id="g${i + 1}">${`<use href="#g${i}"/>`.repeat(10)}</g>`);
  const drawing = (uses: number) =>
    `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><defs><rect id="g0" width="9" height="9"/>
      ${groups.slice(0, uses).join('')}</defs><use href="#g${uses}"/></svg>`;
  expect(await refusal(new TextEncoder().encode(drawing(9)))).toMatch(/repeats its parts too often/);
  expect(await refusal(new TextEncoder().encode(drawing(2)))).toBe('read');
});
