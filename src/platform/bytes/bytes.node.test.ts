import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sha256 } from '../hashes/sha256.ts';
import { createFolderSource } from './bytes.node.ts';

const content = new TextEncoder().encode('{"a":1}');
let root = '';
let expected = { sha256: '', bytes: content.length };

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'afterimage-bytes-'));
  await mkdir(join(root, 'public'));
  await writeFile(join(root, 'public', 'part.bin'), content);
  await writeFile(join(root, 'secret.bin'), content);
  expected = { sha256: await sha256(content), bytes: content.length };
});
afterAll(() => rm(root, { recursive: true, force: true }));

const source = () => createFolderSource(join(root, 'public'));

test('reads a file and reports its bytes', async () => {
  const seen: number[][] = [];
  const bytes = await source().read('part.bin', expected, {
    onProgress: (loaded, total) => seen.push([loaded, total]),
  });
  expect(new Uint8Array(bytes)).toEqual(content);
  expect(seen).toEqual([[content.length, content.length]]);
});

test('reads a stretch of a file, verified by itself', async () => {
  const hash = (await sha256(content.slice(2, 5))).slice(0, 32);
  const range = { offset: 2, length: 3, hash };
  expect(new Uint8Array(await source().readRange('part.bin', expected, range))).toEqual(content.slice(2, 5));
  for (const wrong of [{ offset: 1 }, { length: 4 }, { offset: 6 }, { hash: '0'.repeat(32) }]) {
    const read = source().readRange('part.bin', expected, { ...range, ...wrong });
    await expect(read).rejects.toMatchObject({ code: 'part-corrupt' });
  }
  for (const path of ['nothing.bin', '../secret.bin', '.']) {
    await expect(source().readRange(path, expected, range)).rejects.toMatchObject({ code: 'part-missing' });
  }
});

test.each([
  ['another hash', { sha256: '0'.repeat(64), bytes: content.length }],
  ['another length', { sha256: 'x', bytes: 3 }],
])('refuses a file of %s', async (_, wrong) => {
  await expect(source().read('part.bin', wrong)).rejects.toMatchObject({ code: 'part-corrupt' });
});

test('says which file is missing', async () => {
  await expect(source().read('nothing.bin', expected)).rejects.toMatchObject({
    code: 'part-missing',
    message: expect.stringContaining('nothing.bin'),
  });
  expect(await source().readText('nothing.json')).toBeUndefined();
});

test('does not leave its folder', async () => {
  await expect(source().read('../secret.bin', expected)).rejects.toMatchObject({ code: 'part-missing' });
});

test('reads text, and stops when told to', async () => {
  expect(await source().readText('part.bin')).toBe('{"a":1}');
  await expect(source().read('part.bin', expected, { signal: AbortSignal.abort() })).rejects.toThrow();
});
