import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../../platform/hashes/sha256.ts';
import { copyId, createIds } from './ids.ts';

/** By trying one copy after the other. */
async function byHand(ids: readonly string[]): Promise<string[]> {
  const given: string[] = [];
  for (const id of ids) {
    let unique = id;
    for (let copy = 2; given.includes(unique); copy++) unique = await copyId(id, copy, sha256);
    given.push(unique);
  }
  return given;
}

test('copies are numbered in their order, also where one of them was given its id before', async () => {
  const [a, b] = ['a'.repeat(16), 'b'.repeat(16)];
  const third = await copyId(a, 3, sha256);
  const known = fc.constantFrom(a, b, third, await copyId(third, 2, sha256));
  await fc.assert(
    fc.asyncProperty(fc.array(known, { maxLength: 30 }), async (ids) => {
      const made = createIds(sha256);
      const given: string[] = [];
      for (const id of ids) given.push(await made.of(id));
      expect(given).toEqual(await byHand(ids));
      expect(made.copies()).toBe(given.filter((id, i) => id !== ids[i]).length);
    }),
  );
});

test('each copy takes one hash, however many there are', async () => {
  let hashes = 0;
  const ids = createIds(async (bytes) => {
    hashes++;
    return sha256(bytes);
  });
  for (let i = 0; i < 3000; i++) await ids.of('a'.repeat(16));
  expect(hashes).toBe(2999);
  expect(ids.copies()).toBe(2999);
});
