import { expect, test } from 'vitest';
import { codeAdvice, codeShape, codeWidth, LEAST_EXPLAINED } from './code-shape.ts';

const DIM = 512;

test.each([
  [LEAST_EXPLAINED, DIM, { width: 128, bits: 4 }],
  [LEAST_EXPLAINED - 1e-6, DIM, { width: 512, bits: 1 }],
  [0.25, 780, { width: 768, bits: 1 }],
  [0.25, 40, { width: 32, bits: 1 }],
  [1, 40, { width: 32, bits: 4 }],
  [0.25, 5000, { width: 4096, bits: 1 }],
])('codes that see %s of %s dimensions', (share, dim, shape) => {
  const asked: number[] = [];
  const explained = (width: number) => {
    asked.push(width);
    return share;
  };
  expect(codeShape(dim, explained)).toEqual(shape);
  expect(asked).toEqual([codeWidth(dim)]);
});

test('vectors that are too short for codes are refused', () => {
  expect(() => codeShape(31, () => 1)).toThrow(expect.objectContaining({ code: 'usage' }));
});

test('there is something to say only where bits need vectors that a tab cannot hold', () => {
  const most = Math.floor(2 ** 31 / (DIM + 25));
  const [bits, nibbles] = [{ width: DIM, bits: 1 } as const, { width: 128, bits: 4 } as const];
  expect(codeAdvice(nibbles, { count: most + 1, dim: DIM })).toBeNull();
  expect(codeAdvice(bits, { count: most, dim: DIM })).toBeNull();
  expect(codeAdvice(bits, { count: most + 1, dim: DIM })).toMatch(/3,999,\d+ of them are more than a tab can hold/);
});
