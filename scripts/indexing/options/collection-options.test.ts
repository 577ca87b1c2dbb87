import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { merge } from '../merge.ts';
import { draw, openCollection, workplace } from '../testing.ts';
import { readCaptions } from './captions.ts';
import { parseCollectionOptions } from './collection-options.ts';

test('numbers that no graph can be built with are refused before anything is embedded', () => {
  const largest = { M: '256', efConstruction: '65535', efSearch: '100000' };
  expect(parseCollectionOptions(largest).hnsw).toEqual({ M: 256, efConstruction: 65_535, efSearch: 100_000 });
  expect(() => parseCollectionOptions({ M: '257' })).toThrow(/^--M takes a whole number between 2 and 256, not "257"/);
  expect(() => parseCollectionOptions({ M: '1' })).toThrow(/^--M takes/);
  expect(() => parseCollectionOptions({ efConstruction: '65536' })).toThrow(/^--efConstruction takes .* and 65535,/);
  expect(() => parseCollectionOptions({ efSearch: '0' })).toThrow(/^--efSearch takes/);
});

test('codes go with vectors in int8 alone, which are the default', () => {
  expect(parseCollectionOptions({ index: 'codes' })).toMatchObject({ index: 'codes', encoding: 'int8' });
  expect(() => parseCollectionOptions({ index: 'cells', vectors: 'f16' })).toThrow(
    /^--index cells goes with --vectors int8/,
  );
  for (const vectors of ['f16', 'f32']) {
    expect(() => parseCollectionOptions({ index: 'codes', vectors })).toThrow(
      /^--index codes goes with --vectors int8/,
    );
  }
});

const long = (length: number) => 'x'.repeat(length);

test('texts that no manifest takes are refused', () => {
  const refusals = [
    [{ title: '' }, /^--title is empty/],
    [{ title: long(501) }, /^--title takes at most 500 characters, not 501/],
    [{ description: long(5001) }, /^--description takes at most 5000/],
    [{ licence: long(501) }, /^--licence takes at most 500/],
    [{ example: ['a', ''] }, /^--example is empty/],
    [{ example: [long(501)] }, /^--example takes at most 500/],
    [{ example: Array.from({ length: 101 }, () => 'a') }, /^--example can be given at most 100 times/],
  ] as const;
  for (const [values, message] of refusals) expect(() => parseCollectionOptions(values)).toThrow(message);
});

test('captions that no collection takes are refused', () => {
  const captions = (caption: object) => () => readCaptions(JSON.stringify({ 'a.jpg': caption }), 'c.json');
  const message = /^c\.json is no file of captions: what "a\.jpg" says has 10001 characters, and at most 10000 are/;
  expect(captions({ title: long(10_001) })).toThrow(message);
  expect(captions({ licence: long(10_001) })).toThrow(message);
});

test('the longest texts that are taken can be written; an empty licence takes the licence back, merged too', async () => {
  const { pictures, out, build, items } = await workplace();
  await draw(join(pictures, 'a.png'), 1);
  const values = {
    ...{ title: long(500), description: long(5000), licence: long(500) },
    example: Array.from({ length: 100 }, () => long(500)),
  };
  const caption = { title: long(10_000), licence: long(10_000) };
  const captions = join(pictures, '../captions.json');
  await writeFile(captions, JSON.stringify({ 'a.png': caption }));
  await build({ ...parseCollectionOptions(values), captions });
  expect((await openCollection(out)).manifest).toMatchObject({ title: values.title, examples: values.example });
  expect(await items()).toMatchObject([caption]);

  const merged = join(out, '../merged');
  const mergeWith = async (licence?: string) => {
    const options = parseCollectionOptions({ licence });
    await merge({ collections: [out], out: merged, ...options }, new AbortController().signal, () => {});
    return (await openCollection(merged)).manifest.licence;
  };
  expect(await mergeWith()).toBe(values.licence);
  expect(await mergeWith('')).toBeNull();

  await build(parseCollectionOptions({ description: '', licence: '' }));
  expect((await openCollection(out)).manifest).toMatchObject({ title: values.title, description: '', licence: null });
  await build();
  expect((await openCollection(out)).manifest.licence).toBeNull();
});
