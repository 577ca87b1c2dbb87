import { readFile } from 'node:fs/promises';
import { afterEach, expect, test } from 'vitest';
import { LIBRARY, LIBRARY_TITLE } from '../../../engine/collection/types.ts';
import { AfterimageError } from '../../../engine/errors.ts';
import { type ModelManifest, parseModelManifest } from '../../../engine/model/model.ts';
import type { Embedding } from '../../../engine/numeric/embedding.ts';
import { textQuery } from '../../../engine/query/query.ts';
import type { WorkerEvent } from '../../../protocol/query-worker.ts';
import type { HttpSource, Version } from '../../bytes/http-source.browser.ts';
import type { BrowserTextEncoder } from '../../encoders/clip.browser.ts';
import { composeSearch } from '../../indexes/compose-search.ts';
import { createMemoryLibraryStore } from '../../library/testing-library-store.ts';
import { newPicture, withPreview } from '../../library/testing-pictures.ts';
import { createLibraryDoor } from './library-door.browser.ts';
import { libraryModelError, openLibrary } from './open-library.browser.ts';
import type { Opened } from './opened.browser.ts';

const text = await readFile('public/models/afterimage-mini/model.json', 'utf8');
const site: ModelManifest = parseModelManifest(text);
const { dim } = site;
const vision = site.files.find(({ path }) => path === 'onnx/vision_model.onnx')?.sha256 as string;
const model = { model: { id: site.id, sha256: vision }, dim };
const picture = (n: number) => newPicture(n, {}, dim);

let open: Opened | undefined;
afterEach(() => open?.close?.());

function setUp({ isAway = false } = {}) {
  const store = createMemoryLibraryStore();
  const events: WorkerEvent[] = [];
  const committed: (readonly Version[])[] = [];
  const source = {
    async newest() {
      if (isAway) throw new AfterimageError('offline', 'No network.');
      return { text, kept: undefined, problem: undefined };
    },
    async commit(versions: readonly Version[]) {
      committed.push(versions);
      return undefined;
    },
  } as unknown as HttpSource;
  const connection = { source, emit: (event: WorkerEvent) => void events.push(event) };
  const start = async () => {
    open = await openLibrary(connection, store, new AbortController().signal);
    return open;
  };
  return { store, events, committed, connection, start };
}

/** Answers words with the vector of the picture whose number they are. */
function engineOf(opened: Opened, made: ModelManifest = site) {
  const encode = async (words: string) => picture(Number(words)).vector as Embedding;
  const encoder = { modelId: made.id, dim, encode };
  const loaded = { encoder, manifest: made, dtype: made.dtypes.wasm };
  return opened.index.get().then((index) => composeSearch(index, opened.items, loaded).engine);
}

test('needs nothing of the site where there are pictures, and says what it is', async () => {
  const { store, start } = setUp({ isAway: true });
  await store.setModel(model);
  await store.put([picture(1), picture(2)], []);
  const { info, manifest, source } = await start();
  expect(info.manifest).toMatchObject({ name: LIBRARY, title: LIBRARY_TITLE, count: 2, ...model });
  expect(info.live).toMatchObject({ count: 2, order: undefined });
  expect(manifest.model).toEqual(model.model);
  expect((await source.items([1])).map(({ id }) => id)).toEqual([picture(2).item.id]);
});

test('finds a picture as soon as it is stored, and never one that was removed', async () => {
  const { store, events, start } = setUp();
  const opened = await start();
  const engine = await engineOf(opened);
  expect(await engine.search(textQuery('5'))).toMatchObject({ total: 0, good: 0 });
  await store.setModel(model);
  const stored = await store.put([picture(4), picture(5), picture(6)], []);
  await expect.poll(() => events.length).toBe(1);
  const found = await engine.search(textQuery('5'));
  expect([found.total, found.rows[0], found.good, found.unjudged]).toEqual([3, 1, null, 'few']);
  await store.remove([stored[1]?.key as number]);
  await expect.poll(() => events.length).toBe(2);
  expect(await engine.search(textQuery('5'))).toMatchObject({ total: 2 });
  expect(events.at(-1)).toMatchObject({ type: 'collection-changed', name: LIBRARY, count: 2, changed: [] });
  expect([opened.source.order?.(), await opened.source.rowOf(picture(5).item.id)]).toEqual([Uint32Array.of(0, 2), -1]);
  await store.restore([stored[1]?.key as number]);
  await expect.poll(() => events.length).toBe(3);
  const again = await engine.search(textQuery('5'));
  expect((await opened.source.items(again.rows.subarray(0, 1)))[0]?.id).toBe(picture(5).item.id);
});

test('an empty one is of the model that the site adds pictures with, whichever of its towers does', async () => {
  const { store, events, start } = setUp();
  expect((await start()).manifest).toMatchObject(model);
  const other = site.files.find(({ path }) => path.startsWith('onnx/text_model'))?.sha256 as string;
  await store.setModel({ model: { id: site.id, sha256: other }, dim });
  await store.put([picture(1)], []);
  await expect.poll(() => events.map(({ type }) => type)).toEqual(['collection-changed']);
});

test('vectors of another model end it', async () => {
  const { store, events, start } = setUp();
  await start();
  await store.setModel({ model: { id: site.id, sha256: 'f'.repeat(64) }, dim });
  await store.put([picture(1)], []);
  await expect.poll(() => events).toEqual([{ type: 'collection-outdated', name: LIBRARY }]);
});

test('vectors are not compared with a model that is not theirs, and visitors are told what to do', async () => {
  const { store, start } = setUp();
  await store.setModel({ model: { id: site.id, sha256: 'f'.repeat(64) }, dim });
  await store.put([picture(1)], []);
  const opened = await start();
  const error = await engineOf(opened).catch((cause: unknown) => libraryModelError(cause, opened.manifest));
  expect(error).toMatchObject({ code: 'library-model-changed', message: expect.stringMatching('embedded again') });
  const gone = libraryModelError(new AfterimageError('model-not-found', 'None.'), opened.manifest);
  expect(gone).toMatchObject({ code: 'library-model-changed', message: expect.stringMatching('does not have') });
  expect(libraryModelError(new AfterimageError('offline', 'No.'), opened.manifest).code).toBe('offline');
});

test('an empty one cannot be opened where the site has no model', async () => {
  await expect(setUp({ isAway: true }).start()).rejects.toMatchObject({ code: 'offline' });
});

test('the model is kept for a visit without a network', async () => {
  const { committed, start } = setUp();
  const versions = [{ path: 'models/mini/model.json', text, files: [] }];
  expect(await (await start()).keep({ versions } as unknown as BrowserTextEncoder)).toBeUndefined();
  expect(committed).toEqual([versions]);
});

test('pictures come from the store, whether the library is open or not, and are counted', async () => {
  const { store, events, connection } = setUp();
  const opens: string[] = [];
  const door = createLibraryDoor(
    (baseUrl) => {
      opens.push(baseUrl);
      return store;
    },
    () => ({ ...connection, baseUrl: 'https://pictures.test/' }),
  );
  const large = withPreview(3);
  await store.put([picture(1), large], []);
  expect(await door.count()).toBe(2);
  const read = async (id: string, size: 'thumbnail' | 'preview') => {
    const found = await door.picture(id, size);
    return found && new TextDecoder().decode(found.bytes);
  };
  expect(await read(picture(1).item.id, 'thumbnail')).toBe('thumbnail 1');
  expect(await read(picture(1).item.id, 'preview')).toBeUndefined();
  expect(await read(large.item.id, 'preview')).toBe('preview 3');
  expect(await read('f'.repeat(16), 'thumbnail')).toBeUndefined();
  await store.put([picture(2)], []);
  await expect.poll(() => events).toEqual([{ type: 'library', count: 3 }]);
  expect(opens).toEqual(['https://pictures.test/']);
  await expect(createLibraryDoor(undefined, () => ({ ...connection, baseUrl: '' })).count()).rejects.toMatchObject({
    code: 'database-unavailable',
  });
});
