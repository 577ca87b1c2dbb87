import { describe, expect, it } from 'vitest';
import { dot, normalise } from '../../../src/engine/numeric/embedding.ts';
import { seededRandom } from '../../../src/engine/numeric/testing-vectors.ts';
import { createRotation } from './rotation.ts';

describe('rotation', () => {
  const vector = (seed: number) => {
    const random = seededRandom(seed);
    return normalise(Float32Array.from({ length: 64 }, () => random() - 0.5));
  };

  it('keeps cosines', () => {
    const rotate = createRotation(64, 9);
    const [a, b] = [vector(1), vector(2)];
    const before = dot(a, b);
    rotate(a);
    rotate(b);
    expect(dot(a, a)).toBeCloseTo(1, 5);
    expect(dot(a, b)).toBeCloseTo(before, 5);
  });

  it('spreads one direction over all coordinates', () => {
    const axis = new Float32Array(64);
    axis[5] = 1;
    createRotation(64, 9)(axis);
    expect(Math.max(...axis.map(Math.abs))).toBeLessThan(0.6);
  });

  it('differs by its seed', () => {
    const [a, b] = [vector(1), vector(1)];
    createRotation(64, 1)(a);
    createRotation(64, 2)(b);
    expect(a).not.toEqual(b);
  });

  it('refuses a length that is not a power of two', () => {
    expect(() => createRotation(96, 1)).toThrow(RangeError);
  });
});
