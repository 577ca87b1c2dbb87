import { createRoot, createSignal } from 'solid-js';
import { expect, it, vi } from 'vitest';
import { AfterimageError } from '../../engine/errors.ts';
import type { Query } from '../../engine/query/query.ts';
import type { CollectionInfo } from '../../protocol/query-worker.ts';
import { createAskedAccess } from './asked-access.ts';
import { createAskedPictures } from './asked-pictures.ts';

const infoOf = (model: string) =>
  ({ manifest: { model: { id: model, sha256: model.padEnd(64, 'f') }, dim: 1 } }) as CollectionInfo;

/** Each file is known by its text, and each model sees its own number in it. */
function setUp() {
  const [collection, setCollection] = createSignal<CollectionInfo | undefined>(infoOf('a'));
  const embed = vi.fn(async (file: Blob, { model }: { model: { id: string } }) => {
    const text = await file.text();
    if (text === 'bad') throw new AfterimageError('picture-unreadable', 'It is no picture.');
    const embedding = new Float32Array([model.id.charCodeAt(0) + text.length]) as never;
    return { sha256: text.padEnd(64, 'f'), embedding, thumbnail: new Blob([`small ${text}`]) };
  });
  const pictures = createRoot(() => createAskedPictures(embed, collection));
  return { pictures, embed, setCollection };
}

const query = (...texts: string[]): Query => ({
  terms: texts.map((text) => ({ kind: 'picture', sha256: text.padEnd(64, 'f'), weight: 1 })),
  filters: [],
});
const valuesOf = (vectors: ReadonlyMap<string, ArrayLike<number>>) => [...vectors.values()].map((one) => one[0]);

it('looks at a picture once a model, and knows it by its content', async () => {
  const { pictures, embed, setCollection } = setUp();
  const taken = await pictures.take(new Blob(['one']), 'one.jpg');
  expect(pictures.get(taken.sha256)).toMatchObject({ name: 'one.jpg' });
  expect(await (await fetch(taken.thumbnail)).text()).toBe('small one');
  expect(valuesOf(await pictures.vectorsOf(query('one')))).toEqual([97 + 3]);
  expect(embed).toHaveBeenCalledTimes(1);

  setCollection(infoOf('b'));
  expect(valuesOf(await pictures.vectorsOf(query('one')))).toEqual([98 + 3]);
  expect(valuesOf(await pictures.vectorsOf(query('one')))).toEqual([98 + 3]);
  expect(embed).toHaveBeenCalledTimes(2);
  setCollection(infoOf('a'));
  expect(valuesOf(await pictures.vectorsOf(query('one')))).toEqual([97 + 3]);
  expect(embed).toHaveBeenCalledTimes(2);
});

it('leaves out what is not at hand, and forgets the oldest', async () => {
  const { pictures } = setUp();
  const first = await pictures.take(new Blob(['0']), '0');
  for (let i = 1; i <= 20; i++) await pictures.take(new Blob([String(i)]), String(i));
  expect(pictures.recent()).toHaveLength(20);
  expect(pictures.recent()[0]?.name).toBe('20');
  expect(pictures.get(first.sha256)).toBeUndefined();
  await expect(fetch(first.thumbnail)).rejects.toThrow();
  expect([...(await pictures.vectorsOf(query('0', '7'))).keys()]).toEqual(['7'.padEnd(64, 'f')]);
  // Again: it is the newest, and there once.
  await pictures.take(new Blob(['7']), 'again');
  expect(
    pictures
      .recent()
      .map(({ name }) => name)
      .slice(0, 2),
  ).toEqual(['again', '20']);
  expect(pictures.recent()).toHaveLength(20);
});

it('says why a picture cannot be searched for', async () => {
  const { pictures, setCollection } = setUp();
  await expect(pictures.take(new Blob(['bad']), 'bad')).rejects.toMatchObject({ code: 'picture-unreadable' });
  expect(pictures.recent()).toEqual([]);
  setCollection(undefined);
  await expect(pictures.take(new Blob(['one']), 'one')).rejects.toMatchObject({ code: 'collection-not-found' });
});

it('loads when it is asked for, and again after a failure', async () => {
  const { pictures } = setUp();
  const create = vi.fn(async () => pictures).mockRejectedValueOnce(new Error('no network'));
  const access = createAskedAccess(create);
  await expect(access.load()).rejects.toThrow('no network');
  expect(access.pictures()).toBeUndefined();
  expect(await access.load()).toBe(pictures);
  expect(await access.load()).toBe(access.pictures());
  expect(create).toHaveBeenCalledTimes(2);
});
