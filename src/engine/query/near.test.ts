import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Place } from '../collection/extensions/facts.ts';
import { distanceKm, NEAR, readNear, writeNear } from './near.ts';

const place: fc.Arbitrary<Place> = fc.tuple(
  fc.double({ min: -90, max: 90, noNaN: true }),
  fc.double({ min: -180, max: 180, noNaN: true }),
);

test.each([
  ['52.52,13.405', { place: [52.52, 13.405], km: 10 }],
  ['-33.8688,151.2093,25km', { place: [-33.8688, 151.2093], km: 25 }],
  ['90,-180,0.5km', { place: [90, -180], km: 0.5 }],
  ['0,10', { place: [0, 10], km: 10 }],
])('%s', (value, near) => expect(readNear(value)).toEqual(near));

test.each([
  '',
  'berlin',
  '52.52',
  '52.52 13.405',
  '52.52,13.405,',
  '52.52,13.405,25',
  '52.52,13.405,0km',
  '90.1,0',
  '91,0',
  '1,180.5',
  '1,181',
  '0,0',
  '052,1',
  '1,01',
  '1e1,2',
  '52.1234567,1',
  '+1,2',
])('%j is no place', (value) => expect(readNear(value)).toBeUndefined());

test('distances that are known', () => {
  const [berlin, paris, sydney]: Place[] = [
    [52.52, 13.405],
    [48.8566, 2.3522],
    [-33.8688, 151.2093],
  ] as Place[];
  expect(distanceKm(berlin as Place, paris as Place)).toBeCloseTo(877.5, 0);
  expect(distanceKm(paris as Place, sydney as Place)).toBeCloseTo(16960, -1);
  expect(distanceKm([10, 179.999], [10, -179.999]), 'over the date line').toBeCloseTo(0.219, 2);
  expect(distanceKm([90, 0], [-90, 77]), 'from pole to pole').toBeCloseTo(20015.1, 0);
});

test('a distance is the same both ways, none to itself, and at most half around the earth', () => {
  fc.assert(
    fc.property(place, place, (a, b) => {
      expect(distanceKm(a, b)).toBeCloseTo(distanceKm(b, a), 9);
      expect(distanceKm(a, a)).toBe(0);
      expect(distanceKm(a, b)).toBeLessThanOrEqual(20015.2);
    }),
  );
});

test('what is written for a place finds it', () => {
  fc.assert(
    fc.property(place, (where) => {
      const near = readNear(writeNear(where));
      if (Math.abs(where[0]) < 0.001 && Math.abs(where[1]) < 0.001) return;
      expect(writeNear(where)).toMatch(NEAR);
      expect(distanceKm(near?.place ?? [0, 0], where)).toBeLessThan(0.1);
    }),
  );
});
