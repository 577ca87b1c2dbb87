import { expect, it } from 'vitest';
import { swipe } from './swipe.ts';

const start = { x: 100, y: 100 };

it('takes a level movement for a step, a way down for closing, and nothing else', () => {
  expect(swipe(start, { x: 20, y: 110 })).toBe(1);
  expect(swipe(start, { x: 190, y: 80 })).toBe(-1);
  expect(swipe(start, { x: 110, y: 300 })).toBe('close');
  for (const to of [
    { x: 90, y: 100 },
    { x: 20, y: 180 },
    { x: 100, y: 140 },
    { x: 100, y: 10 },
  ]) {
    expect(swipe(start, to)).toBeUndefined();
  }
});
