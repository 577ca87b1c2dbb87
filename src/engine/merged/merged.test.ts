import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { testItem } from '../collection/items/testing-items.ts';
import type { Source } from '../collection/source/source.ts';
import { collectionOf, type Item } from '../collection/types.ts';
import { createBitset, hasBit, setBit } from '../index/bitset.ts';
import { createExactIndex, type ExactIndex } from '../index/exact/exact-index.ts';
import { type Embedding, normalise } from '../numeric/embedding.ts';
import { clusteredVectors, flatten } from '../numeric/testing-vectors.ts';
import { drawSample } from '../search/cutoff.ts';
import { createIndexRetriever } from '../search/retriever.ts';
import { createMergedRetriever, mergeSamples } from './merged-retriever.ts';
import { createMergedSource, haveSameModel, type Part } from './merged-source.ts';
import { createPlaces } from './places.ts';

const DIM = 4;
const model = { id: 'tiny', sha256: 'a'.repeat(64) };

/** Few distinct values, so that ties are common. */
const embedding = fc
  .array(fc.constantFrom(-1, 0, 0.5, 1), { minLength: DIM, maxLength: DIM })
  .filter((values) => values.some((value) => value !== 0))
  .map((values) => normalise(Float32Array.from(values)));
const collections = fc.array(fc.array(embedding, { maxLength: 70 }), { minLength: 1, maxLength: 4 });

const indexOf = (rows: readonly Embedding[]) => createExactIndex(flatten(rows, DIM), DIM);
const retrieverOf = (index: ExactIndex) => createIndexRetriever({ index, rankAll: index.rankAll });
const merge = (parts: readonly (readonly Embedding[])[]) =>
  createMergedRetriever(
    parts.map((rows) => retrieverOf(indexOf(rows))),
    createPlaces(parts.map(({ length }) => ({ count: length }))),
  );

describe('a merged retriever', () => {
  const filters = fc.option(fc.infiniteStream(fc.boolean()), { nil: undefined });

  test('finds what searching the rows of all as one finds, ties in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(collections, embedding, fc.nat(400), filters, async (parts, query, k, passes) => {
        const all = parts.flat();
        const filter = passes && createBitset(all.length);
        if (filter) for (const row of all.keys()) if (passes.next().value) setBit(filter, row);
        const options = { k, ...(filter && { filter }) };
        const [found, expected] = await Promise.all([
          merge(parts).retrieve(query, options),
          retrieverOf(indexOf(all)).retrieve(query, options),
        ]);
        expect([...found.rows]).toEqual([...expected.rows]);
        expect(found.similarities).toEqual(expected.similarities);
        expect(found.scores).toBe(found.similarities);
      }),
    );
  });

  test('says what it is made of', async () => {
    const parts = [clusteredVectors(300, DIM), clusteredVectors(20, DIM, 2)];
    const merged = merge(parts);
    expect([merged.size, merged.dim, merged.kind]).toEqual([320, DIM, 'exact']);
    // For so many ranks each is asked for all that it has.
    const { rows } = await merged.retrieve(parts[0]?.[0] as Embedding, { k: merged.pageSize });
    expect(new Set(rows).size).toBe(320);
  });

  test('is as sure as the least sure of its parts, keeps scores apart, and fails where one of them does', async () => {
    const one = retrieverOf(indexOf(clusteredVectors(3, DIM)));
    const scored = {
      ...one,
      async retrieve(): ReturnType<typeof one.retrieve> {
        const [rows, similarities, scores] = [Uint32Array.of(1), Float32Array.of(0.1), Float32Array.of(0.9)];
        return { rows, similarities, scores, approximate: true, unreachable: true };
      },
    };
    const places = createPlaces([{ count: 3 }, { count: 3 }]);
    const query = clusteredVectors(1, DIM)[0] as Embedding;
    const found = await createMergedRetriever([one, scored], places).retrieve(query, { k: 3 });
    expect(found).toMatchObject({ approximate: true, unreachable: true });
    expect([...found.rows]).toContain(4);
    const at = found.rows.indexOf(4);
    expect([found.similarities[at], found.scores[at]]).toEqual([Math.fround(0.1), Math.fround(0.9)]);
    const broken = { ...one, retrieve: () => Promise.reject(new Error('It is away.')) };
    await expect(createMergedRetriever([one, broken], places).retrieve(query, { k: 3 })).rejects.toThrow('away');
  });
});

/** A collection whose items have the given ids; every third row is gone where it is `live`. */
function partOf(name: string, ids: readonly number[], { live = false, made = model } = {}): Part {
  const records = ids.map((id) => testItem(id));
  const vectors = clusteredVectors(ids.length, DIM, name.length);
  const source: Source = {
    ...{ name, dim: DIM, model: made, count: ids.length },
    ...(live && { order: () => Uint32Array.from(ids.keys()).filter((row) => row % 3 !== 0) }),
    items: async (rows) => Array.from(rows, (row) => records[row] as Item),
    rowOf: async (id) => records.findIndex((item) => item.id === id),
    vectorsOf: async (rows) => rows.map((row) => vectors[row] as Embedding),
    picture: (item, size) => ({ url: `${name}/${item.id}/${size}` }),
  };
  return { source, items: { count: ids.length, get: async (row) => records[row] as Item, rowOf: source.rowOf } };
}

describe('a merged source', () => {
  const ids = fc.array(fc.nat(50), { maxLength: 40 });

  test('gives the items and vectors of all, each with its collection', async () => {
    await fc.assert(
      fc.asyncProperty(ids, ids, ids, fc.array(fc.nat(1000), { maxLength: 30 }), async (a, b, c, asked) => {
        const parts = [partOf('a', a), partOf('bb', b), partOf('ccc', c)];
        const { source, items } = createMergedSource('*', parts);
        const all = parts.flatMap(({ source }, part) =>
          ([a, b, c][part] as number[]).map((id, row) => ({ source, row, id: testItem(id).id })),
        );
        expect([source.count, items.count, source.order?.()]).toEqual([all.length, all.length, undefined]);
        const rows = asked.flatMap((row) => (all.length > 0 ? [row % all.length] : []));
        const expected = rows.map((row) => all[row] as (typeof all)[number]);
        const found = await source.items(rows);
        expect(found.map((item) => [item.id, collectionOf(item)])).toEqual(
          expected.map(({ source, id }) => [id, source.name]),
        );
        expect(await Promise.all(rows.map(items.get))).toEqual(found);
        const vectors = await Promise.all(expected.map(({ source, row }) => source.vectorsOf([row])));
        expect(await source.vectorsOf(rows)).toEqual(vectors.flat());
        for (const item of found) {
          expect(await source.rowOf(item.id)).toBe(all.findIndex(({ id }) => id === item.id));
          const name = collectionOf(item) as string;
          const first = all.findIndex((one) => one.id === item.id && one.source.name === name);
          expect(await items.rowOf(item.id, name)).toBe(first);
          expect(source.picture(item, 'preview')).toEqual({ url: `${name}/${item.id}/preview` });
        }
      }),
    );
  });

  test('knows which rows are there, and refuses those that are not', async () => {
    const { source, items } = createMergedSource('*', [partOf('a', [1, 2]), partOf('b', [3, 4, 5, 6], { live: true })]);
    expect(source.order?.()).toEqual(Uint32Array.of(0, 1, 3, 4));
    expect([await source.rowOf(testItem(77).id), await items.rowOf(testItem(1).id, 'b')]).toEqual([-1, -1]);
    await expect(items.get(6)).rejects.toMatchObject({ code: 'internal' });
    expect(source.picture(testItem(1), 'thumbnail')).toBeUndefined();
  });

  test('tells whose vectors can be compared where they are of different models', () => {
    const other = partOf('b', [1], { made: { id: 'tiny', sha256: 'b'.repeat(64) } });
    expect(haveSameModel(partOf('a', [1]).source, other.source)).toBe(false);
    expect(createMergedSource('*', [partOf('a', [1]), partOf('b', [2])]).source.modelOf).toBeUndefined();
    const { source } = createMergedSource('*', [partOf('a', [1]), other]);
    expect([source.model, source.modelOf?.(0), source.modelOf?.(1)]).toEqual([model, model, other.source.model]);
    expect(() => createMergedSource('*', [])).toThrow(/no collection/);
  });
});

test('places are found both ways, bits of a part too, and the last part may grow', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(80), { minLength: 1, maxLength: 5 }), fc.nat(40), (counts, more) => {
      const parts = counts.map((count) => ({ count }));
      const places = createPlaces(parts);
      (parts.at(-1) as { count: number }).count += more;
      const all = parts.flatMap(({ count }, part) => Array.from({ length: count }, (_, row) => ({ part, row })));
      expect(places.count).toBe(all.length);
      expect(all.map((_, row) => places.placeOf(row))).toEqual(all);
      expect(all.map(places.rowAt)).toEqual([...all.keys()]);
      const bits = createBitset(all.length);
      for (const row of all.keys()) if ((row * 7) % 3 === 0) setBit(bits, row);
      for (const [part, { count }] of parts.entries()) {
        const slice = places.sliceOf(bits, part);
        for (let row = 0; row < count + 40; row++) {
          const expected = row < count && hasBit(bits, places.rowAt({ part, row }));
          expect(hasBit(slice, row)).toBe(expected);
        }
      }
    }),
  );
});

test('a sample of all is the sample of the rows of all, and of large ones has a share of each', () => {
  const sampleOf = (vectors: readonly Embedding[]) =>
    drawSample(vectors.length, DIM, (row) => vectors[row] as Embedding);
  fc.assert(
    fc.property(collections, (parts) => {
      expect(mergeSamples(parts.map(sampleOf))).toEqual({ ...sampleOf(parts.flat()), dim: DIM });
    }),
  );
  const [large, small] = [clusteredVectors(3000, DIM), clusteredVectors(1000, DIM, 2)];
  const { vectors, count } = mergeSamples([sampleOf(large), sampleOf(small)]);
  expect([count, vectors.length]).toEqual([4000, 1024 * DIM]);
  const ofSmall = new Set(small.map((vector) => vector.join()));
  const rows = Array.from({ length: 1024 }, (_, i) => vectors.subarray(i * DIM, (i + 1) * DIM).join());
  expect(rows.filter((row) => ofSmall.has(row)).length).toBe(256);
});
