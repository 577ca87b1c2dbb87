/** What others and later versions add to a collection is skipped by those that read it, and kept where it still fits. */
import { appendFile, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { CAMERA } from '../../src/engine/collection/extensions/facts.ts';
import { RECALL } from '../../src/engine/collection/extensions/recall.ts';
import { EXTENSIONS, grownItem } from '../../src/engine/collection/testing-additions.ts';
import { DATE_SOURCE, type Item, isKnown, PERCEPTUAL_HASH, SIGNATURE } from '../../src/engine/collection/types.ts';
import { toFloat32, vectorOf } from '../../src/engine/collection/vectors/stored-vectors.ts';
import { createExactIndex } from '../../src/engine/index/exact/exact-index.ts';
import { DEFAULT_MODEL } from '../../src/engine/model/model.ts';
import type { Embedding } from '../../src/engine/numeric/embedding.ts';
import { updateList } from '../../src/platform/collections/collection-list.node.ts';
import { exportVectors } from '../../src/platform/exchange/export-vectors.node.ts';
import { loadIndex } from '../../src/platform/indexes/compose-search.ts';
import { MODELS_FOLDER } from '../repository/folders.ts';
import { copyVisible } from '../site/site.ts';
import type { BuildOptions } from './build-collection.ts';
import { createVectorImporter } from './exchange/import-vectors.ts';
import { grow } from './fixtures/testing.ts';
import { type MergeOptions, merge } from './merge.ts';
import { draw, filesBelow, openCollection, otherModel, temporaryFolder, workplace } from './testing.ts';

const OTHERS = ['segments', 'layout', 'labels', 'adapter', 'org.example.notes'];
const COUNT = 6;
const HNSW = { M: 8, efConstruction: 50 };

/** A built collection, grown. */
async function grownPlace(more: Partial<BuildOptions> = {}) {
  const place = await workplace();
  for (let i = 0; i < COUNT; i++) await draw(join(place.pictures, `${i}.png`), i);
  await place.build(more);
  await grow(place.out);
  return {
    ...place,
    /** Build it again. @returns the notes */
    async again(changes: Partial<BuildOptions> = {}): Promise<string[]> {
      const notes: string[] = [];
      await place.build({ ...more, ...changes }, (event) => event.type === 'note' && notes.push(event.message));
      return notes;
    },
  };
}

/** Kinds of the sections that this version does not know; all their files are there, and no others. */
async function othersIn(out: string): Promise<string[]> {
  const collection = await openCollection(out);
  const { parts } = collection.manifest;
  for (const part of parts) expect((await collection.readPart(part)).length, part.kind).toBe(part.bytes);
  const files = (await readdir(out)).filter((name) => name.endsWith('.bin'));
  expect(files.sort()).toEqual(parts.map(({ path }) => path).sort());
  return parts.filter((part) => !isKnown(part)).map(({ kind }) => kind);
}

const leftOut = (...kinds: string[]) =>
  kinds.map((kind) => expect.stringMatching(new RegExp(`^The section ${kind} is left out: `)));

/** An item without additions; all but imported ones say where their date was read. */
const plainItem = ({ media: _media, duration: _duration, extensions, ...item }: Item): Item => ({
  ...item,
  extensions: {
    [CAMERA]: null,
    [DATE_SOURCE]: 'file',
    [PERCEPTUAL_HASH]: extensions?.[PERCEPTUAL_HASH] ?? '',
    [SIGNATURE]: extensions?.[SIGNATURE] ?? '',
  },
});

test.each(['hnsw', 'codes', 'exact'] as const)(
  'with %s it is searched and listed like the one without',
  async (index) => {
    const place = await workplace();
    for (let i = 0; i < COUNT; i++) await draw(join(place.pictures, `${i}.png`), i);
    await place.build({ index });
    const plain = await openCollection(place.out);
    const items = await plain.allItems();
    await grow(place.out);
    const grown = await openCollection(place.out);
    expect((await grown.allItems()).map(plainItem)).toEqual(items);
    expect(await grown.vectors()).toEqual(await plain.vectors());
    const vectors = await grown.vectors();
    const truth = createExactIndex(toFloat32(vectors), vectors.dim);
    const loaded = await loadIndex(grown, 'auto');
    await loaded.arrived;
    expect(loaded.index.kind).toBe(index);
    for (let row = 0; row < COUNT; row++) {
      const query = vectorOf(vectors, row) as Embedding;
      const found = loaded.index.search(query, { k: COUNT });
      const right = new Map(truth.search(query, { k: COUNT }).map((hit) => [hit.row, hit.similarity]));
      expect(found.map((hit) => hit.row).sort()).toEqual([...right.keys()].sort());
      for (const hit of found) expect(hit.similarity).toBeCloseTo(right.get(hit.row) as number, 3);
    }
    loaded.index.dispose();
    await rm(join(dirname(place.out), 'index.json'));
    expect(await updateList(dirname(place.out))).toEqual({ added: ['test'], removed: [] });
  },
);

test('a site is published with all of it', async () => {
  const { out } = await grownPlace();
  const copy = join(await temporaryFolder(), 'collections/test');
  await copyVisible(out, copy);
  expect(await othersIn(copy)).toEqual(OTHERS);
});

test('a build that changes nothing leaves it as it is, and one that changes texts keeps it', async () => {
  const { out, again, items } = await grownPlace();
  const before = await filesBelow(out);
  expect(await again()).toEqual([]);
  expect(await filesBelow(out)).toEqual(before);
  const captions = join(dirname(out), '../captions.json');
  await writeFile(captions, JSON.stringify({ '2.png': { title: 'Two' } }));
  expect(await again({ title: 'Other', captions })).toEqual([]);
  expect(await othersIn(out)).toEqual(OTHERS);
  const { manifest } = await openCollection(out);
  expect(manifest).toMatchObject({ title: 'Other', extensions: EXTENSIONS });
  expect(await items()).toEqual((await items()).map((item, row) => grownItem(item, row)));
  expect((await items())[2]).toMatchObject({ title: 'Two' });
});

test('other pictures leave out what was made for the rows; what was said of a picture goes with it', async () => {
  const { out, pictures, again, items } = await grownPlace();
  await rm(join(pictures, '0.png'));
  await draw(join(pictures, '00.png'), 99);
  expect(await again()).toEqual(leftOut('segments', 'layout', 'labels'));
  expect(await othersIn(out)).toEqual(['adapter', 'org.example.notes']);
  const [first, ...rest] = await items();
  expect(first).toEqual(plainItem(first as Item));
  for (const [i, item] of rest.entries()) expect(item).toEqual(grownItem(item, i + 1));
  expect((await openCollection(out)).manifest.extensions).toMatchObject(EXTENSIONS);
});

test('so does another order of the same pictures', async () => {
  const { out, pictures, again, items } = await grownPlace();
  await rename(join(pictures, '0.png'), join(pictures, 'last.png'));
  expect(await again()).toEqual(leftOut('segments', 'layout', 'labels'));
  expect(await othersIn(out)).toEqual(['adapter', 'org.example.notes']);
  const last = (await items()).at(-1) as Item;
  expect(last).toEqual({ ...grownItem(last, 0), name: 'last.png' });
});

test('vectors that are exported and imported again keep it', async () => {
  const { out, items } = await grownPlace({ index: 'exact', encoding: 'f32' });
  const before = await items();
  const from = join(await temporaryFolder(), 'exported');
  const { signal } = new AbortController();
  const collection = await openCollection(out);
  await exportVectors({ collection, out: from, dtype: 'f4', metadata: 'parquet', signal, onEvent: () => {} });
  const plain = {
    hnsw: HNSW,
    index: 'exact',
    encoding: 'f32',
    modelsFolder: MODELS_FOLDER,
    modelId: DEFAULT_MODEL,
  } as const;
  await (await createVectorImporter({ ...plain, from, out })).run(signal, () => {});
  expect(await othersIn(out)).toEqual(OTHERS);
  expect(await items()).toEqual(before.map((item) => ({ ...item, thumbnail: null, preview: null })));
});

test('another model leaves out what goes with the old one; vectors that are embedded again do not', async () => {
  const { out, encoder, again } = await grownPlace();
  expect(await again({ fresh: true, title: 'Again' })).toEqual([]);
  expect(encoder.encoded).toBe(2 * COUNT);
  expect(await othersIn(out)).toEqual(OTHERS);
  const modelsFolder = await otherModel(dirname(dirname(out)));
  expect(await again({ modelsFolder })).toEqual(leftOut('segments', 'layout', 'labels', 'adapter'));
  expect(await othersIn(out)).toEqual(['org.example.notes']);
});

test('what is damaged or missing is left out, and the rest stays', async () => {
  const { out, again } = await grownPlace();
  const { parts } = (await openCollection(out)).manifest;
  const pathOf = (kind: string) => join(out, parts.find((part) => part.kind === kind)?.path ?? '');
  await appendFile(pathOf('layout'), 'x');
  await rm(pathOf('adapter'));
  expect(await again({ title: 'Other' })).toEqual(leftOut('layout', 'adapter'));
  expect(await othersIn(out)).toEqual(['segments', 'labels', 'org.example.notes']);
});

test('extensions outlive damaged parts, as texts do', async () => {
  const { out, again } = await grownPlace();
  const { parts } = (await openCollection(out)).manifest;
  await appendFile(join(out, parts[0]?.path ?? ''), 'x');
  expect(await again()).toEqual([expect.stringContaining('is built anew')]);
  expect((await openCollection(out)).manifest.extensions).toMatchObject(EXTENSIONS);
  expect(await othersIn(out)).toEqual([]);
});

test('a merged collection has what it had, else what the first one has; items have their own', async () => {
  const [first, second] = [await grownPlace(), await workplace()];
  await draw(join(second.pictures, 'other.png'), 50);
  await second.build();
  const out = join(dirname(first.out), 'merged');
  const run = async (collections: readonly string[], more: Partial<MergeOptions> = {}) => {
    const notes: string[] = [];
    const options = { collections, out, hnsw: HNSW, index: 'hnsw', encoding: 'int8', ...more } as const;
    await merge(options, new AbortController().signal, (event) => event.type === 'note' && notes.push(event.message));
    return notes;
  };
  expect(await run([first.out])).toEqual([]);
  expect(await othersIn(out)).toEqual(OTHERS);
  expect(await run([first.out, second.out])).toEqual(leftOut('segments', 'layout', 'labels'));
  expect(await othersIn(out)).toEqual(['adapter', 'org.example.notes']);
  const merged = await openCollection(out);
  expect(merged.manifest.extensions).toMatchObject(EXTENSIONS);
  const items = await merged.allItems();
  const placed = items.map(({ extensions = {} }) => 'org.example.place' in extensions);
  expect(placed).toEqual([...Array(COUNT).fill(true), false]);
  expect(await run([second.out, first.out], { out: `${out}-2` })).toEqual([]);
  expect(await othersIn(`${out}-2`)).toEqual([]);
  expect(Object.keys((await openCollection(`${out}-2`)).manifest.extensions ?? {})).toEqual([RECALL]);
});

test('an export has the columns that it has of every collection', async () => {
  const { out } = await grownPlace();
  const folder = join(await temporaryFolder(), 'exported');
  const { signal } = new AbortController();
  const collection = await openCollection(out);
  await exportVectors({ collection, out: folder, dtype: 'f4', metadata: 'jsonl', signal, onEvent: () => {} });
  const [line = ''] = (await readFile(join(folder, 'metadata/metadata_0.jsonl'), 'utf8')).split('\n');
  expect(Object.keys(JSON.parse(line))).toEqual([
    'image_path',
    'caption',
    'licence',
    'width',
    'height',
    'bytes',
    'date',
    'date_source',
    'id',
  ]);
});
