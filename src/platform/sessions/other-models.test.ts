import { beforeEach, expect, test, vi } from 'vitest';
import { memoise } from '../../engine/async/cached/memoise.ts';
import { createDeferred } from '../../engine/async/deferred.ts';
import { createTestItems } from '../../engine/collection/items/testing-items.ts';
import { createExactIndex } from '../../engine/index/exact/exact-index.ts';
import type { ModelManifest } from '../../engine/model/model.ts';
import type { Embedding } from '../../engine/numeric/embedding.ts';
import { clusteredVectors, flatten } from '../../engine/numeric/testing-vectors.ts';
import { textQuery } from '../../engine/query/query.ts';
import { drawSample } from '../../engine/search/cutoff.ts';
import { createIndexRetriever } from '../../engine/search/retriever.ts';
import type { WorkerEvent } from '../../protocol/query-worker.ts';
import type { BrowserTextEncoder } from '../encoders/clip.browser.ts';
import type { Connection } from '../encoders/encoders.browser.ts';
import { composeSearch } from '../indexes/compose-search.ts';
import type { Opened, OpenedGroup } from './opened/opened.browser.ts';
import { createOtherModels } from './other-models.browser.ts';

const request = { device: 'wasm', deviceReason: '', threads: 1 } as const;
const small = { id: 'small', sha256: 'a'.repeat(64) };
const large = { id: 'large', sha256: 'b'.repeat(64) };

/** `model.json` of a model whose text tower has so many bytes. */
function manifestOf({ id, sha256 }: typeof small, dim: number, bytes: number): ModelManifest {
  const files = [
    { path: 'onnx/vision_model.onnx', sha256, bytes: 5 },
    { path: 'onnx/text_model.onnx', sha256: id === 'small' ? 'c'.repeat(64) : 'd'.repeat(64), bytes },
  ];
  const embedding = [...(clusteredVectors(1, dim)[0] as Embedding)];
  const golden = [{ text: 'a dog', dtype: 'fp32', embedding }];
  const text = { maxLength: 8, padding: 'none', lowercase: false, skipLeading: [], keepBefore: [] };
  return {
    ...{ format: 'afterimage-model', version: 1, id, title: `The ${id}`, family: 'clip', dim, imageSize: 32, text },
    ...{ dtypes: { wasm: 'fp32', webgpu: 'fp32', cpu: 'fp32' }, files, golden, can: '', cannot: '' },
    ...{ licence: null, source: null, revision: null },
  } as ModelManifest;
}

function group(model: typeof small, dim: number, count: number, start: number): OpenedGroup {
  const vectors = clusteredVectors(count, dim, dim);
  const index = createExactIndex(flatten(vectors, dim), dim);
  const manifest = { name: '*', title: 'All', model, dim, count };
  const loaded = {
    manifest,
    retriever: createIndexRetriever({ index, rankAll: index.rankAll }),
    vectors: { vectorsOf: async (rows: readonly number[]) => rows.map((row) => vectors[row] as Embedding) },
    sample: drawSample(count, dim, (row) => vectors[row] as Embedding),
    ...{ onDemand: false, arrived: Promise.resolve(), info: {} },
  };
  return {
    ...{ manifest, items: createTestItems(count), index: memoise(async () => loaded) },
    rowAt: (row: number) => start + row,
  } as unknown as OpenedGroup;
}

function encoderOf(model: typeof small, dim: number): BrowserTextEncoder {
  const encode = async (text: string) => clusteredVectors(1, dim, text.length)[0] as Embedding;
  const encoder = { modelId: model.id, dim, encode, dispose: async () => {} };
  return { encoder, manifest: manifestOf(model, dim, 70), dtype: 'fp32', bytes: 1 } as unknown as BrowserTextEncoder;
}

let kept: Set<string>;
beforeEach(() => {
  kept = new Set();
});

function setUp({ prefetch = async () => {} }: { prefetch?: (signal?: AbortSignal) => Promise<void> } = {}) {
  const events: WorkerEvent[] = [];
  const source = {
    newest: async () => ({ text: JSON.stringify(manifestOf(large, 12, 70)), kept: undefined, problem: undefined }),
    isKept: async ({ sha256 }: { sha256: string }) => kept.has(sha256),
    async prefetch(
      _path: string,
      { sha256, bytes }: { sha256: string; bytes: number },
      options: { signal?: AbortSignal; onProgress?: (loaded: number, total: number) => void },
    ) {
      await prefetch(options.signal);
      options.signal?.throwIfAborted();
      options.onProgress?.(bytes, bytes);
      kept.add(sha256);
    },
    commit: vi.fn(async () => undefined),
  };
  const groups = [group(small, 8, 40, 0), group(large, 12, 30, 40)];
  const collections = [
    { title: 'The demo', made: small },
    { title: 'Photographs', made: large },
  ];
  const open = { manifest: { name: '*' }, groups, info: { together: { collections } } } as unknown as Opened;
  const release = vi.fn();
  const beside = vi.fn(async () => ({ entry: { loaded: Promise.resolve(encoderOf(large, 12)) }, release }));
  const onLoaded = vi.fn();
  const others = createOtherModels({
    ...{ open, onLoaded },
    encoders: { beside: beside as never },
    connection: { baseUrl: '', source, emit: (event: WorkerEvent) => events.push(event) } as unknown as Connection,
  });
  const encoder = encoderOf(small, 8);
  const first = memoise(async () => {
    const { index, items } = groups[0] as OpenedGroup;
    return composeSearch(await index.get(), items, encoder).engine;
  });
  const engine = async () => others.engine(await first.get(), encoder);
  return { others, events, release, beside, onLoaded, engine, source };
}

test('a model beside the first is offered with its bytes, and its pictures are found once it is loaded', async () => {
  const { others, engine, events, onLoaded, source } = setUp();
  const offer = { model: large, title: 'The large', collections: ['Photographs'], problem: null };
  expect(await others.list('wasm')).toEqual([{ ...offer, isLoaded: false, bytes: 70 }]);
  expect(await (await engine()).search(textQuery('dog'))).toMatchObject({ models: ['small'], total: 40 });

  expect(await others.load(large.sha256, request)).toBe(true);
  expect(events).toContainEqual({ type: 'model-download', id: 'large', loaded: 70, total: 70 });
  expect([onLoaded.mock.calls.length, source.commit.mock.calls.length]).toEqual([1, 1]);
  expect(await others.list('wasm')).toEqual([{ ...offer, isLoaded: true, bytes: 0 }]);
  const at = await engine();
  expect(await at.search(textQuery('dog'))).toMatchObject({ models: ['small', 'large'], total: 70 });
  expect(await engine()).toBe(at); // with what it remembers
});

test('a download that is stopped loads nothing, and can be begun again', async () => {
  const begun = createDeferred<void>();
  const { others, engine, beside } = setUp({
    prefetch: (signal) =>
      new Promise((resolve, reject) => {
        begun.resolve();
        signal?.addEventListener('abort', () => reject(signal.reason));
        if (kept.has('go on')) resolve();
      }),
  });
  const loading = others.load(large.sha256, request);
  await begun.promise;
  others.stop();
  expect(await loading).toBe(false);
  expect([beside.mock.calls.length, (await (await engine()).search(textQuery('dog'))).models]).toEqual([0, ['small']]);
  kept.add('go on');
  expect(await others.load(large.sha256, request)).toBe(true);
});

test('a model that is another one by now is not offered, and says so', async () => {
  const { others, source } = setUp();
  source.newest = async () => ({
    text: JSON.stringify(manifestOf({ ...large, sha256: 'e'.repeat(64) }, 12, 70)),
    ...{ kept: undefined, problem: undefined },
  });
  const [offer] = await others.list('wasm');
  expect(offer).toMatchObject({
    isLoaded: false,
    bytes: 0,
    problem: expect.stringMatching(/Photographs was made with/),
  });
});

test('what cannot be loaded says why; an unknown model is refused', async () => {
  const { others } = setUp({ prefetch: () => Promise.reject(new Error('No network.')) });
  await expect(others.load(large.sha256, request)).rejects.toThrow('No network.');
  await expect(others.load(small.sha256, request)).rejects.toMatchObject({ code: 'model-not-found' });
});

test('its encoder is let go when the collections are closed', async () => {
  const { others, release } = setUp();
  await others.load(large.sha256, request);
  others.close();
  expect(release).toHaveBeenCalledTimes(1);
});
