import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringifyManifest } from '../../src/engine/collection/manifest.ts';
import { storeVectors } from '../../src/engine/collection/vectors/stored-vectors.ts';
import { encodeCollection } from '../../src/engine/collection/writer.ts';
import { DEFAULT_MODEL } from '../../src/engine/model/model.ts';
import { dot, type Embedding } from '../../src/engine/numeric/embedding.ts';
import { textQuery } from '../../src/engine/query/query.ts';
import { createNodeQueryEncoder } from '../../src/platform/encoders/clip.node.ts';
import { sha256 } from '../../src/platform/hashes/sha256.ts';
import { buildHnswIndex } from '../../src/platform/indexes/hnsw/hnsw-index.ts';
import { towerFile } from '../../src/platform/models/model-files.ts';
import { readModelManifest } from '../../src/platform/models/model-folder.node.ts';
import { openNodeSearch } from '../../src/platform/sessions/search.node.ts';
import { MODELS_FOLDER } from '../repository/folders.ts';
import { answer, type SearchReport, toTable } from './answer.ts';
import { parseQueryOptions, type QueryValues } from './query-options.ts';

/** Each "picture" has the embedding of its name, so that it is known what must be found. */
const NAMES =
  'tennis rocket ghost apple dog horse tree violin bread candle whale train moon hammer rose bus pear king snow fire';
const names = NAMES.split(' ');
let publicFolder = '';

beforeAll(async () => {
  publicFolder = await mkdtemp(join(tmpdir(), 'afterimage-search-'));
  await mkdir(join(publicFolder, 'models'));
  await symlink(join(MODELS_FOLDER, DEFAULT_MODEL), join(publicFolder, 'models', DEFAULT_MODEL));
  const model = await readModelManifest(MODELS_FOLDER, DEFAULT_MODEL);
  await writeCollection('words', towerFile(model, 'vision', 'fp32').sha256);
  await writeCollection('older', 'f'.repeat(64));
});
afterAll(() => rm(publicFolder, { recursive: true, force: true }));

async function writeCollection(name: string, visionHash: string): Promise<void> {
  const encoder = await createNodeQueryEncoder({ modelsFolder: MODELS_FOLDER, modelId: DEFAULT_MODEL });
  const { dim } = encoder;
  const hnsw = { M: 8, efConstruction: 40, efSearch: 40 };
  const index = await buildHnswIndex({ dim, M: hnsw.M, efConstruction: hnsw.efConstruction, capacity: names.length });
  const vectors = new Float32Array(names.length * dim);
  for (const [row, word] of names.entries()) {
    const embedding = await encoder.encode(word);
    index.add(embedding);
    vectors.set(embedding, row * dim);
  }
  const picture = { path: 'thumbs/00/0000000000000000.webp', width: 8, height: 8 };
  const items = names.map((word, row) => ({
    id: row.toString(16).padStart(16, '0'),
    name: `${word}.png`,
    title: `a ${word}`,
    licence: null,
    width: 8,
    height: 8,
    bytes: 8,
    date: null,
    thumbnail: picture,
    preview: picture,
  }));
  const parts = encodeCollection({
    ...{ name, title: name, description: '', licence: null, examples: [], created: new Date(0).toISOString() },
    ...{
      model: { id: DEFAULT_MODEL, sha256: visionHash },
      dim,
      hnsw,
      pictures: { mode: 'preview' as const, bytes: 8 },
    },
    ...{ items, vectors: storeVectors(vectors, dim, 'f16'), graph: index.graph(), index: 'hnsw' as const, sha256 },
  });
  const folder = join(publicFolder, 'collections', name);
  await mkdir(folder, { recursive: true });
  let next = await parts.next();
  while (!next.done) {
    await writeFile(join(folder, next.value.path), next.value.bytes);
    next = await parts.next();
  }
  await writeFile(join(folder, 'manifest.json'), stringifyManifest(next.value));
  await encoder.dispose();
}

test.each(['hnsw', 'exact'] as const)('answers what pnpm query prints (%s)', async (index) => {
  const search = await openNodeSearch({ publicFolder, collection: 'words', index });
  const report = await answer(search, textQuery('tennis'), 3);
  expect(report).toMatchObject({
    text: 'tennis',
    query: '1_w.tennis',
    model_name: DEFAULT_MODEL,
    collection: 'words',
    total: 20,
    index,
  });
  expect(report.good).toBeGreaterThan(0);
  expect(report.matches).toHaveLength(3);
  expect(report.matches[0]).toEqual({
    id: '0'.repeat(16),
    image_name: 'tennis.png',
    title: 'a tennis',
    score: 1,
    similarity: 1,
  });
  expect((await answer(search, textQuery('tennis'), 500)).matches).toHaveLength(20);
  await expect(answer(search, textQuery(' '), 3)).rejects.toMatchObject({ code: 'query-empty' });
  await search.dispose();
});

test.each(['hnsw', 'exact'] as const)('answers queries that are more than a text (%s)', async (index) => {
  const search = await openNodeSearch({ publicFolder, collection: 'words', index });
  const ask = async (words: string, options: QueryValues = {}) =>
    await answer(search, parseQueryOptions(words, options), 20);
  const idOf = (name: string) => names.indexOf(name).toString(16).padStart(16, '0');
  const scoreOf = (report: SearchReport, name: string) =>
    report.matches.find(({ title }) => title === `a ${name}`)?.score ?? 0;

  const plain = await ask('dog');
  const like = await ask('', { like: [idOf('dog')] });
  expect(like).toMatchObject({ text: 'like a picture', query: `1_i.${idOf('dog')}` });
  // Half precision of what is stored.
  expect(scoreOf(like, 'horse')).toBeCloseTo(scoreOf(plain, 'horse'), 3);

  const away = await ask('dog', { unlike: ['horse'] });
  expect(away).toMatchObject({ text: 'dog, not horse', query: '1_w.dog_w-.horse' });
  expect(scoreOf(away, 'horse')).toBeLessThan(scoreOf(plain, 'horse') - 0.1);
  const awayFromPicture = await ask('dog', { unlike: [idOf('horse')] });
  expect(scoreOf(awayFromPicture, 'horse')).toBeCloseTo(scoreOf(away, 'horse'), 3);

  const named = await ask('dog', { filter: ['name=horse', 'name=tree', 'type=png'] });
  expect(named.matches.map(({ title }) => title).sort()).toEqual(['a horse', 'a tree']);
  expect(named).toMatchObject({ total: 2, good: null, cutoff: null, unjudged: 'few' });
  expect(scoreOf(named, 'horse')).toBe(scoreOf(plain, 'horse'));
  expect((await ask('', { query: named.query })).matches).toEqual(named.matches);
  expect((await ask('dog', { filter: ['type=jpg'] })).matches).toEqual([]);

  await expect(ask('', { like: ['f'.repeat(16)] })).rejects.toMatchObject({ code: 'item-not-found' });
  await expect(ask('dog', { query: '1_w-400.dog' })).rejects.toMatchObject({ code: 'query-empty' });
  await search.dispose();
});

test('finds by name as well, where it is asked to, and says so', async () => {
  const search = await openNodeSearch({ publicFolder, collection: 'words' });
  const query = parseQueryOptions('dog "a horse"', {});
  const report = await answer(search, query, 20, { names: true });
  const named = report.matches.filter((match) => match.named).map(({ title }) => title);
  expect(named.sort()).toEqual(['a dog', 'a horse']);
  expect(report.matches.slice(0, 2).every((match) => match.named)).toBe(true);
  expect(toTable(report).split('\n')[0]).toMatch(/a (dog|horse) {2}\(by name\)$/);
  expect((await answer(search, query, 20)).matches.some((match) => match.named)).toBe(false);
  await search.dispose();
});

test('the vectors of pictures are theirs, of unit norm', async () => {
  const search = await openNodeSearch({ publicFolder, collection: 'words' });
  const rows = [3, 0, 19];
  const vectors = await search.source.vectorsOf(rows);
  for (const [i, row] of rows.entries()) {
    const vector = vectors[i] as Embedding;
    expect(Math.abs(Math.hypot(...vector) - 1)).toBeLessThan(1e-5);
    expect(dot(vector, await search.encoder.encode(names[row] as string))).toBeGreaterThan(0.999);
  }
  await expect(search.source.vectorsOf([20])).rejects.toMatchObject({ code: 'row-unknown' });
  await search.dispose();
});

test('the table marks where good matches end', () => {
  const match = (image_name: string, score: number) => ({ id: '', image_name, title: null, score, similarity: score });
  const report = {
    ...{ text: 'x', query: '1_w.x', model_name: 'm', collection: 'c', total: 9, index: 'hnsw' as const, cutoff: 0.4 },
    ...{ encode_ms: 1, search_ms: 2, matches: [match('a.png', 0.5), match('b.png', 0.3)] },
  };
  const lines = toTable({ ...report, good: 1 }).split('\n');
  expect(lines.map((line) => line.trim().split(/\s+/)[0])).toEqual(['1', 'below', '2', '1']);
  expect(toTable({ ...report, good: 0 })).toMatch(/^ +not sure of any/);
  expect(toTable({ ...report, good: 2, sure: 1 })).toMatch(
    /a\.png.*\n +less sure:\n.*b\.png.*\nsure of 1, less sure of 1/,
  );
  expect(toTable({ ...report, good: 2 })).not.toContain('below');
  for (const unjudged of ['few', 'alike'] as const) {
    const table = toTable({ ...report, good: null, cutoff: null, unjudged });
    expect(table).not.toMatch(/below|not sure|of 9 match/);
    expect(table).toContain(`9 pictures, too ${unjudged} to tell what matches · hnsw`);
  }
});

test('the table shows control characters of names and titles, and stays a line a picture', () => {
  const report = {
    ...{
      text: 'x',
      query: '1_w.x',
      model_name: 'm',
      collection: 'c',
      total: 1,
      index: 'hnsw' as const,
      cutoff: 0.4,
      good: 1,
    },
    ...{
      encode_ms: 1,
      search_ms: 2,
      matches: [{ id: '', image_name: '\x1b]0;a\x07.jpg', title: 'b\n   2  c', score: 0.5, similarity: 0.5 }],
    },
  };
  const lines = toTable(report).split('\n');
  expect(lines).toEqual([
    '   1   0.500  \\u{1b}]0;a\\u{7}.jpg  b\\u{a}   2  c',
    expect.stringContaining('1 of 1 match'),
  ]);
});

test('a collection of another model version, and one that is not there, are refused', async () => {
  await expect(openNodeSearch({ publicFolder, collection: 'older' })).rejects.toMatchObject({
    code: 'collection-model-mismatch',
  });
  await expect(openNodeSearch({ publicFolder, collection: 'none' })).rejects.toMatchObject({
    code: 'collection-not-found',
  });
});
