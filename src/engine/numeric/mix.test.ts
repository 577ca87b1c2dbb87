import { expect, test } from 'vitest';
import { mix } from './mix.ts';

test('mix has even bits', () => {
  let ones = 0;
  for (let i = 0; i < 4096; i++) ones += mix(7, i) & 1;
  expect(Math.abs(ones - 2048)).toBeLessThan(200);
});
