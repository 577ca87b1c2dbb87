import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expandTensors, type StoredTensor } from './prepared.ts';

const invalid = expect.objectContaining({ code: 'model-invalid' });
/** One byte before the scales, so that they lie where no Float32Array may begin. */
const tower = Uint8Array.of(9, ...new Uint8Array(Float32Array.of(0.5, 3).buffer), 1, 2, 255, 254, 127, 129);
const scaled = { to: 0, at: 9, bytes: 6, scalesAt: 1, scales: 2 };
const floats = (tensors: readonly StoredTensor[]) => [...new Float32Array(expandTensors(tower, tensors).buffer)];

test('a tensor is copied as it is, or multiplied by one scale a row, a column or for all', () => {
  expect([...expandTensors(tower, [{ to: 0, at: 9, bytes: 3 }])]).toEqual([1, 2, 255]);
  expect(floats([{ ...scaled, run: 3 }])).toEqual([0.5, 1, -0.5, -6, 381, -381]);
  expect(floats([{ ...scaled, run: 1 }])).toEqual([0.5, 6, -0.5, -6, 63.5, -381]);
  expect(floats([{ ...scaled, scales: 1, run: 6 }])).toEqual([0.5, 1, -0.5, -1, 63.5, -63.5]);
});

test('tensors follow each other, with zeros between them', () => {
  const tensors = [
    { to: 0, at: 9, bytes: 2 },
    { ...scaled, to: 8, run: 1 },
    { to: 32, at: 0, bytes: 1 },
  ];
  const expanded = expandTensors(tower, tensors);
  expect([...expanded.subarray(0, 8)]).toEqual([1, 2, 0, 0, 0, 0, 0, 0]);
  expect([...new Float32Array(expanded.buffer, 8, 2)]).toEqual([0.5, 6]);
  expect([...expanded.subarray(32)]).toEqual([9]);
  expect(expandTensors(tower, [])).toHaveLength(0);
});

test('the product is the float32 one', () => {
  fc.assert(
    fc.property(fc.integer({ min: -128, max: 127 }), fc.float({ noNaN: true }), (value, scale) => {
      const file = new Uint8Array([...new Uint8Array(Float32Array.of(scale).buffer), value]);
      const tensor = { to: 0, at: 4, bytes: 1, scalesAt: 0, scales: 1, run: 1 };
      const [product] = new Float32Array(expandTensors(file, [tensor]).buffer);
      expect(product).toBe(Math.fround(value * scale));
    }),
  );
});

test.each<[string, StoredTensor[]]>([
  ['beyond the end', [{ to: 0, at: 10, bytes: 6 }]],
  ['with scales beyond the end', [{ ...scaled, scalesAt: 8, run: 1 }]],
  ['with scales that do not fit', [{ ...scaled, run: 2 }]],
  ['of floats where none may begin', [{ ...scaled, to: 2, run: 1 }]],
  [
    'over the one before',
    [
      { to: 0, at: 0, bytes: 4 },
      { to: 3, at: 0, bytes: 4 },
    ],
  ],
  ['far behind the one before', [{ to: 2 ** 30, at: 0, bytes: 4 }]],
])('a tensor %s is refused', (_where, tensors) => {
  expect(() => expandTensors(tower, tensors)).toThrow(invalid);
});
