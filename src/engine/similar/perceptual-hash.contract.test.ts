import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { perceptualHash } from './perceptual-hash.ts';
import { type RgbPicture, reduceToGrey } from './reduce.ts';

/** A picture by a function of places from 0 to 1, so that it can be had in any size. */
function draw(width: number, height: number, at: (x: number, y: number) => number[]): RgbPicture {
  const data = new Uint8ClampedArray(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set(at((x + 0.5) / width, (y + 0.5) / height), 3 * (y * width + x));
  }
  return { data, width, height };
}

const waves = (seed: number) => (x: number, y: number) => {
  const wave = (k: number) => Math.sin(seed * k + 3 * k * x) * Math.cos(seed * 2 * k - 5 * x * y * k + 2 * k * y);
  return [128 + 60 * wave(1) + 30 * wave(2), 128 + 80 * wave(1.5), 128 + 50 * wave(2.5)];
};

function bitsApart(a: string | null, b: string | null): number {
  let bits = BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
  let count = 0;
  for (; bits > 0n; bits >>= 1n) count += Number(bits & 1n);
  return count;
}

describe('reduced greys', () => {
  test('are the means of the areas that they cover, also of parts of pixels', () => {
    const picture = { data: Uint8Array.of(0, 0, 0, 90, 90, 90, 255, 255, 255), width: 3, height: 1 };
    expect([...reduceToGrey(picture, 2, 1)]).toEqual([expect.closeTo(30), expect.closeTo(200)]);
    expect([...reduceToGrey(picture, 1, 2)]).toEqual([expect.closeTo(115), expect.closeTo(115)]);
  });

  test('keep the mean of a picture, whatever its size', () => {
    const sides = fc.integer({ min: 1, max: 40 });
    fc.assert(
      fc.property(sides, sides, sides, sides, fc.integer(), (width, height, columns, rows, seed) => {
        const picture = draw(width, height, (x, y) => [(seed * x * y) & 255, (seed + 9 * y) & 255, 77]);
        const mean = reduceToGrey(picture, 1, 1)[0] as number;
        const greys = reduceToGrey(picture, columns, rows);
        expect(greys.reduce((sum, grey) => sum + grey, 0) / greys.length).toBeCloseTo(mean, 6);
      }),
    );
  });

  test.each([
    [{ data: new Uint8Array(0), width: 0, height: 0 }],
    [{ data: new Uint8Array(11), width: 2, height: 2 }],
    [{ data: new Uint8Array(16), width: 2, height: 2 }],
  ])('what is no picture is refused', (picture) => {
    expect(() => reduceToGrey(picture, 8, 8)).toThrow(expect.objectContaining({ code: 'picture-unreadable' }));
  });
});

describe('a perceptual hash', () => {
  test('is the same in every host, and what its definition gives, computed apart from this in Python', () => {
    expect(perceptualHash(draw(200, 150, waves(1)))).toBe('9f81a497a893e897');
    expect(perceptualHash(draw(64, 300, waves(2)))).toBe('b3adaa46ab46a946');
  });

  test('of another size or brightness differs in few bits, of another picture in many', () => {
    for (let seed = 1; seed < 20; seed++) {
      const hash = perceptualHash(draw(320, 240, waves(seed)));
      expect(hash).toMatch(/^[0-9a-f]{16}$/);
      expect(bitsApart(hash, perceptualHash(draw(97, 73, waves(seed))))).toBeLessThanOrEqual(4);
      const brighter = draw(320, 240, (x, y) => waves(seed)(x, y).map((value) => 0.8 * value + 40));
      expect(bitsApart(hash, perceptualHash(brighter))).toBeLessThanOrEqual(4);
      expect(bitsApart(hash, perceptualHash(draw(320, 240, waves(seed + 0.5))))).toBeGreaterThan(10);
    }
  });

  test('has no bits that mean nothing: an even picture has none', () => {
    expect(perceptualHash(draw(50, 50, () => [200, 30, 90]))).toBeNull();
    expect(perceptualHash(draw(50, 50, (x) => [200 + x, 30, 90]))).toBeNull();
    expect(perceptualHash(draw(50, 50, (x) => [200 - 20 * x, 30, 90]))).not.toBeNull();
  });
});
