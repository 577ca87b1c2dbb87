import { expect, test } from 'vitest';
import { drawSvg } from '../../../client/draw-svg.ts';
import type { DecodedPicture } from '../../../indexing/ports.ts';
import { createBrowserDecoder } from '../decode.browser.ts';
import { colourAt, createTestDecoder, expectNear, QUARTERS, SIDE } from './testing-decoder.browser.ts';

const { decoder, refusal } = createTestDecoder(drawSvg);

/** Quarters in a JPEG that says by EXIF how it is turned. */
async function largeJpeg(width: number, height: number, orientation: number): Promise<Uint8Array<ArrayBuffer>> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  for (const [x, y, rgb] of QUARTERS) {
    context.fillStyle = `rgb(${rgb.join(' ')})`;
    context.fillRect(x < 0.5 ? 0 : width / 2, y < 0.5 ? 0 : height / 2, width / 2, height / 2);
  }
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const tiff = [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
  const head = [0xff, 0xd8, 0xff, 0xe1, 0, exif.length + 2, ...exif];
  const result = new Uint8Array(head.length + bytes.length - 2);
  result.set(head);
  result.set(bytes.subarray(2), head.length);
  return result;
}

/** What `work` decodes in part, by `ImageDecoder`. */
async function decodedInPart(work: () => Promise<unknown>): Promise<number> {
  const own = globalThis.ImageDecoder;
  let count = 0;
  globalThis.ImageDecoder = class extends own {
    constructor(options: ImageDecoderInit) {
      super(options);
      if ('desiredWidth' in options) count++;
    }
  };
  await work().finally(() => {
    globalThis.ImageDecoder = own;
  });
  return count;
}

test.each([
  [1, [0, 1, 2, 3]],
  [3, [3, 2, 1, 0]],
  [6, [2, 0, 3, 1]],
  [8, [1, 3, 0, 2]],
] as const)(
  'a large photograph with orientation %i is decoded in part, upright, with its own size',
  async (orientation, order) => {
    const bytes = await largeJpeg(3001, 2001, orientation);
    let picture: DecodedPicture | undefined;
    const parts = await decodedInPart(async () => {
      picture = await decoder.decode(bytes, true);
    });
    expect(parts).toBe(1);
    const isTurned = orientation > 4;
    expect([picture?.width, picture?.height]).toEqual(isTurned ? [2001, 3001] : [3001, 2001]);
    expect(picture?.thumbnail).toMatchObject(isTurned ? { width: 213, height: 320 } : { width: 320, height: 213 });
    expect(picture?.preview).toMatchObject(isTurned ? { height: 1024 } : { width: 1024 });
    for (const [place, quarter] of order.entries()) {
      const [x, y] = QUARTERS[place] as (typeof QUARTERS)[number]; // there are four
      const [, , rgb] = QUARTERS[quarter] as (typeof QUARTERS)[number];
      expectNear(colourAt(picture as DecodedPicture, x, y), rgb);
    }
  },
);

test('what is not large, a strip, or cut off, is decoded as a whole', async () => {
  const files = [await largeJpeg(1800, 1200, 1), await largeJpeg(4000, 300, 1)];
  for (const bytes of files) expect(await decodedInPart(() => decoder.decode(bytes, false))).toBe(0);
  const cut = (await largeJpeg(3000, 2000, 1)).subarray(0, -30_000);
  expect(await decodedInPart(async () => expect(await refusal(cut)).toContain('damaged'))).toBe(0);
});

test('of a large picture, a thumbnail and a preview; of a strip, the middle', async () => {
  const canvas = new OffscreenCanvas(3000, 60);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.fillStyle = 'rgb(0 0 255)';
  context.fillRect(0, 0, 3000, 60);
  context.fillStyle = 'rgb(255 0 0)';
  context.fillRect(1470, 0, 60, 60);
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
  const cropping = createBrowserDecoder({
    preprocessor: { imageSize: SIDE, shortestEdge: SIDE, resample: 3, rescale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
    draw: drawSvg,
  });
  const picture = await cropping.decode(bytes, true);
  expect(picture.thumbnail).toMatchObject({ width: 320, height: 6 });
  expect(picture.preview).toMatchObject({ width: 1024, height: 20 });
  expectNear(colourAt(picture, 0.5, 0.5), [255, 0, 0]);
});
