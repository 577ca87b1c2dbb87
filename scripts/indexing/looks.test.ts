import { join } from 'node:path';
import { expect, test } from 'vitest';
import { perceptualHashOf, signatureOf } from '../../src/engine/collection/types.ts';
import { isSignature } from '../../src/engine/similar/signature/signature.ts';
import { draw, workplace } from './testing.ts';

test('items say what their pictures look like, by hash and signature, and go on saying it when nothing is read again', async () => {
  const { pictures, build, items, encoder } = await workplace();
  await draw(join(pictures, 'a.jpg'), 1);
  await build();
  const [first] = await items();
  expect(perceptualHashOf(first ?? {})).toMatch(/^[0-9a-f]{16}$/);
  expect(isSignature(signatureOf(first ?? {}))).toBe(true);

  await draw(join(pictures, 'b.jpg'), 2);
  expect(await build()).toMatchObject({ count: 2, embedded: 1 });
  const after = await items();
  expect(after.map(signatureOf)).toEqual([signatureOf(first ?? {}), expect.stringMatching(/^1/)]);
  expect(new Set(after.map(signatureOf)).size).toBe(2);
  expect(encoder.encoded).toBe(2);
});
