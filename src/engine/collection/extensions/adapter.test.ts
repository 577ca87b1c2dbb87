import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeAdapter, encodeAdapter, readAdapter } from './adapter.ts';

const made = { dim: 4, model: { id: 'm', sha256: 'ab'.repeat(32) } };
const floats = (length: number) =>
  fc.float32Array({ minLength: length, maxLength: length, noNaN: true, noDefaultInfinity: true });
const adapters = fc
  .integer({ min: 1, max: 4 })
  .chain((rank) =>
    fc.record({ rank: fc.constant(rank), dim: fc.constant(4), a: floats(4 * rank), b: floats(4 * rank) }),
  );
const adapter = { rank: 1, dim: 4, a: Float32Array.of(1, 2, 3, 4), b: Float32Array.of(5, 6, 7, 8) };

it('is read as it was written', () => {
  fc.assert(
    fc.property(adapters, (one) => {
      expect(decodeAdapter(encodeAdapter(one, made), made)).toEqual(one);
    }),
  );
});

it('lies as docs/formats.md says', () => {
  const bytes = Buffer.from(encodeAdapter(adapter, made));
  expect(bytes.subarray(0, 4).toString()).toBe('AIad');
  expect([8, 12, 32, 36, 40, 44].map((at) => bytes.readUInt32LE(at))).toEqual([0, 4, 1, 0, 0, 0]);
  expect(bytes.subarray(16, 32).toString('hex')).toBe('ab'.repeat(16));
  expect([48, 64].map((at) => bytes.readFloatLE(at))).toEqual([1, 5]);
});

it('of another model, dimension or length, or of no numbers, is refused', () => {
  const bytes = encodeAdapter(adapter, made);
  const others = [
    decodeAdapter.bind(null, bytes, { ...made, dim: 8 }),
    decodeAdapter.bind(null, bytes, { ...made, model: { id: 'm', sha256: 'cd'.repeat(32) } }),
    decodeAdapter.bind(null, bytes.subarray(0, -1), made),
    decodeAdapter.bind(null, bytes.subarray(0, 40), made),
    decodeAdapter.bind(null, encodeAdapter({ ...adapter, a: Float32Array.of(1, 2, 3, Number.NaN) }, made), made),
    decodeAdapter.bind(
      null,
      encodeAdapter({ ...adapter, rank: 0, a: new Float32Array(), b: new Float32Array() }, made),
      made,
    ),
  ];
  for (const read of others) expect(read).toThrow(expect.objectContaining({ code: 'part-corrupt' }));
});

it('is put together from its parts', async () => {
  const bytes = encodeAdapter(adapter, made);
  const part = (path: string) => ({ kind: 'adapter', path, sha256: '', bytes: 1, dependsOn: 'model' as const });
  const manifest = { ...made, parts: [part('1'), part('2')] };
  const readPart = async ({ path }: { path: string }) => (path === '1' ? bytes.subarray(0, 50) : bytes.subarray(50));
  expect(await readAdapter({ manifest, readPart } as never)).toEqual(adapter);
  expect(await readAdapter({ manifest: { ...made, parts: [] }, readPart } as never)).toBeUndefined();
});
