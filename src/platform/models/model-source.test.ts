import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ModelFile, ModelManifest } from '../../engine/model/model.ts';
import type { WorkerEvent } from '../../protocol/query-worker.ts';
import { createHttpSource, type HttpSource } from '../bytes/http-source.browser.ts';
import { createFakeServer, createMemoryCache, type FakeServer } from '../bytes/testing.browser.ts';
import { sha256 } from '../hashes/sha256.ts';
import { readModelFile, readNewestModel } from './model-source.browser.ts';

const BASE = 'https://afterimage.test/app/';
const PART_BYTES = 400;
const tower = Uint8Array.from({ length: 1000 }, (_, i) => i % 251);

let server: FakeServer;
let cache: ReturnType<typeof createMemoryCache>;
let source: HttpSource;
let file: ModelFile;
let events: WorkerEvent[];

beforeEach(async () => {
  server = createFakeServer(BASE);
  vi.stubGlobal('fetch', server.fetch);
  cache = createMemoryCache();
  source = createHttpSource(BASE, cache);
  file = await publishSplit();
  events = [];
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
  publish(manifest());
  expect(await source.commit([(await load()).version])).toBeUndefined();
  expect([...cache.content.keys()].sort()).toEqual((file.parts ?? []).map((part) => part.sha256).sort());
  server.fault = () => new TypeError('Failed to fetch');
  expect((await load()).files.get(file.path)).toEqual(tower);
});

const COLLECTION = { name: 'holidays', dim: 1, model: { id: 'mini', sha256: 'a'.repeat(64) } };

function load(collection = COLLECTION, readFile = (one: ModelFile) => read(one)) {
  return readNewestModel(source, collection, {
    needed: ({ files }) => files,
    readFile,
    onEvent: (event) => events.push(event),
  });
}

function publish(model: ModelManifest): void {
  server.files.set('models/mini/model.json', new TextEncoder().encode(JSON.stringify(model)));
}

test('what was kept is read before the server has answered', async () => {
  publish(manifest());
  await source.commit([(await load()).version]);
  source = createHttpSource(BASE, cache);
  const asked: string[] = [];
  let answerNow = () => {};
  const answered = new Promise<void>((resolve) => {
    answerNow = resolve;
  });
  vi.stubGlobal('fetch', async (...request: Parameters<typeof fetch>) => {
    asked.push(String(request[0]));
    await answered;
    return server.fetch(...request);
  });
  const files = vi.fn((one: ModelFile) => read(one));
  const loaded = load(COLLECTION, files);
  await expect.poll(() => files).toHaveResolved();
  expect(asked).toEqual([`${BASE}models/mini/model.json`]);
  answerNow();
  expect((await loaded).files.get(file.path)).toEqual(tower);
  expect(files).toHaveBeenCalledOnce();
});

test('a model.json of another model is refused', async () => {
  publish({ ...manifest(), id: 'maxi' });
  await expect(load()).rejects.toMatchObject({ code: 'model-invalid', message: expect.stringContaining('maxi') });
});

describe('when there is a newer model than the kept one', () => {
  const newer = (changes: Partial<ModelManifest> = {}) => ({ ...manifest(), title: 'Newer', ...changes });

  beforeEach(async () => {
    publish(manifest());
    await source.commit([(await load()).version]);
  });

  test('it is used and told', async () => {
    publish(newer());
    expect((await load()).manifest.title).toBe('Newer');
    expect(events).toEqual([{ type: 'model-updated', id: 'mini' }]);
  });

  test('that cannot be read, the kept one is used, and told', async () => {
    publish(newer({ files: [{ ...file, parts: [], path: 'gone', sha256: 'c'.repeat(64) }] }));
    expect((await load()).manifest.title).toBe('Mini');
    expect(events).toEqual([{ type: 'model-kept', id: 'mini', reason: expect.any(String) }]);
  });

  test('that did not make the collection, the kept one is used; for newer pictures the new one', async () => {
    publish(newer({ omittedVision: ['b'.repeat(64)] }));
    expect((await load()).manifest.title).toBe('Mini');
    expect(events).toEqual([]);
    const pictures = { ...COLLECTION, model: { id: 'mini', sha256: 'b'.repeat(64) } };
    expect((await load(pictures)).manifest.title).toBe('Newer');
    const others = { ...COLLECTION, model: { id: 'mini', sha256: 'd'.repeat(64) } };
    await expect(load(others)).rejects.toMatchObject({ code: 'collection-model-mismatch' });
  });
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
    omittedVision: ['a'.repeat(64)],
    golden: [{ text: 'a', dtype: 'fp32', embedding: [1] }],
    can: '',
    cannot: '',
    licence: null,
    source: null,
    revision: null,
  };
}
