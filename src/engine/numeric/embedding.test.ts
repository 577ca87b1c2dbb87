import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dot, normalise } from './embedding.ts';

const component = fc.float({ noNaN: true, min: -1000, max: 1000 });

test('a normalised vector has norm 1 and keeps its direction', () => {
  fc.assert(
    fc.property(fc.array(component, { minLength: 1, maxLength: 64 }), (values) => {
      fc.pre(values.some((value) => Math.abs(value) > 1e-3));
      const largest = values.reduce(
        (best, value, i) => (Math.abs(value) > Math.abs(values[best] as number) ? i : best),
        0,
      );
      const embedding = normalise(Float32Array.from(values));
      expect(dot(embedding, embedding)).toBeCloseTo(1, 5);
      expect(Math.sign(embedding[largest] as number)).toBe(Math.sign(values[largest] as number));
    }),
  );
});

test('normalising works in place', () => {
  const vector = new Float32Array([3, 4]);
  expect(normalise(vector)).toBe(vector);
  expect([...vector]).toEqual([Math.fround(0.6), Math.fround(0.8)]);
});

test.each([
  ['zeros', [0, 0, 0]],
  ['a NaN', [1, Number.NaN, 0]],
  ['an infinity', [1, Number.POSITIVE_INFINITY, 0]],
  ['nothing', []],
])('a vector of %s is no embedding', (_, values) => {
  expect(() => normalise(Float32Array.from(values))).toThrow(expect.objectContaining({ code: 'embedding-invalid' }));
});

test('the dot product of two vectors', () => {
  expect(dot(new Float32Array([1, 2, 3]), new Float32Array([4, -5, 6]))).toBe(12);
});
