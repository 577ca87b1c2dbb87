/** Collections of version 3 that its own code wrote (`fixtures/make.ts`): they are read, searched and brought up to date. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CAMERA } from '../../src/engine/collection/extensions/facts.ts';
import type { Collection } from '../../src/engine/collection/reader.ts';
import { DATE_SOURCE, type Item } from '../../src/engine/collection/types.ts';
import { toFloat32, vectorOf } from '../../src/engine/collection/vectors/stored-vectors.ts';
import { createExactIndex } from '../../src/engine/index/exact/exact-index.ts';
import type { Embedding } from '../../src/engine/numeric/embedding.ts';
import { loadIndex } from '../../src/platform/indexes/compose-search.ts';
import { STORED, storedFolder } from './fixtures/stored.ts';
import { storedPlace } from './fixtures/testing.ts';
import { merge } from './merge.ts';
import { draw, filesBelow, openCollection } from './testing.ts';

const COUNT = 9;

async function contentOf(collection: Collection) {
  const [items, vectors] = [await collection.allItems(), await collection.vectors()];
  return { items, vectors, dim: collection.manifest.dim };
}

/** What the item of a drawing becomes. */
const withFileDate = (item: Item): Item => ({ ...item, extensions: { [DATE_SOURCE]: 'file', [CAMERA]: null } });
const isKept = ({ kind }: { kind: string }) => kind !== 'items' && kind !== 'blocks';

/** For each row the rows that are most like it, best first. */
async function neighboursIn(collection: Collection): Promise<number[][]> {
  const vectors = await collection.vectors();
  const { index, arrived } = await loadIndex(collection, 'auto');
  await arrived;
  expect(index.kind).toBe(collection.manifest.index);
  const found = Array.from({ length: COUNT }, (_, row) =>
    index.search(vectorOf(vectors, row) as Embedding, { k: 5 }).map((hit) => hit.row),
  );
  index.dispose();
  return found;
}

test('they are as they were written', async () => {
  for (const name of STORED) {
    const text = await readFile(join(storedFolder(3), 'collections', name, 'manifest.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ version: 3, name, count: COUNT });
  }
});

test.each(STORED)('%s is read to the end and searched', async (name) => {
  const collection = await openCollection(join(storedFolder(3), 'collections', name));
  const { items, vectors, dim } = await contentOf(collection);
  expect(items.map((item) => item.name)).toEqual(expect.arrayContaining(['copy.png', 'triangles/green.png']));
  expect(items.find((item) => item.name === 'circles/red.png')).toMatchObject({ title: 'A red circle' });
  const store = await collection.items();
  for (const [row, { id }] of items.entries()) expect(await store.rowOf(id)).toBe(row);
  const truth = createExactIndex(toFloat32(vectors), dim);
  const found = await neighboursIn(collection);
  for (const [row, rows] of found.entries()) {
    const wanted = truth.search(vectorOf(vectors, row) as Embedding, { k: 5 }).map((hit) => hit.row);
    expect(rows.length, `row ${row}`).toBe(5);
    expect(rows.filter((one) => wanted.includes(one)).length, `row ${row}`).toBeGreaterThanOrEqual(4);
  }
});

test.each(STORED)(
  '%s is brought to version 4 without embedding or drawing again, and items say where their date was read',
  async (name) => {
    const { out, encoder, manifest, build } = await storedPlace(name);
    const before = await openCollection(out);
    const [content, neighbours] = [await contentOf(before), await neighboursIn(before)];
    const files = await filesBelow(out);
    expect(await build()).toMatchObject({ count: COUNT, embedded: 0, removed: 0, unchanged: false });
    expect(encoder.encoded).toBe(0);
    const after = await openCollection(out);
    const recall = { index: 'hnsw', found: 1, queries: COUNT };
    const { created, sha256, parts } = after.manifest;
    expect(after.manifest).toEqual({
      ...{ ...manifest, version: 4, created, sha256, parts },
      ...(name === 'hnsw' && { extensions: { recall } }),
    });
    expect(parts.filter(isKept)).toEqual(manifest.parts.filter(isKept));
    expect(await contentOf(after)).toEqual({ ...content, items: content.items.map(withFileDate) });
    expect(await neighboursIn(after)).toEqual(neighbours);
    const now = await filesBelow(out);
    for (const one of [files, now]) {
      one.delete('manifest.json');
      for (const path of one.keys()) if (/^(?:items|blocks)-/.test(path)) one.delete(path);
    }
    expect(now).toEqual(files);
    expect(await build()).toMatchObject({ unchanged: true, embedded: 0 });
  },
);

test('one more picture is all that is embedded', async () => {
  const { folder, encoder, build, out } = await storedPlace('hnsw');
  await draw(join(folder, 'pictures/new.png'), 7);
  expect(await build()).toMatchObject({ count: COUNT + 1, embedded: 1, kept: COUNT - 1, copies: 1 });
  expect(encoder.encoded).toBe(1);
  expect((await openCollection(out)).manifest).toMatchObject({ version: 4, count: COUNT + 1 });
});

test('they are merged like others', async () => {
  const { folder, out, manifest } = await storedPlace('hnsw');
  const merged = join(folder, 'merged/all');
  const hnsw = { M: 8, efConstruction: 50 };
  const options = { collections: [out], out: merged, hnsw, index: 'hnsw', encoding: 'int8' } as const;
  await merge(options, new AbortController().signal, () => {});
  const { items } = await contentOf(await openCollection(merged));
  expect(items).toEqual((await contentOf(await openCollection(out))).items);
  expect((await openCollection(merged)).manifest).toMatchObject({ version: 4, title: manifest.title, count: COUNT });
});
