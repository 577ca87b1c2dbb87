import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clampView, FITTED, type Geometry, mostOf, pan, toggleZoom, type View, wheelFactor, zoomTo } from './view.ts';

const size = fc.record({ width: fc.integer({ min: 50, max: 3000 }), height: fc.integer({ min: 50, max: 3000 }) });
const share = fc.double({ min: 0.05, max: 1, noNaN: true });
/** A picture that lies within its stage, and not always in the middle. */
const geometries = fc
  .record({
    stage: size,
    wide: share,
    high: share,
    left: share,
    top: share,
    most: fc.double({ min: 2, max: 40, noNaN: true }),
  })
  .map(({ stage, wide, high, left, top, most }): Geometry => {
    const picture = { width: stage.width * wide, height: stage.height * high };
    const x = (left - 0.5) * (stage.width - picture.width);
    const y = (top - 0.5) * (stage.height - picture.height);
    return { stage, picture, offset: { x, y }, most };
  });
const numbers = fc.double({ min: -9000, max: 9000, noNaN: true });
const points = fc.record({ x: numbers, y: numbers });
const views = fc.record({ scale: fc.double({ min: 0.1, max: 90, noNaN: true }), x: numbers, y: numbers });

/** Where the edges of the picture are in the stage. */
function edges({ scale, x, y }: View, { stage, picture, offset }: Geometry) {
  const left = (stage.width - picture.width * scale) / 2 + offset.x + x;
  const top = (stage.height - picture.height * scale) / 2 + offset.y + y;
  return { left, right: left + picture.width * scale, top, bottom: top + picture.height * scale };
}

const NEAR = 1e-6;

function isWithin(low: number, high: number, stage: number): boolean {
  const covers = low <= NEAR && high >= stage - NEAR;
  const lies = low >= -NEAR && high <= stage + NEAR;
  return high - low >= stage ? covers : lies;
}

describe('a view', () => {
  test('shows no room beside a picture that is larger than the stage, and all of one that is smaller', () => {
    fc.assert(
      fc.property(views, geometries, (view, geometry) => {
        const clamped = clampView(view, geometry);
        expect(clamped.scale).toBeGreaterThanOrEqual(1);
        expect(clamped.scale).toBeLessThanOrEqual(geometry.most);
        const { left, right, top, bottom } = edges(clamped, geometry);
        expect(isWithin(left, right, geometry.stage.width)).toBe(true);
        expect(isWithin(top, bottom, geometry.stage.height)).toBe(true);
        const again = clampView(clamped, geometry);
        expect(again.x).toBeCloseTo(clamped.x, 6);
        expect(again.y).toBeCloseTo(clamped.y, 6);
      }),
    );
  });

  test('holds what is under the pointer, where the edges let it', () => {
    fc.assert(
      fc.property(
        views,
        geometries,
        points,
        fc.double({ min: 1, max: 40, noNaN: true }),
        (some, geometry, at, scale) => {
          const before = clampView(some, geometry);
          const after = zoomTo(before, geometry, scale, at);
          // Pictures' own coordinates of the point.
          const [was, is] = [before, after].map((view) => (at.x - view.x) / view.scale) as [number, number];
          const { left, right } = edges(after, geometry);
          const isFree = left < -1 && right > geometry.stage.width + 1;
          if (isFree) expect(is).toBeCloseTo(was, 5);
        },
      ),
    );
  });

  test('is the fitted one at the smallest scale, however it was moved', () => {
    fc.assert(
      fc.property(points, geometries, (at, geometry) => {
        expect(clampView({ scale: 1, ...at }, geometry)).toEqual(FITTED);
        expect(zoomTo({ scale: 3, ...at }, geometry, 0.5, at)).toEqual(FITTED);
        expect(pan(FITTED, geometry, at)).toEqual(FITTED);
      }),
    );
  });
});

const geometry: Geometry = {
  stage: { width: 1000, height: 800 },
  picture: { width: 900, height: 600 },
  offset: { x: 0, y: 0 },
  most: 8,
};

test('a double click leads to the pixels, or at least nearer, and back', () => {
  const near = toggleZoom(FITTED, geometry, { x: 0, y: 0 });
  expect(near).toEqual({ scale: 4, x: 0, y: 0 });
  expect(toggleZoom(near, geometry, { x: 10, y: 10 })).toEqual(FITTED);
  expect(toggleZoom(FITTED, { ...geometry, most: mostOf(300, 900) }, { x: 0, y: 0 }).scale).toBe(2.5);
});

test('a picture can be made twice as large as its pixels, and four times at least', () => {
  expect(mostOf(9000, 900)).toBe(20);
  expect(mostOf(900, 900)).toBe(4);
  expect(mostOf(900, 0)).toBe(4);
});

test('the wheel enlarges upwards, a pinch more than a turn, and no turn too much', () => {
  const turn = (deltaY: number, ctrlKey = false, deltaMode = 0) => wheelFactor({ deltaY, deltaMode, ctrlKey });
  expect(turn(-100)).toBeGreaterThan(1);
  expect(turn(-100) * turn(100)).toBeCloseTo(1);
  expect(turn(-10, true)).toBeGreaterThan(turn(-10));
  expect(turn(-3, false, 1)).toBeCloseTo(turn(-48));
  expect(turn(-1e9)).toBeLessThan(2);
});
