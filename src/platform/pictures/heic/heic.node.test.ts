import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { exifSegment } from '../containers/raw/testing-raw.ts';
import { readMetadata } from '../metadata/read-metadata.ts';
import { Refusal } from '../refusal.ts';
import { COLOURS, fixture, type Quarters } from '../testing-pictures.node.ts';
import { decodeHeicInThread } from './heic.node.ts';
import { createHeicDecoder, type HeicPicture, isHeic } from './heic.ts';
import { heicHeader } from './heic-header.ts';
import { loadLibheif } from './heic-thread.node.ts';
import { type CodedTile, makeHeic, numericColour, profileOf, tileOf } from './testing-heic.ts';

const [TOP_LEFT, TOP_RIGHT, BOTTOM_LEFT, BOTTOM_RIGHT] = COLOURS;

let decode: (bytes: Uint8Array) => HeicPicture;
let tile: CodedTile;
let p3: Uint8Array;
beforeAll(async () => {
  decode = createHeicDecoder(await loadLibheif());
  tile = tileOf(await fixture('quarters.heic'));
  p3 = await fixture('quarters-p3.heic');
});

function quarters({ width, height, rgba }: HeicPicture): Quarters {
  const at = (x: number, y: number) => {
    const start = 4 * (Math.floor(y * height) * width + Math.floor(x * width));
    const [r = 0, g = 0, b = 0] = rgba.subarray(start, start + 3);
    return [r, g, b] as const;
  };
  return [at(0.2, 0.25), at(0.8, 0.25), at(0.2, 0.75), at(0.8, 0.75)];
}

function expectNear(found: Quarters, expected: Quarters, tolerance = 5): void {
  const farthest = Math.max(...found.flatMap((rgb, i) => rgb.map((v, c) => Math.abs(v - (expected[i]?.[c] ?? 0)))));
  expect(farthest, JSON.stringify(found)).toBeLessThanOrEqual(tolerance);
}

test('a picture, or a tile, of which the end was never written is refused', async () => {
  const cut = { ...tile, data: Uint8Array.from(tile.data).fill(0, -8) };
  const grid = { columns: 1, width: 96, height: 128 };
  for (const heic of [makeHeic({ tiles: [cut] }), makeHeic({ tiles: [tile, cut], grid })]) {
    expect(() => decode(heic)).toThrow(/^The picture is damaged: the end of its pixels is all zeros\.$/);
  }
});

describe('colours', () => {
  test.each(['quarters.heic', 'quarters-p3.heic', 'ten-bits.heic', 'limited-range.heic'])('%s', async (name) => {
    const bytes = await fixture(name);
    expect(isHeic(bytes)).toBe(true);
    const picture = decode(bytes);
    expect(picture).toMatchObject({ width: 96, height: 64 });
    expectNear(quarters(picture), COLOURS);
    expect(picture.rgba.filter((_, i) => i % 4 === 3).every((alpha) => alpha === 255)).toBe(true);
  });

  test('Display P3 by numbers is what it is by a profile', () => {
    const coded = tileOf(p3);
    expectNear(quarters(decode(makeHeic({ tiles: [coded], colour: numericColour(12, 13) }))), COLOURS);
    expectNear(quarters(decode(makeHeic({ tiles: [coded], colour: profileOf(p3) }))), COLOURS);
    // As sRGB the same samples are duller.
    const [[red]] = quarters(decode(makeHeic({ tiles: [coded], colour: numericColour(1, 13) })));
    expect(red).toBeLessThan(210);
    expect(decode(makeHeic({ tiles: [coded] })).rgba).toEqual(
      decode(makeHeic({ tiles: [coded], colour: numericColour(1, 13) })).rgba,
    );
  });
});

describe('turned once, by its container', () => {
  test('a quarter against the clock', () => {
    const picture = decode(makeHeic({ tiles: [tile], turns: 1 }));
    expect(picture).toMatchObject({ width: 64, height: 96 });
    expectNear(quarters(picture), [TOP_RIGHT, BOTTOM_RIGHT, TOP_LEFT, BOTTOM_LEFT]);
  });

  test('mirrored', () => {
    const picture = decode(makeHeic({ tiles: [tile], isMirrored: true }));
    expectNear(quarters(picture), [TOP_RIGHT, TOP_LEFT, BOTTOM_RIGHT, BOTTOM_LEFT]);
  });

  test('what EXIF says of it counts for nothing', async () => {
    const exif = exifSegment(6).subarray(10);
    const bytes = makeHeic({ tiles: [tile], turns: 3, exif });
    expectNear(quarters(decode(bytes)), [BOTTOM_LEFT, TOP_LEFT, BOTTOM_RIGHT, TOP_RIGHT]);
    expect((await readMetadata(bytes)).orientation).toBe(1);
    const upright = makeHeic({ tiles: [tile], exif });
    expectNear(quarters(decode(upright)), COLOURS);
  });
});

test('tiles, as phones write them, the last ones cut', () => {
  const bytes = makeHeic({ tiles: [tile, tile, tile, tile], grid: { columns: 2, width: 150, height: 120 } });
  expect(heicHeader(bytes)).toMatchObject({ width: 150, height: 120 });
  const picture = decode(bytes);
  expect(picture).toMatchObject({ width: 150, height: 120 });
  const at = (x: number, y: number) => [...picture.rgba.subarray(4 * (y * 150 + x), 4 * (y * 150 + x) + 3)];
  for (const [x, y] of [
    [10, 10],
    [106, 10],
    [10, 74],
    [106, 74],
  ] as const) {
    expectNear([at(x, y), at(x, y), at(x, y), at(x, y)] as unknown as Quarters, [
      TOP_LEFT,
      TOP_LEFT,
      TOP_LEFT,
      TOP_LEFT,
    ]);
  }
  const turned = decode(makeHeic({ tiles: [tile, tile], grid: { columns: 2, width: 192, height: 64 }, turns: 1 }));
  expect(turned).toMatchObject({ width: 64, height: 192 });
});

test('a burst is shown as the picture that stands for it', () => {
  expectNear(quarters(decode(makeHeic({ tiles: [tile, tileOf(p3)], brand: 'heis' }))), COLOURS);
});

describe('refused with a sentence', () => {
  const refusal = (bytes: Uint8Array) => {
    try {
      decode(bytes);
    } catch (error) {
      expect(error).toBeInstanceOf(Refusal);
      return (error as Refusal).message;
    }
    return 'nothing';
  };

  test('more pixels than are read, before anything is decoded', () => {
    const bytes = makeHeic({ tiles: [tile], size: { width: 30_000, height: 30_000 } });
    expect(refusal(bytes)).toBe('The picture has more than 268 megapixels, the most that is read.');
  });

  test('cut off anywhere', async () => {
    const whole = await fixture('quarters.heic');
    for (const length of [20, 100, 300, whole.length - 40]) {
      expect(refusal(whole.subarray(0, length)), String(length)).toMatch(/^The picture is damaged: /);
    }
  });

  test('a sequence without a still picture, and what is no HEIC', () => {
    expect(refusal(Uint8Array.from(Buffer.from('\0\0\0\x18ftyphevc\0\0\0\0hevcmsf1', 'latin1')))).toMatch(
      /\.$|damaged/,
    );
    expect(refusal(new Uint8Array())).toMatch(/damaged|not read/);
  });

  test('after what broke the decoder, the next picture is decoded', async () => {
    const whole = await fixture('quarters.heic');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        async (changes) => {
          const bytes = Uint8Array.from(whole);
          for (const [at, byte] of changes) bytes[at] = byte;
          refusal(bytes);
        },
      ),
      { numRuns: 200 },
    );
    expectNear(quarters(decode(whole)), COLOURS);
  });
});

test('in threads, several at a time', async () => {
  const whole = await fixture('quarters.heic');
  const all = Array.from({ length: 12 }, (_, i) => decodeHeicInThread(i === 5 ? whole.subarray(0, 100) : whole));
  const settled = await Promise.allSettled(all);
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(11);
  expect(settled[5]).toMatchObject({ reason: { message: expect.stringMatching(/^The picture is damaged: /) } });
  for (const one of settled) if (one.status === 'fulfilled') expectNear(quarters(one.value), COLOURS);
});
