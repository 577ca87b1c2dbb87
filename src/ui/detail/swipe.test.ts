import { expect, it } from 'vitest';
import { swipe } from './swipe.ts';

const start = { x: 100, y: 100 };

it('takes a level movement for a swipe and nothing else', () => {
  expect(swipe(start, { x: 20, y: 110 })).toBe(1);
  expect(swipe(start, { x: 190, y: 80 })).toBe(-1);
  expect(swipe(start, { x: 90, y: 100 })).toBe(0);
  expect(swipe(start, { x: 20, y: 180 })).toBe(0);
  expect(swipe(start, { x: 110, y: 300 })).toBe(0);
});
