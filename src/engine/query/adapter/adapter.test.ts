import { expect, it } from 'vitest';
import type { Embedding } from '../../numeric/embedding.ts';
import { type Adapter, adapt, withAdapter } from './adapter.ts';

/** Moves what is along the first axis towards the second one. */
const adapter: Adapter = { rank: 1, dim: 3, a: Float32Array.of(1, 0, 0), b: Float32Array.of(0, 1, 0) };
const q = Float32Array.of(0.6, 0, 0.8) as Embedding;

it('adds B (A q) to a query, at unit norm', () => {
  const length = Math.hypot(0.6, 0.6, 0.8);
  const adapted = adapt(q, adapter);
  for (const [i, value] of [0.6, 0.6, 0.8].entries()) expect(adapted[i]).toBeCloseTo(value / length, 6);
  expect([...q]).toEqual([...Float32Array.of(0.6, 0, 0.8)]);
});

it('of rank 2 has rows of A and columns of B', () => {
  const two = { rank: 2, dim: 3, a: Float32Array.of(1, 0, 0, 0, 0, 1), b: Float32Array.of(0, 0, 1, 0, 0, -1) };
  const adapted = adapt(q, two);
  expect(adapted[1]).toBeCloseTo(1 / Math.SQRT2, 6);
  expect(adapted[2]).toBeCloseTo(0, 6);
});

it('refuses an embedding of another dimension', () => {
  expect(() => adapt(Float32Array.of(1, 0) as Embedding, adapter)).toThrow(
    expect.objectContaining({ code: 'dimension-mismatch' }),
  );
});

it('corrects what an encoder gives, and nothing else of it', async () => {
  const encoder = { modelId: 'm', dim: 3, encode: async () => q, pieces: (text: string) => [text.length] };
  const adapted = withAdapter(encoder, adapter);
  expect(await adapted.encode('dog')).toEqual(adapt(q, adapter));
  expect(adapted).toMatchObject({ modelId: 'm', dim: 3 });
  expect(adapted.pieces?.('dog')).toEqual([3]);
  const { pieces: _, ...plain } = encoder;
  expect(withAdapter(plain, adapter)).not.toHaveProperty('pieces');
  expect(withAdapter(encoder, undefined)).toBe(encoder);
});
