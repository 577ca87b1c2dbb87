/** What filters by album leave, of pictures that were put there and of saved searches. */
import { describe, expect, test } from 'vitest';
import { createTestItems } from '../collection/items/testing-items.ts';
import { createExactIndex } from '../index/exact/exact-index.ts';
import type { Embedding } from '../numeric/embedding.ts';
import { baselineOf, clusteredVectors, flatten } from '../numeric/testing-vectors.ts';
import { type AlbumSource, type AlbumSources, albumKey, albumName } from '../query/albums.ts';
import { parseBox } from '../query/box/read-box.ts';
import { createIndexRetriever } from './retriever.ts';
import { createSearchEngine } from './search-engine.ts';

const DIM = 12;
const COUNT = 600;
const vectors = clusteredVectors(COUNT, DIM);
const flat = flatten(vectors, DIM);
const idOf = (row: number) => row.toString(16).padStart(16, '0');

function createEngine(has: (row: number) => boolean = () => true) {
  const index = createExactIndex(flat, DIM);
  return createSearchEngine({
    ...{ collection: 'pictures', modelId: 'm' },
    items: createTestItems(COUNT, (row) => ({
      name: `${row % 50 === 1 ? 'rocket' : row}.${row % 3 === 0 ? 'gif' : 'png'}`,
    })),
    encoder: { modelId: 'm', dim: DIM, encode: async () => vectors[17] as Embedding },
    vectors: { vectorsOf: async (rows) => rows.map((row) => vectors[row] as Embedding) },
    retriever: createIndexRetriever({ index, rankAll: index.rankAll }),
    baseline: baselineOf(flat, DIM, [], 256),
    live: { revision: () => 1, has },
  });
}

const pictures = (changed: string, ...keys: string[]): AlbumSource => ({ changed, pictures: new Set(keys) });
const saved = (text: string, collection: string | null = null): AlbumSource => ({
  ...{ changed: `${text} ${collection}`, query: parseBox(text), names: true, collection },
});
const albums = (all: Readonly<Record<string, AlbumSource>>): { readonly albums: AlbumSources } => ({
  albums: new Map(Object.entries(all).map(([name, source]) => [albumName(name), source])),
});
const own = (...rows: number[]) => rows.map((row) => albumKey('pictures', idOf(row)));

describe('an album of pictures', () => {
  const holiday = albums({ 'Holiday at sea': pictures('1', ...own(3, 9, 4), albumKey('demo', idOf(7))) });

  test('lists its pictures of this collection, and searches among them', async () => {
    const engine = createEngine();
    expect([...(await engine.search(parseBox('album:"holiday AT sea"'), holiday)).rows]).toEqual([3, 4, 9]);
    const ranked = await engine.search(parseBox('a dog album:"Holiday at sea" type:gif'), holiday);
    expect([...ranked.rows].sort()).toEqual([3, 9]);
    expect(ranked.listed).toBeUndefined();
  });

  test('has none where there is no such album', async () => {
    const engine = createEngine();
    expect((await engine.search(parseBox('album:work'), holiday)).total).toBe(0);
    expect((await engine.search(parseBox('album:work'))).total).toBe(0);
  });

  test('is looked up again when it was changed', async () => {
    const engine = createEngine();
    const query = parseBox('album:a');
    const ask = async (source: AlbumSource) => (await engine.search(query, albums({ a: source }))).total;
    expect(await ask(pictures('1', ...own(1)))).toBe(1);
    expect(await ask(pictures('2', ...own(1, 2)))).toBe(2);
    expect((await engine.rank(query, 0, 9, albums({ a: pictures('3') }))).rows).toHaveLength(0);
  });

  test('has nothing that was removed, and has it again when that comes back', async () => {
    const without = createEngine((row) => row !== 9);
    expect([...(await without.search(parseBox('album:"holiday at sea"'), holiday)).rows]).toEqual([3, 4]);
  });
});

describe('a saved search', () => {
  test('has the good matches of its search, as they are now', async () => {
    const engine = createEngine();
    const plain = await engine.search(parseBox('a rocket'), { names: true });
    const good = [...plain.rows.subarray(0, plain.good ?? 0)];
    expect(good.length).toBeGreaterThanOrEqual(12);
    expect(good.length).toBeLessThan(COUNT / 2);
    const found = await engine.search(parseBox('album:rockets'), albums({ rockets: saved('a rocket') }));
    expect(new Set(found.rows)).toEqual(new Set(good));
    const gifs = await engine.search(parseBox('album:rockets type:gif'), albums({ rockets: saved('a rocket') }));
    expect(new Set(gifs.rows)).toEqual(new Set(good.filter((row) => row % 3 === 0)));
    // Its own ranking stays that of what was asked.
    expect([
      ...(await engine.rank(parseBox('album:rockets'), 0, 999, albums({ rockets: saved('a rocket') }))).rows,
    ]).toEqual([...found.rows]);
  });

  test('has what was liked, and not what was not', async () => {
    const engine = createEngine();
    const plain = await engine.search(parseBox('a rocket'), { names: true });
    const good = [...plain.rows.subarray(0, plain.good ?? 0)];
    const [first, far] = [good[0] ?? -1, plain.rows.at(-1) ?? -1];
    const thumbs = new Map([
      [idOf(first), 'down'],
      [idOf(far), 'up'],
    ] as const);
    const judged = albums({ rockets: { ...saved('a rocket'), changed: 'judged', thumbs } as AlbumSource });
    const found = await engine.search(parseBox('album:rockets'), judged);
    expect(new Set(found.rows)).toEqual(new Set([far, ...good.slice(1)]));
  });

  test('of filters alone has all that pass', async () => {
    const found = await createEngine().search(parseBox('album:gifs'), albums({ gifs: saved('type:gif') }));
    expect(found.total).toBe(COUNT / 3);
  });

  test('is asked in its own collection', async () => {
    const engine = createEngine();
    const total = async (source: AlbumSource) =>
      (await engine.search(parseBox('album:x'), albums({ x: source }))).total;
    expect(await total(saved('type:gif', 'pictures'))).toBe(COUNT / 3);
    expect(await total(saved('type:gif', 'demo'))).toBe(0);
    expect(await total(saved('type:gif in:pictures', 'demo'))).toBe(COUNT / 3);
  });

  test('may use other albums, and ends where it leads back to itself', async () => {
    const engine = createEngine();
    const all = albums({
      ...{ a: saved('type:gif album:b'), b: pictures('1', ...own(1, 3, 6)), loop: saved('album:pool') },
      ...{ pool: saved('album:loop'), empty: saved('') },
    });
    expect([...(await engine.search(parseBox('album:a'), all)).rows]).toEqual([3, 6]);
    expect((await engine.search(parseBox('album:loop'), all)).total).toBe(0);
    expect((await engine.search(parseBox('album:empty'), all)).total).toBe(0);
  });
});
