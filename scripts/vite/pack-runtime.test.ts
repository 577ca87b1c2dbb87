import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { XzReadableStream } from 'xz-decompress';
import { CACHE_FOLDER } from '../repository/folders.ts';
import { packRuntime } from './pack-runtime.ts';

test('what the build packs is what the page unpacks, and is kept for the next build', async () => {
  const random = randomBytes(5000);
  const content = Buffer.concat([random, Buffer.alloc(200_000, 'wasm'), random]);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const kept = join(CACHE_FOLDER, 'packed', `${sha256}.xz`);
  try {
    const { by, bytes } = await packRuntime(content, sha256);
    expect(bytes.length).toBeLessThan(11_000);
    if (by === 'gzip') {
      expect(gunzipSync(bytes).equals(content)).toBe(true);
      return;
    }
    const unpacked = await new Response(new XzReadableStream(new Blob([Buffer.from(bytes)]).stream())).arrayBuffer();
    expect(Buffer.from(unpacked).equals(content)).toBe(true);
    expect((await readFile(kept)).equals(bytes)).toBe(true);
    expect((await packRuntime(new Uint8Array(), sha256)).bytes).toEqual(Buffer.from(bytes));
  } finally {
    await rm(kept, { force: true });
  }
});

test('bundles of a build that ask at the same time get the same packed runtime', async () => {
  const content = Buffer.concat([randomBytes(5000), Buffer.alloc(200_000, 'wasm')]);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const folder = join(CACHE_FOLDER, 'packed');
  try {
    const [first, ...others] = await Promise.all(Array.from({ length: 5 }, () => packRuntime(content, sha256)));
    for (const other of others) expect(other).toEqual(first);
    expect((await readdir(folder).catch(() => [])).filter((name) => name.startsWith(`${sha256}.xz.`))).toEqual([]);
  } finally {
    await rm(join(folder, `${sha256}.xz`), { force: true });
  }
});
