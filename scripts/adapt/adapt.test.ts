import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { readAdapter } from '../../src/engine/collection/extensions/adapter.ts';
import { stringifyManifest } from '../../src/engine/collection/manifest.ts';
import { storeVectors } from '../../src/engine/collection/vectors/stored-vectors.ts';
import { encodeCollection } from '../../src/engine/collection/writer.ts';
import { DEFAULT_MODEL } from '../../src/engine/model/model.ts';
import { normalise } from '../../src/engine/numeric/embedding.ts';
import { gaussians } from '../../src/engine/numeric/gaussians.ts';
import { textQuery } from '../../src/engine/query/query.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { towerFile } from '../../src/platform/models/model-files.ts';
import { readModelManifest } from '../../src/platform/models/model-folder.node.ts';
import type { NodeSearch } from '../../src/platform/sessions/search.node.ts';
import { evaluatePairs } from '../eval/pairs/measure.ts';
import { openCollection } from '../indexing/testing.ts';
import { MODELS_FOLDER } from '../repository/folders.ts';
import { adaptCollection, removeAdapter, withCollection } from './adapt-collection.ts';
import { embedPairs } from './embed-pairs.ts';
import { readPairs } from './read-pairs.ts';

/** Words that the model knows nothing of, each for a bunch of pictures that are near to each other. */
const LABELS = ['glorptastic', 'snarfblat', 'quuxify', 'plumbus', 'thneed', 'vashnik'];
const EACH = 10;
const COUNT = LABELS.length * EACH;

let publicFolder = '';
let table = '';
const names = Array.from({ length: COUNT }, (_, i) => `shelf/${i}.png`);
const labelOf = (i: number) => LABELS[i % LABELS.length] as string;

beforeAll(async () => {
  publicFolder = await mkdtemp(join(tmpdir(), 'afterimage-adapt-'));
  await mkdir(join(publicFolder, 'models'));
  await symlink(join(MODELS_FOLDER, DEFAULT_MODEL), join(publicFolder, 'models', DEFAULT_MODEL));
  table = join(publicFolder, 'pairs.csv');
  await writeFile(table, `picture,label\n${names.map((name, i) => `${name},${labelOf(i)}`).join('\n')}\n`);
});
afterAll(() => rm(publicFolder, { recursive: true, force: true }));
beforeEach(writeCollection);

async function writeCollection(): Promise<void> {
  const model = await readModelManifest(MODELS_FOLDER, DEFAULT_MODEL);
  const { dim } = model;
  const vectors = new Float32Array(COUNT * dim);
  for (let i = 0; i < COUNT; i++) {
    const [centre, own] = [gaussians(dim, i % LABELS.length), gaussians(dim, 100 + i)];
    vectors.set(normalise(Float32Array.from(centre, (value, j) => value + 0.7 * (own[j] as number))), i * dim);
  }
  const items = names.map((name, row) => ({
    ...{ id: row.toString(16).padStart(16, '0'), name, title: null, licence: null, date: null },
    ...{ width: 8, height: 8, bytes: 8, thumbnail: null, preview: null },
  }));
  const about = {
    name: 'mine',
    title: 'Mine',
    description: '',
    licence: null,
    examples: [],
    created: '2026-01-01T00:00:00Z',
  };
  const parts = encodeCollection({
    ...{ ...about, dim, items, sha256, index: 'exact', hnsw: { M: 8, efConstruction: 40, efSearch: 40 } },
    ...{
      model: { id: model.id, sha256: towerFile(model, 'vision', 'fp32').sha256 },
      pictures: { mode: 'none', bytes: 0 },
    },
    vectors: storeVectors(vectors, dim, 'f32'),
  });
  const folder = join(publicFolder, 'collections/mine');
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  let next = await parts.next();
  while (!next.done) {
    await writeFile(join(folder, next.value.path), next.value.bytes);
    next = await parts.next();
  }
  await writeFile(join(folder, 'manifest.json'), stringifyManifest(next.value));
}

const withSearch = <T>(work: (search: NodeSearch) => Promise<T>) => withCollection(publicFolder, 'mine', work);

/** Of the best ten pictures for each label, the share that has it. */
function found(): Promise<number> {
  return withSearch(async ({ engine }) => {
    let hits = 0;
    for (const label of LABELS) {
      const { rows } = await engine.search(textQuery(label));
      hits += [...rows.slice(0, EACH)].filter((row) => labelOf(row) === label).length;
    }
    return hits / COUNT;
  });
}

const adapterIn = async () => readAdapter(await openCollection(join(publicFolder, 'collections/mine')));
const adaptWith = (path: string, lines: string[] = []) =>
  withSearch((search) => adaptCollection(search, publicFolder, path, (text) => lines.push(text)));

/** A table of these lines. */
async function tableOf(text: string, name = 'other.csv'): Promise<string> {
  const path = join(publicFolder, name);
  await writeFile(path, text);
  return path;
}

test('what words mean in a domain is learned, used by searches, shown by the evaluation, and taken out again', async () => {
  const before = await found();
  const figures = await withSearch((search) => evaluatePairs(search, table, 6));
  expect(figures).toMatchObject({ learned: 6 * LABELS.length, wouldBeWritten: true });
  expect(figures.after.top1).toBeGreaterThan(figures.before.top1 + 0.3);

  const lines: string[] = [];
  const adapter = await adaptWith(table, lines);
  expect(lines.join('\n')).toMatch(/top-1\) \| 0\.\d{3} \| [01]\.\d{3} \| \+/);
  expect(await adapterIn()).toEqual(adapter);
  expect(await found()).toBeGreaterThan(before + 0.3);

  expect(await withSearch((search) => removeAdapter(search, publicFolder))).toBe(true);
  expect(await adapterIn()).toBeUndefined();
  expect(await found()).toBe(before);
  expect(await withSearch((search) => removeAdapter(search, publicFolder))).toBe(false);
});

test('one that finds no more is not written, and what was there stays', async () => {
  const adapter = await adaptWith(table);
  const shuffled = names.map((name, i) => `${name},${labelOf(Math.floor(i / EACH))}`).join('\n');
  const path = await tableOf(`picture,caption\n${shuffled}\n`);
  await expect(adaptWith(path)).rejects.toMatchObject({ code: 'adapter-useless' });
  expect(await adapterIn()).toEqual(adapter);
});

describe('a table', () => {
  test('is read with its columns in any order, and pictures by id', async () => {
    const text = 'note;caption;picture\nx;"two  words";shelf/1.png\n;;shelf/2.png\ny;two words;shelf/1.png\n';
    expect(await readPairs(await tableOf(text))).toEqual([{ picture: 'shelf/1.png', words: 'two words' }]);
    const ids = names.map((_, i) => `${i.toString(16).padStart(16, '0')}\t${labelOf(i)}`);
    const path = await tableOf(`picture\tlabel\n${ids.join('\n')}\n`, 'ids.tsv');
    const byId = await withSearch(async (search) => embedPairs(await readPairs(path), search));
    const byName = await withSearch(async (search) => embedPairs(await readPairs(table), search));
    expect(byId).toEqual(byName);
  });

  test.each([
    ['no such file', undefined, 'usage', /no table|none at/],
    ['empty', '', 'usage', /column picture/],
    ['no pictures', 'image,label\na.png,x\n', 'usage', /column picture.*image, label/],
    ['no words', 'picture,tag\na.png,x\n', 'usage', /column caption or label/],
    ['a field too few', 'picture,label\nshelf/1.png\n', 'metadata-invalid', /line 2/],
    ['an unknown picture', 'picture,label\nshelf/1.png,x\nshelf/none.png,x\n', 'item-not-found', /shelf\/none\.png\./],
    [
      'too few pairs',
      'picture,label\nshelf/1.png,x\nshelf/2.png,y\n',
      'usage',
      /too few pairs.*2 pictures and 2 texts/,
    ],
    ['one text', `picture,label\n${names.map((name) => `${name},x`).join('\n')}\n`, 'usage', /60 pictures and 1 texts/],
  ])('with %s is refused', async (_what, text, code, message) => {
    const path = text === undefined ? join(publicFolder, 'none.csv') : await tableOf(text);
    await expect(adaptWith(path)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(await adapterIn()).toBeUndefined();
  });
});
