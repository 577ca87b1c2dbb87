import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { HnswlibModule } from 'hnswlib-wasm/dist/hnswlib-317962d7.js';
import { expect, test } from 'vitest';
import { hnswlib } from './vite-hnswlib.ts';

const FILE = createRequire(import.meta.url).resolve('hnswlib-wasm/dist/hnswlib-317962d7.js');

interface Transforms {
  transform(this: { error(message: string): never }, code: string, id: string): { readonly code: string } | undefined;
}

const plugin = hnswlib() as unknown as Transforms;
const host = {
  error(message: string): never {
    throw new Error(message);
  },
};

test('the module is half as long, and finds what it found', async () => {
  const code = await readFile(FILE, 'utf8');
  const built = plugin.transform.call(host, code, FILE)?.code ?? '';
  expect(code.length - built.length).toBeGreaterThan(400_000);
  const folder = await mkdtemp(join(tmpdir(), 'afterimage-hnswlib-'));
  try {
    const path = join(folder, 'hnswlib.mjs');
    await writeFile(path, built);
    const { default: create } = (await import(pathToFileURL(path).href)) as {
      default(options: object): Promise<HnswlibModule>;
    };
    const quiet = () => {};
    // Each has a heap of its own.
    for (const module of [
      await create({ print: quiet, printErr: quiet }),
      await create({ print: quiet, printErr: quiet }),
    ]) {
      module.EmscriptenFileSystemManager.initializeFileSystem('memory');
      const index = new module.HierarchicalNSW('ip', 2, '');
      index.initIndex(2, 16, 200, 100);
      index.addPoints([Float32Array.of(1, 0), Float32Array.of(0, 1)], [0, 1], false);
      expect([...index.searchKnn(Float32Array.of(0.1, 0.9), 1, undefined).neighbors]).toEqual([1]);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('other modules stay, and a version that looks otherwise stops the build', () => {
  expect(plugin.transform.call(host, 'export {}', '/src/main.ts')).toBeUndefined();
  expect(() => plugin.transform.call(host, 'export {}', FILE)).toThrow('hnswlib-wasm');
});
