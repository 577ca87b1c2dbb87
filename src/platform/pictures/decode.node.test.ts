import { crc32 } from 'node:zlib';
import sharp, { type Color, type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import type { DecodedPicture } from '../../indexing/ports.ts';
import type { Preprocessor } from '../models/preprocessor.ts';
import { createDecoder } from './decode.node.ts';

const preprocessor: Preprocessor = {
  imageSize: 16,
  shortestEdge: 16,
  resample: 3,
  rescale: 1 / 255,
  mean: [0, 0, 0],
  std: [1, 1, 1],
};
const decoder = createDecoder({ preprocessor, pictures: 'preview' });
const RED = { r: 220, g: 30, b: 40 };

function plain(width: number, height: number, background: Color = RED): Sharp {
  return sharp({ create: { width, height, channels: 3, background } });
}

/** The colour in the middle of the square. */
function middle({ pixels }: DecodedPicture): number[] {
  const at = (8 * 16 + 8) * 3;
  return [...pixels.rgb.subarray(at, at + 3)];
}

function expectColour(actual: readonly number[], { r, g, b }: typeof RED, tolerance = 6): void {
  for (const [i, expected] of [r, g, b].entries()) {
    expect(Math.abs((actual[i] as number) - expected), `${actual} is not ${[r, g, b]}`).toBeLessThanOrEqual(tolerance);
  }
}

describe('formats', () => {
  const encoders: Record<string, (image: Sharp) => Sharp> = {
    'a.jpg': (image) => image.jpeg({ quality: 95 }),
    'a.png': (image) => image.png(),
    'a.webp': (image) => image.webp({ quality: 95 }),
    'a.avif': (image) => image.avif({ quality: 90 }),
    'a.gif': (image) => image.gif(),
    'a.tiff': (image) => image.tiff(),
  };
  test.each(Object.entries(encoders))('%s', async (name, encode) => {
    const picture = await decoder.decode(await encode(plain(400, 200)).toBuffer(), name);
    expect(picture).toMatchObject({ width: 400, height: 200, metadata: { captured: null } });
    expect(picture.pixels.rgb.length).toBe(16 * 16 * 3);
    expectColour(middle(picture), RED);
    expect(picture.thumbnail).toMatchObject({ width: 320, height: 160, extension: 'webp' });
    expect(picture.preview).toMatchObject({ width: 400, height: 200 });
    expect((await sharp(picture.thumbnail.bytes).metadata()).format).toBe('webp');
  });

  test('a picture under a wrong extension', async () => {
    const picture = await decoder.decode(await plain(20, 20).png().toBuffer(), 'a.jpg');
    expectColour(middle(picture), RED);
  });

  test('16 bits, greyscale, greyscale with alpha, CMYK', async () => {
    const deep = await plain(40, 40).toColourspace('rgb16').png().toBuffer();
    expectColour(middle(await decoder.decode(deep, 'a.png')), RED);
    const grey = { r: 128, g: 128, b: 128 };
    const plainGrey = await plain(40, 40, grey).toColourspace('b-w').png().toBuffer();
    expectColour(middle(await decoder.decode(plainGrey, 'a.png')), grey);
    const half = {
      create: { width: 40, height: 40, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0.5 } },
    } as const;
    const greyAlpha = await sharp(half).toColourspace('grey16').png().toBuffer();
    expectColour(middle(await decoder.decode(greyAlpha, 'a.png')), grey);
    const cmyk = await plain(40, 40).toColourspace('cmyk').jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    expectColour(middle(await decoder.decode(cmyk, 'a.jpg')), RED, 45); // through an ICC profile for print
  });

  test('transparency is white', async () => {
    const clear = {
      create: { width: 40, height: 40, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } },
    } as const;
    expect(middle(await decoder.decode(await sharp(clear).png().toBuffer(), 'a.png'))).toEqual([255, 255, 255]);
  });

  test('the first frame of an animation', async () => {
    const frames = await Promise.all(
      [RED, { r: 0, g: 0, b: 255 }].map((colour) => plain(30, 30, colour).png().toBuffer()),
    );
    const gif = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    expect((await sharp(gif).metadata()).pages).toBe(2);
    const picture = await decoder.decode(gif, 'a.gif');
    expect(picture).toMatchObject({ width: 30, height: 30 });
    expectColour(middle(picture), RED);
  });
});

describe('SVG', () => {
  const svg = (attributes: string, body: string) =>
    new TextEncoder().encode(
      `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" ${attributes}>${body}</svg>`,
    );

  test('a small drawing is rasterised sharply', async () => {
    const picture = await decoder.decode(
      svg('width="16" height="16"', '<rect width="16" height="16" fill="#dc1e28"/>'),
      'a.svg',
    );
    expect(picture).toMatchObject({ width: 16, height: 16 });
    expectColour(middle(picture), RED);
    expect(picture.preview).toMatchObject({ width: 1024, height: 1024 });
  });

  test('one that claims to be huge is rasterised small', async () => {
    const huge = svg('width="20000" height="10000"', '<rect width="20000" height="10000" fill="#dc1e28"/>');
    expect((await decoder.decode(huge, 'a.svg')).preview).toMatchObject({ width: 1024, height: 512 });
  });

  test('nothing outside of it is read', async () => {
    const body =
      '<rect width="64" height="64" fill="#fff"/><image width="64" height="64" xlink:href="file:///etc/hostname"/>';
    const reaching = svg(
      'width="64" height="64"',
      `${body}<image width="64" height="64" href="http://127.0.0.1:9/x.png"/>`,
    );
    expect(middle(await decoder.decode(reaching, 'a.svg'))).toEqual([255, 255, 255]);
  });

  test('copied collections hold no SVG', async () => {
    const copying = createDecoder({ preprocessor, pictures: 'copy' });
    const picture = await copying.decode(svg('width="500" height="500"', '<rect width="9" height="9"/>'), 'a.svg');
    expect(picture.preview).toMatchObject({ extension: 'webp' });
  });
});

describe('what cameras write', () => {
  test('orientation is applied everywhere', async () => {
    const left = await plain(100, 100, { r: 0, g: 0, b: 0 }).png().toBuffer();
    const upright = sharp({ create: { width: 400, height: 200, channels: 3, background: '#ffffff' } });
    const jpeg = await upright
      .composite([{ input: left, left: 0, top: 0 }])
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    const picture = await decoder.decode(jpeg, 'a.jpg');
    expect(picture).toMatchObject({ width: 200, height: 400 });
    expect(picture.thumbnail).toMatchObject({ width: 160, height: 320 });
    // Turned by 90° clockwise, the black corner is at the top right.
    const { data, info } = await sharp(picture.thumbnail.bytes).raw().toBuffer({ resolveWithObject: true });
    const at = (x: number, y: number) => data[(y * info.width + x) * info.channels] as number;
    expect(at(5, 5)).toBeGreaterThan(240);
    expect(at(info.width - 5, 5)).toBeLessThan(15);
  });

  test('the date, with the zone where there is one, becomes a field of its own; a thumbnail has no metadata', async () => {
    const dated = (exif: Record<string, string>) => plain(30, 30).withExif({ IFD2: exif }).jpeg().toBuffer();
    const local = await decoder.decode(await dated({ DateTimeOriginal: '2021:05:03 12:34:56' }), 'a.jpg');
    expect(local.metadata.captured).toEqual({ date: '2021-05-03T12:34:56', source: 'exif-original' });
    const zoned = { DateTimeOriginal: '2021:05:03 12:34:56', OffsetTimeOriginal: '+02:00' };
    const picture = await decoder.decode(await dated(zoned), 'a.jpg');
    expect(picture.metadata.captured).toEqual({ date: '2021-05-03T12:34:56+02:00', source: 'exif-original' });
    expect((await sharp(picture.thumbnail.bytes).metadata()).exif).toBeUndefined();
    expect(
      (await decoder.decode(await dated({ DateTimeOriginal: '0000:00:00 00:00:00' }), 'a.jpg')).metadata.captured,
    ).toBeNull();
  });
});

describe('shapes', () => {
  test('small pictures are their own preview and are not enlarged', async () => {
    const picture = await decoder.decode(await plain(200, 100).png().toBuffer(), 'a.png');
    expect(picture.thumbnail).toMatchObject({ width: 200, height: 100 });
    expect(picture.preview).toBe('thumbnail');
  });

  test('a single pixel, and a strip', async () => {
    expectColour(middle(await decoder.decode(await plain(1, 1).png().toBuffer(), 'a.png')), RED);
    const strip = await decoder.decode(await plain(6000, 20).png().toBuffer(), 'a.png');
    expectColour(middle(strip), RED);
    expect(strip.thumbnail).toMatchObject({ width: 320, height: 1 });
  });

  test('the middle is cropped, or the whole is squeezed where the model says so', async () => {
    const side = await plain(100, 100, { r: 0, g: 0, b: 0 }).png().toBuffer();
    const wide = await plain(300, 100)
      .composite([{ input: side, left: 0, top: 0 }])
      .png()
      .toBuffer();
    const cropped = await decoder.decode(wide, 'a.png');
    expectColour([...cropped.pixels.rgb.subarray(6, 9)], RED);
    const squeezing = createDecoder({ preprocessor: { ...preprocessor, shortestEdge: null }, pictures: 'none' });
    const squeezed = await squeezing.decode(wide, 'a.png');
    expectColour([...squeezed.pixels.rgb.subarray(0, 3)], { r: 0, g: 0, b: 0 });
    expect(squeezed.preview).toBeNull();
  });

  test('a larger edge than the crop', async () => {
    const other = createDecoder({ preprocessor: { ...preprocessor, shortestEdge: 20 }, pictures: 'none' });
    expect((await other.decode(await plain(77, 55).png().toBuffer(), 'a.png')).pixels.rgb.length).toBe(16 * 16 * 3);
  });

  test('originals are copied byte for byte, but what browsers do not show is converted', async () => {
    const copying = createDecoder({ preprocessor, pictures: 'copy' });
    const jpeg = await plain(500, 400).jpeg().toBuffer();
    expect((await copying.decode(jpeg, 'a.jpg')).preview).toMatchObject({ extension: 'jpg', bytes: jpeg, width: 500 });
    expect((await copying.decode(await plain(50, 40).tiff().toBuffer(), 'a.tif')).preview).toMatchObject({
      extension: 'webp',
    });
    expect((await copying.decode(await plain(50, 40).avif().toBuffer(), 'a.avif')).preview).toMatchObject({
      extension: 'avif',
    });
  });
});

describe('what cannot be read says why', () => {
  const reason = async (bytes: Uint8Array, name: string) => {
    const error = await decoder.decode(bytes, name).then(
      () => undefined,
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ code: 'picture-unreadable' });
    return (error as Error).message;
  };

  test('text, nothing, half a picture, the beginning of a HEIC file', async () => {
    expect(await reason(new TextEncoder().encode('hello'), 'a.jpg')).toMatch(/not a picture/);
    expect(await reason(new Uint8Array(0), 'a.jpg')).toBeTruthy();
    const jpeg = await drawingOf(300).jpeg().toBuffer();
    expect(await reason(jpeg.subarray(0, jpeg.length / 2), 'a.jpg')).toMatch(/damaged/);
    const png = await drawingOf(300).png().toBuffer();
    expect(await reason(png.subarray(0, png.length / 2), 'a.png')).toMatch(/damaged/);
    const heic = new TextEncoder().encode('\0\0\0\x18ftypheic\0\0\0\0mif1heic');
    expect(await reason(heic, 'IMG_0001.HEIC')).toMatch(/^The picture is damaged: Invalid input: /);
    expect(await reason(heic, 'IMG_0001.jpg')).toMatch(/^The picture is damaged: Invalid input: /);
  });

  test.each([
    '<!DOCTYPE html>\n<html><head></head><body>Not Found</body></html>',
    '<html><body><p>Please sign in.<br></body></html>',
    '<!doctype html><html><svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect/></svg></html>',
    '<?xml version="1.0"?>\n<!-- a comment --><Error><Code>AccessDenied</Code></Error>',
    '<Error><Code>AccessDenied',
    '<!DOCTYPE html>',
  ])('%s is not called a damaged picture', async (page) => {
    const utf16 = Buffer.from(`\ufeff${page}`, 'utf16le');
    for (const name of ['a.jpg', 'a.svg', 'a.heic']) {
      for (const bytes of [Buffer.from(page), utf16]) expect(await reason(bytes, name)).toMatch(/^It is not a picture/);
    }
  });

  test('a drawing that is cut off is', async () => {
    for (const drawing of ['<svg width="9" height="9"><rect', '<svg width="9', '<?xml version="1.0"?><svg:svg>']) {
      expect(await reason(Buffer.from(drawing), 'a.svg')).toMatch(/damaged/);
    }
  });

  test('what is called HEIC and is not is not said to be', async () => {
    for (const text of ['hello', 'ftypheic', '<!DOCTYPE html><html></html>']) {
      expect(await reason(new TextEncoder().encode(text), 'IMG_0001.HEIC')).toMatch(/^It is not a picture/);
    }
    const jpeg = await drawingOf(300).jpeg().toBuffer();
    expect(await reason(jpeg.subarray(0, jpeg.length / 2), 'IMG_0001.heic')).toMatch(/damaged/);
  });

  test('more pixels than are read', async () => {
    const wide = await plain(10, 10).png().toBuffer();
    wide.writeUInt32BE(20_000, 16); // width and height of the IHDR chunk, and its checksum
    wide.writeUInt32BE(14_000, 20);
    wide.writeUInt32BE(crc32(wide.subarray(12, 29)), 29);
    expect(await reason(wide, 'a.png')).toMatch(/more than \d+ megapixels/);
  });
});

/** Something that does not compress to nothing. */
function drawingOf(size: number): Sharp {
  return sharp({
    create: {
      width: size,
      height: size,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  });
}
