import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ModelFile, ModelManifest } from '../engine/model.ts';
import { createHttpSource, type HttpSource } from './http-source.browser.ts';
import { readModelFile, readNewestModel } from './model-source.browser.ts';
import { sha256 } from './sha256.ts';
import { createFakeServer, createMemoryCache, type FakeServer } from './testing.browser.ts';

const BASE = 'https://afterimage.test/app/';
const PART_BYTES = 400;
const tower = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

let server: FakeServer;
let cache: ReturnType<typeof createMemoryCache>;
let source: HttpSource;
let file: ModelFile;

beforeEach(async () => {
  server = createFakeServer(BASE);
  vi.stubGlobal('fetch', server.fetch);
  cache = createMemoryCache();
  source = createHttpSource(BASE, cache);
  file = await publishSplit();
});
afterEach(() => vi.unstubAllGlobals());

async function publishSplit(): Promise<ModelFile> {
  const parts = [];
  for (let start = 0; start < tower.length; start += PART_BYTES) {
    const bytes = tower.slice(start, start + PART_BYTES);
    const path = `onnx/text_model.onnx.${start}.part`;
    server.files.set(`models/mini/${path}`, bytes);
    parts.push({ path, sha256: await sha256(bytes), bytes: bytes.length });
  }
  return { path: 'onnx/text_model.onnx', sha256: await sha256(tower), bytes: tower.length, parts };
}

const read = (one: ModelFile, onProgress = (_loaded: number, _total: number) => {}) =>
  readModelFile(source, 'models/mini', one, { onProgress });

test('a file that was split is put together, with progress over all of it', async () => {
  const progress: (readonly number[])[] = [];
  expect(await read(file, (...one) => progress.push(one))).toEqual(tower);
  expect(progress.at(-1)).toEqual([1000, 1000]);
  expect(progress.map(([loaded]) => loaded)).toEqual(
    [...progress.map(([loaded]) => loaded)].sort((a, b) => Number(a) - Number(b)),
  );
});

test('one that was not is read as it is', async () => {
  const { parts: _parts, ...whole } = file;
  server.files.set('models/mini/onnx/text_model.onnx', tower);
  expect(await read(whole)).toEqual(tower);
});

test('missing, damaged and exchanged parts are noticed', async () => {
  const [first, second] = file.parts ?? [];
  if (!first || !second) throw new Error('no parts');
  await expect(read({ ...file, parts: [second, first, ...(file.parts ?? []).slice(2)] })).rejects.toMatchObject({
    code: 'part-corrupt',
  });
  cache.content.clear();
  server.files.set(`models/mini/${first.path}`, tower.slice(0, 400).fill(7));
  await expect(read(file)).rejects.toMatchObject({ code: 'part-corrupt' });
  server.files.delete(`models/mini/${first.path}`);
  await expect(read(file)).rejects.toMatchObject({ code: 'part-missing' });
});

test('the parts are what is kept, and they answer without a network', async () => {
  const model = JSON.stringify(manifest());
  server.files.set('models/mini/model.json', new TextEncoder().encode(model));
  const load = () =>
    readNewestModel(
      source,
      'mini',
      ({ files }) => files,
      (one) => read(one),
    );
  await load();
  await vi.waitUntil(async () => (await cache.getText('models/mini/model.json')) === model);
  expect([...cache.content.keys()].sort()).toEqual((file.parts ?? []).map((part) => part.sha256).sort());
  server.fault = () => new TypeError('Failed to fetch');
  expect((await load()).files.get(file.path)).toEqual(tower);
});

function manifest(): ModelManifest {
  return {
    format: 'afterimage-model',
    version: 1,
    id: 'mini',
    title: 'Mini',
    family: 'clip',
    dim: 1,
    imageSize: 32,
    text: { maxLength: 8, padding: 'none', lowercase: true, skipLeading: [] },
    dtypes: { wasm: 'fp32', webgpu: 'fp32', cpu: 'fp32' },
    files: [file],
    golden: [{ text: 'a', dtype: 'fp32', embedding: [1] }],
    can: '',
    cannot: '',
    licence: null,
    source: null,
    revision: null,
  };
}
