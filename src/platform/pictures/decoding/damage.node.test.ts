import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { AfterimageError } from '../../../engine/errors.ts';
import {
  COLOURS,
  expectQuarters,
  fixture,
  noisy,
  quartersOf,
  refusalOf,
  testDecoder,
} from '../testing-pictures.node.ts';

const without = (bytes: Uint8Array, count: number) => bytes.subarray(0, bytes.length - count);

function zerosFrom(bytes: Uint8Array, share: number): Uint8Array {
  return Uint8Array.from(bytes).fill(0, Math.floor(bytes.length * share));
}

test('a JPEG with nothing but zeros in its scan, whatever its header says', async () => {
  const jpeg = await (await noisy()).jpeg().toBuffer();
  const scan = jpeg.lastIndexOf(Buffer.of(0xff, 0xda));
  for (const from of [scan + 11, scan + 13, scan + 14]) {
    expect(await refusalOf(Uint8Array.from(jpeg).fill(0, from), 'a.jpg')).toBe(
      'The picture is damaged: its scan is empty',
    );
  }
});

test('a GIF without a frame, or without any pixel of its first one', async () => {
  const gif = new Uint8Array(await (await noisy()).gif().toBuffer());
  const frame = gif.indexOf(0x2c, 13 + 3 * 2 ** ((gif[10] ?? 0) & 7) * 2);
  for (const from of [frame, frame + 7]) {
    expect(await refusalOf(Uint8Array.from(gif).fill(0, from), 'a.gif')).toBe(
      'The picture is damaged: it has no frame',
    );
  }
});

describe('only the end is missing', () => {
  test.each(['no-end-marker.jpg', 'no-end-chunk.png'])('%s', async (name) => {
    await expectQuarters(await fixture(name), name, COLOURS);
  });

  test('zeros in place of the end of a JPEG', async () => {
    const whole = await quartersOf(await testDecoder.decode(await fixture('whole.jpg'), 'a.jpg'));
    await expectQuarters(await fixture('no-end-marker-zeros-behind.jpg'), 'a.jpg', whole, 1);
  });

  test('a WebP without the end of its metadata, or without its filling byte', async () => {
    const picture = (await noisy()).withExif({ IFD0: { Copyright: 'somebody' } });
    const extended = await picture.webp({ quality: 95 }).toBuffer();
    await expectQuarters(without(extended, 10), 'a.webp', COLOURS, 30);
  });

  test.each([1, 2])('a GIF without its last %i bytes', async (count) => {
    await expectQuarters(without(await (await noisy()).gif().toBuffer(), count), 'a.gif', COLOURS, 60);
  });

  test('other bytes behind the end', async () => {
    const jpeg = await (await noisy()).jpeg({ quality: 95 }).toBuffer();
    for (const rest of [Buffer.alloc(5000), Buffer.from('trailing text'), jpeg]) {
      await expectQuarters(Buffer.concat([jpeg, rest]), 'a.jpg', COLOURS, 30);
    }
  });

  test('bytes between the segments of a JPEG', async () => {
    const jpeg = await (await noisy()).jpeg({ quality: 95 }).toBuffer();
    const second = 4 + jpeg.readUInt16BE(4);
    const padded = Buffer.concat([jpeg.subarray(0, second), Buffer.from('0000'), jpeg.subarray(second)]);
    await expectQuarters(padded, 'a.jpg', COLOURS, 30);
  });
});

describe('pixels are missing', () => {
  test.each(['cut-at-60-percent.jpg', 'cut-at-30-percent-progressive.jpg', 'six-bytes-changed.jpg'])(
    '%s',
    async (name) => {
      expect(await refusalOf(await fixture(name), name)).toMatch(/^The picture is damaged: /);
    },
  );

  const encoders: Record<string, (image: Sharp) => Sharp> = {
    'a.jpg': (image) => image.jpeg(),
    'progressive.jpg': (image) => image.jpeg({ progressive: true }),
    'a.png': (image) => image.png(),
    'a.webp': (image) => image.webp(),
    'lossless.webp': (image) => image.webp({ lossless: true }),
    'a.gif': (image) => image.gif(),
    'a.tiff': (image) => image.tiff({ compression: 'lzw' }),
    'a.avif': (image) => image.avif(),
  };
  test.each(Object.entries(encoders))('%s: cut off, and with zeros behind 70 %%', async (name, encode) => {
    const bytes = await encode(await noisy()).toBuffer();
    expect(await refusalOf(bytes.subarray(0, bytes.length * 0.7), name)).toMatch(/damaged/);
    expect(await refusalOf(zerosFrom(bytes, 0.7), name)).toMatch(/damaged/);
  });

  test('a JPEG whose scan stops in the middle, its end behind it', async () => {
    const jpeg = await (await noisy()).jpeg().toBuffer();
    const stopped = Buffer.concat([jpeg.subarray(0, jpeg.length / 2), Buffer.from([0xff, 0xd9])]);
    expect(await refusalOf(stopped, 'a.jpg')).toMatch(/damaged/);
  });
});

test('whatever is changed in files, all of them are read or refused with a reason, many at a time', async () => {
  const names = [
    'whole.jpg',
    'reference.png',
    'float-grey.tif',
    'sequence.avif',
    'first-frame-black.gif',
    'first-frame-clear.webp',
  ];
  const files = await Promise.all(names.map(fixture));
  const change = fc.record({
    file: fc.constantFrom(...files),
    length: fc.double({ min: 0.3, max: 1, noNaN: true }),
    at: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), { maxLength: 4 }),
  });
  const outcome = (bytes: Uint8Array) =>
    testDecoder.decode(bytes, 'a').then(
      () => 'read',
      (error: unknown) => (error instanceof AfterimageError ? `${error.code}: ${error.message}` : String(error)),
    );
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 4, maxLength: 4 }), async (changes) => {
      const changed = changes.map(({ file, length, at }) => {
        const bytes = Uint8Array.from(file.subarray(0, file.length * length));
        for (const [place, value] of at) bytes[Math.floor(place * (bytes.length - 1))] = value;
        return bytes;
      });
      const together = await Promise.all(changed.map(outcome));
      for (const one of together) expect(one).toMatch(/^read$|^picture-unreadable: [A-Z].{10,}/);
      for (const [i, bytes] of changed.entries()) expect(await outcome(bytes)).toBe(together[i]);
    }),
    { numRuns: 60 },
  );
});

test('a JPEG of a kind that is not read is not called damaged', async () => {
  const jpeg = await fixture('whole.jpg');
  const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]));
  const changed = (place: number, value: number) => Uint8Array.from(jpeg).fill(value, frame + place, frame + place + 1);
  expect(await refusalOf(changed(1, 0xc3), 'a.jpg')).toBe('It is a JPEG of a kind that is not read (lossless).');
  expect(await refusalOf(changed(1, 0xc5), 'a.jpg')).toBe('It is a JPEG of a kind that is not read (hierarchical).');
  expect(await refusalOf(changed(4, 12), 'a.jpg')).toBe('It is a JPEG with 12-bit samples, which are not read.');
});

test('a WebP says how much of it is missing', async () => {
  const webp = await (await noisy()).webp().toBuffer();
  expect(await refusalOf(without(webp, 2), 'a.webp')).toBe('The picture is damaged: 2 bytes are missing at its end');
});

test('a PNG says which of its chunks is wrong', async () => {
  const png = await fixture('reference.png');
  const changed = Uint8Array.from(png);
  changed[png.indexOf('IDAT') + 20] = (changed[png.indexOf('IDAT') + 20] ?? 0) ^ 255;
  expect(await refusalOf(changed, 'a.png')).toBe('The picture is damaged: the checksum of its IDAT chunk is wrong');
  const header = Uint8Array.from(png).fill(9, 16, 20);
  expect(await refusalOf(header, 'a.png')).toBe('The picture is damaged: the checksum of its IHDR chunk is wrong');
});

test('a profile that cannot be used is as good as none', async () => {
  for (const name of ['p3-16.png', 'prophoto-8.png']) {
    const profile = Buffer.alloc(400, 'no profile');
    const png = await sharp(await fixture(name))
      .withMetadata({ orientation: 1 })
      .png()
      .toBuffer();
    expect(await testDecoder.decode(withProfile(png, profile), 'a.png')).toMatchObject({
      metadata: { captured: null },
    });
  }
});

/** A PNG with a chunk of something compressed in place of a profile. */
function withProfile(png: Buffer, profile: Uint8Array): Buffer {
  const content = Buffer.concat([Buffer.from('iCCPx\0\0'), deflateSync(profile)]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length - 4);
  checksum.writeUInt32BE(crc32(content));
  return Buffer.concat([png.subarray(0, 33), length, content, checksum, png.subarray(33)]);
}

describe('what decoders do not tell', () => {
  const read = (bytes: Uint8Array, name: string) => testDecoder.decode(bytes, name).then(quartersOf, () => undefined);

  test.each<[string, (image: Sharp) => Sharp]>([
    ['baseline', (image) => image.jpeg()],
    ['baseline, full chroma', (image) => image.jpeg({ chromaSubsampling: '4:4:4' })],
    ['progressive', (image) => image.jpeg({ progressive: true })],
  ])('a JPEG cut off anywhere is refused, or has every pixel: %s', async (_, encode) => {
    const small = sharp(await (await noisy()).resize(48, 32).png().toBuffer());
    const jpeg = await encode(small).toBuffer();
    const pixels = (bytes: Uint8Array) => sharp(bytes, { failOn: 'none' }).raw().toBuffer();
    const whole = await pixels(jpeg);
    let kept = 0;
    for (let length = jpeg.length - 1; length > jpeg.indexOf(Buffer.of(0xff, 0xda)); length--) {
      const cut = jpeg.subarray(0, length);
      if (!(await read(cut, 'a.jpg'))) continue;
      kept++;
      expect(whole.equals(await pixels(Buffer.concat([cut, Buffer.of(0xff, 0xd9)]))), `${length}`).toBe(true);
    }
    expect(kept).toBeGreaterThanOrEqual(2); // without one or both bytes of the end marker
  });

  test('the first frame of an animated WebP that ends in zeros; a still one before its metadata', async () => {
    const frames = await Promise.all(
      [0, 1].map(async (i) =>
        (await noisy())
          .rotate(180 * i)
          .png()
          .toBuffer(),
      ),
    );
    const animation = await sharp(frames, { join: { animated: true } })
      .webp()
      .toBuffer();
    const [first, second] = [animation.indexOf('ANMF'), animation.lastIndexOf('ANMF')];
    expect(await read(zerosFrom(animation, (first + second) / 2 / animation.length), 'a.webp')).toBeUndefined();

    const still = await (await noisy())
      .withExif({ IFD0: { Copyright: 'somebody' } })
      .webp()
      .toBuffer();
    const end = still.indexOf('EXIF');
    expect(await read(zerosFrom(still, (end - 10.5) / still.length), 'a.webp')).toBeUndefined();
    expect(await read(zerosFrom(still, (end + 20.5) / still.length), 'a.webp')).toBeDefined();
  });

  test('a GIF that begins with nothing, without its other frames', async () => {
    const black = sharp({ create: { width: 192, height: 128, channels: 3, background: '#000' } });
    const frames = [await black.clone().png().toBuffer(), await (await noisy()).png().toBuffer()];
    for (const loop of [0, 1]) {
      const gif = await sharp(frames, { join: { animated: true } })
        .gif({ loop })
        .toBuffer();
      await expectQuarters(gif, 'a.gif', COLOURS, 60);
      for (const length of [0.3, 0.6])
        expect(await refusalOf(gif.subarray(0, gif.length * length), 'a.gif')).toMatch(/damaged/);
    }
    const alone = await black.gif().toBuffer();
    for (const bytes of [alone, without(alone, 1)]) expect(await read(bytes, 'a.gif')).toBeDefined();
    const nothing = await sharp([frames[0], frames[0]] as Buffer[], { join: { animated: true } })
      .gif()
      .toBuffer();
    expect(await read(nothing, 'a.gif')).toBeDefined();
  });

  test('a drawing in UTF-16 without its end', async () => {
    const drawing = Buffer.from('\ufeff<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"', 'utf16le');
    expect(await refusalOf(drawing, 'a.svg')).toMatch(/damaged/);
  });
});
