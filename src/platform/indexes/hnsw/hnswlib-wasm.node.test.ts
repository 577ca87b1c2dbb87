import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/** Loads, adds, searches and writes in a host that forbids code from strings, as the app's policy does, and fetch. */
const script = `
  globalThis.fetch = (url) => { throw new Error('fetched ' + String(url).slice(0, 40)); };
  const { default: createHnswlib } = await import('hnswlib-wasm/dist/hnswlib-317962d7.js');
  const lib = await createHnswlib({ print() {}, printErr(line) { console.error(line); } });
  lib.EmscriptenFileSystemManager.initializeFileSystem('memory');
  const index = new lib.HierarchicalNSW('ip', 2, '');
  index.initIndex(3, 4, 10, 1);
  index.addPoints([[1, 0], [0, 1], [0.6, 0.8]], [0, 1, 2], false);
  index.writeIndex('index');
  const file = lib.FS.readFile('/hnswlib-index/index');
  const found = index.searchKnn([0, 1], 2, (label) => label !== 1);
  console.log(JSON.stringify([found.neighbors, file.length > 0]));
`;

test('patched hnswlib-wasm runs without code from strings and without fetch', async () => {
  const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', script];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, flags);
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual([[2, 0], true]);
});
