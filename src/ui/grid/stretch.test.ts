import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createStretch } from './stretch.ts';

const MOST = 15_000;
const stretches = fc.integer({ min: 0, max: 100_000 }).map((full) => createStretch(full, MOST));
const withPlace = stretches.chain((stretch) => fc.tuple(fc.constant(stretch), fc.integer({ min: -500, max: 101_000 })));

it('has a box that a browser can show, of the height of the grid where that fits', () => {
  expect(createStretch(14_999, MOST).height).toBe(14_999);
  expect(createStretch(49_000, MOST).height).toBe(MOST);
  expect(createStretch(49_000_000).height).toBeLessThan(2 ** 24);
});

it('finds its way back', () => {
  fc.assert(
    fc.property(withPlace, ([stretch, place]) => {
      expect(stretch.toFull(stretch.toBox(place))).toBeCloseTo(place, 6);
    }),
  );
});

it('goes pixel by pixel at both ends, and never back', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(stretches, share, share, (stretch, a, b) => {
      const { full, height } = stretch;
      const atEnd = (a * height) / 3;
      expect(stretch.toFull(atEnd)).toBe(atEnd);
      expect(stretch.toFull(height - atEnd)).toBeCloseTo(full - atEnd, 6);
      const [low, high] = [Math.min(a, b) * height, Math.max(a, b) * height];
      expect(stretch.toFull(high) - stretch.toFull(low)).toBeGreaterThan(0.999 * (high - low) - 1e-6);
    }),
  );
});
