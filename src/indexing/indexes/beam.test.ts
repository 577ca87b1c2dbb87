import { expect, test } from 'vitest';
import { beamFor } from './beam.ts';

test.each([
  [0, 48],
  [20_000, 48],
  [20_001, 100],
  [200_000, 100],
  [200_001, 200],
])('for %i rows %i', (count, beam) => {
  expect(beamFor(count)).toBe(beam);
});
