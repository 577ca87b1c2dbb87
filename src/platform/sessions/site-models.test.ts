import { beforeEach, expect, test } from 'vitest';
import { EMPTY_LIST } from '../../engine/collection/manifest.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { ModelManifest } from '../../engine/model/model.ts';
import { stringifyModelList } from '../../engine/model/model-list.ts';
import { type RerankerManifest, stringifyRerankerManifest } from '../../engine/model/reranker.ts';
import type { WorkerEvent } from '../../protocol/query-worker.ts';
import type { Connection } from '../encoders/encoders.browser.ts';
import { createSiteList } from './site-list.browser.ts';
import { createSiteModels } from './site-models.browser.ts';

const hash = (letter: string) => letter.repeat(64);

/** Of a model with a text tower of 60 bytes, a tokenizer that all share, and perhaps a vision tower of 150. */
function manifestOf(id: string, letter: string, withVision = true): ModelManifest {
  const files = [
    { path: 'config.json', sha256: hash('c'), bytes: 10 },
    { path: 'onnx/text_model.onnx', sha256: hash(letter), bytes: 60 },
    ...(withVision ? [{ path: 'onnx/vision_model.onnx', sha256: hash(`${Number(letter) + 1}`), bytes: 150 }] : []),
  ];
  const text = { maxLength: 8, padding: 'none', lowercase: false, skipLeading: [], keepBefore: [] };
  const golden = [{ text: 'a dog', dtype: 'fp32', embedding: [1, 0, 0, 0, 0, 0, 0, 0] }];
  return {
    ...{ format: 'afterimage-model', version: 1, id, title: `The ${id}`, family: 'clip', dim: 8, imageSize: 32, text },
    ...{ dtypes: { wasm: 'fp32', webgpu: 'fp32', cpu: 'fp32' }, files, golden, can: 'It can.', cannot: 'It cannot.' },
    ...{ licence: 'MIT', source: null, revision: null },
  } as ModelManifest;
}

/** Its tokenizer is that of model `a`. */
const reranker: RerankerManifest = {
  ...{ format: 'afterimage-reranker', version: 1, id: 'again', title: 'Again', family: 'blip-itm', imageSize: 8 },
  ...{ text: { maxLength: 8, firstToken: null }, dtypes: { wasm: 'fp32', webgpu: 'fp32', cpu: 'fp32' } },
  files: [
    { path: 'onnx/model.onnx', sha256: hash('5'), bytes: 100 },
    { path: 'tokenizer.json', sha256: hash('c'), bytes: 10 },
    { path: 'tokenizer_config.json', sha256: hash('d'), bytes: 10 },
    { path: 'preprocessor_config.json', sha256: hash('e'), bytes: 10 },
  ],
  golden: [{ text: 'a dog', picture: 'slope', dtype: 'fp32', match: 0.5 }],
  ...{ licence: 'MIT', source: null, revision: null },
};

const unknown = { for: null, languages: [], commercial: null, quality: [] };
let texts: Map<string, string>;
let kept: Set<string>;
let forgotten: string[];
let fails: AfterimageError | undefined;
beforeEach(() => {
  kept = new Set();
  forgotten = [];
  fails = undefined;
  texts = new Map([
    [
      'models/index.json',
      stringifyModelList([
        { ...unknown, id: 'a', languages: ['English'] },
        { ...unknown, id: 'b' },
      ]),
    ],
    ['models/a/model.json', JSON.stringify(manifestOf('a', '1'))],
    ['models/b/model.json', JSON.stringify(manifestOf('b', '3', false))],
  ]);
});

function setUp() {
  const events: WorkerEvent[] = [];
  const source = {
    newest: async (path: string) => {
      const text = texts.get(path);
      return text === undefined ? undefined : { text, kept: undefined, problem: undefined };
    },
    isKept: async ({ sha256 }: { sha256: string }) => kept.has(sha256),
    async prefetch(
      _: string,
      { sha256, bytes }: { sha256: string; bytes: number },
      options: { signal: AbortSignal; onProgress(loaded: number, total: number): void },
    ) {
      if (fails) throw fails;
      options.onProgress(bytes, bytes);
      await new Promise((resolve) => setTimeout(resolve));
      options.signal.throwIfAborted();
      kept.add(sha256);
    },
    commit: async () => undefined,
    async forget(paths: readonly string[], files: readonly { sha256: string }[]) {
      forgotten.push(...paths);
      for (const { sha256 } of files) kept.delete(sha256);
    },
  };
  const connection = { source, emit: (event: WorkerEvent) => events.push(event) } as unknown as Connection;
  return { models: createSiteModels(() => connection), events };
}

test('says what each model is and needs, and what is kept of it', async () => {
  const { models } = setUp();
  kept.add(hash('1'));
  // Both have it: removing one does not give it back.
  kept.add(hash('c'));
  expect(await models.siteModels('wasm')).toEqual([
    {
      ...{ ...unknown, id: 'a', title: 'The a', can: 'It can.', cannot: 'It cannot.', licence: 'MIT' },
      languages: ['English'],
      text: { bytes: 70, missing: 0 },
      pictures: { bytes: 220, missing: 150 },
      library: { model: { id: 'a', sha256: hash('2') }, dim: 8 },
      kept: 60,
    },
    expect.objectContaining({ id: 'b', text: { bytes: 70, missing: 60 }, pictures: null, library: null, kept: 0 }),
  ]);
});

test('a site without a list has the models of its collections; one that is damaged is left out', async () => {
  const { models } = setUp();
  texts.delete('models/index.json');
  const collection = { name: 'x', title: 'X', description: '', count: 1, model: 'a', sha256: hash('0') };
  const list = { format: 'afterimage-collections', version: 1, collections: [collection] };
  texts.set('collections/index.json', JSON.stringify(list));
  texts.set('models/b/model.json', '{}');
  expect((await models.siteModels('wasm')).map(({ id }) => id)).toEqual(['a']);
  texts.delete('models/a/model.json');
  await expect(models.siteModels('wasm')).rejects.toMatchObject({ code: 'model-not-found' });
});

test('a model is downloaded with its progress, can be stopped, and says why it failed', async () => {
  const { models, events } = setUp();
  expect(await models.keepModel('a', 'wasm')).toBe(true);
  expect(events.filter(({ type }) => type === 'model-download').at(-1)).toEqual({
    ...{ type: 'model-download', id: 'a', loaded: 70, total: 70 },
  });
  expect([...kept].sort()).toEqual([hash('1'), hash('c')]);
  const stopped = models.keepModel('b', 'wasm');
  await models.stopKeeping();
  expect([await stopped, kept.has(hash('3'))]).toEqual([false, false]);
  fails = new AfterimageError('network', 'The server does not answer.');
  await expect(models.keepModel('b', 'wasm')).rejects.toBe(fails);
});

test('a reranker is among them: it is kept and removed as they are', async () => {
  const { models, events } = setUp();
  texts.set('collections/index.json', JSON.stringify({ ...EMPTY_LIST, rerankers: ['again'] }));
  texts.set('models/again/reranker.json', stringifyRerankerManifest(reranker));
  expect((await models.siteModels('wasm')).at(-1)).toMatchObject({
    ...{ id: 'again', title: 'Again', licence: 'MIT', for: expect.stringContaining('second look') },
    ...{ text: { bytes: 130, missing: 130 }, pictures: null, library: null, kept: 0 },
  });
  expect(await models.keepModel('again', 'wasm')).toBe(true);
  expect(events.at(-1)).toEqual({ type: 'model-download', id: 'again', loaded: 130, total: 130 });
  expect(await models.siteModels('wasm')).toContainEqual(
    expect.objectContaining({ id: 'again', text: { bytes: 130, missing: 0 }, kept: 130 }),
  );
  await models.keepModel('a', 'wasm');
  await models.removeModel('again');
  expect([[...kept].sort(), forgotten]).toEqual([[hash('1'), hash('c')], ['models/again/reranker.json']]);
});

test('the list that is read for the collections says which rerankers there are, and is asked for once', async () => {
  const asked: string[] = [];
  const source = {
    async newest(path: string) {
      asked.push(path);
      const text = texts.get(path);
      return text === undefined ? undefined : { text, kept: undefined, problem: undefined };
    },
    isKept: async () => false,
    commit: async () => undefined,
  };
  const { listCollections, rerankers } = createSiteList(() => ({ source }) as unknown as Connection);
  texts.set('collections/index.json', JSON.stringify(EMPTY_LIST));
  expect([await listCollections(), await rerankers('wasm')]).toEqual([[], []]);
  expect(asked).toEqual(['collections/index.json']);
  texts.set('collections/index.json', JSON.stringify({ ...EMPTY_LIST, rerankers: ['gone', 'again'] }));
  texts.set('models/again/reranker.json', stringifyRerankerManifest(reranker));
  await listCollections();
  const again = { id: 'again', title: 'Again', licence: 'MIT', bytes: 130, missing: 130, kept: 0 };
  expect(await rerankers('wasm')).toEqual([again]);
});

test('what is removed goes, but for what other models share', async () => {
  const { models } = setUp();
  await models.keepModel('a', 'wasm');
  await models.removeModel('a');
  expect([[...kept], forgotten]).toEqual([[hash('c')], ['models/a/model.json', 'vision/a']]);
});
