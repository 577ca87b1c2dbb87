import { afterEach, expect, test, vi } from 'vitest';
import { sha256 as nodes } from './sha256.node.ts';
import { sha256 } from './sha256.ts';

const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

afterEach(() => vi.unstubAllGlobals());

test('hashes the test vector of FIPS 180-4', async () => {
  expect(await sha256(new TextEncoder().encode('abc'))).toBe(ABC);
});

test('hashes the same without a secure context', async () => {
  vi.stubGlobal('crypto', { getRandomValues: () => undefined });
  expect(await sha256(new TextEncoder().encode('abc'))).toBe(ABC);
});

test('hashes the view, not the buffer under it', async () => {
  const view = new TextEncoder().encode('xxabcxx').subarray(2, 5);
  expect(await sha256(view)).toBe(ABC);
  expect(await nodes(view)).toBe(ABC);
});
