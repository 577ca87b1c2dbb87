import { expect, test } from 'vitest';
import { createKernels, type KernelHost } from './load.ts';

test('with SIMD WebAssembly runs', () => {
  expect(createKernels(8).kind).toBe('wasm');
});

test('memory grows where it is, and keeps what is in it', () => {
  for (const host of [globalThis as unknown as KernelHost, {}]) {
    const { memory } = createKernels(100, host);
    new Uint8Array(memory.buffer)[99] = 7;
    memory.reserve(1_000_000);
    memory.reserve(10);
    expect(memory.buffer.byteLength).toBeGreaterThanOrEqual(1_000_000);
    expect(new Uint8Array(memory.buffer)[99]).toBe(7);
  }
});

test('memory that cannot be had is a coded error', () => {
  const tooLarge = expect.objectContaining({ code: 'index-too-large', message: expect.stringMatching(/\d+ MB/) });
  expect(() => createKernels(2 ** 32 + 1)).toThrow(tooLarge);
  expect(() => createKernels(2 ** 53, {})).toThrow(tooLarge);
  expect(() => createKernels(8).memory.reserve(2 ** 33)).toThrow(tooLarge);
  expect(() => createKernels(8, {}).memory.reserve(2 ** 53)).toThrow(tooLarge);
});

test('without SIMD the reference runs', () => {
  const { WebAssembly } = globalThis as unknown as Required<KernelHost>;
  const old = { WebAssembly: { ...WebAssembly, validate: () => false } };
  expect(createKernels(8, old).kind).toBe('reference');
  expect(createKernels(8, {}).kind).toBe('reference');
});
