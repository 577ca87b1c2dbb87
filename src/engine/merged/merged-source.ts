import type { ItemStore } from '../collection/items/items.ts';
import type { Source } from '../collection/source/source.ts';
import { collectionOf, type Item, type ItemOf } from '../collection/types.ts';
import { AfterimageError } from '../errors.ts';
import type { Embedding } from '../numeric/embedding.ts';
import { createPlaces, type Place } from './places.ts';

/** One of the collections that are searched together. */
export interface Part {
  readonly source: Source;
  readonly items: ItemStore;
}

/** Several collections as one. */
export interface Merged {
  readonly source: Source;
  /** Of the same rows; `rowOf` can be told in which collection to look. */
  readonly items: ItemStore;
}

/**
 * Several collections as one, which is called `name`: see `Places`. Each item says which it is from. Of an id that is in
 * several, `rowOf` gives the row in the first. Where they were made with different models, `modelOf` tells whose vectors can
 * be compared; `model` and `dim` are those of the first.
 * @param parts of which only the last may change while it is open
 */
export function createMergedSource(name: string, parts: readonly Part[]): Merged {
  const sources = parts.map(({ source }) => source);
  const [first] = sources;
  if (!first) throw new AfterimageError('collection-not-found', 'There is no collection to search.');
  const places = createPlaces(sources);
  const tag = (item: Item, part: number): ItemOf => ({ ...item, collection: (sources[part] as Source).name });

  const items: ItemStore = {
    get count() {
      return places.count;
    },
    async get(row) {
      const place = places.placeOf(row);
      return tag(await (parts[place.part] as Part).items.get(place.row), place.part);
    },
    async rowOf(id, collection) {
      for (const [part, { source }] of parts.entries()) {
        if (collection !== undefined && collection !== source.name) continue;
        const row = await source.rowOf(id);
        if (row >= 0) return places.rowAt({ part, row });
      }
      return -1;
    },
  };

  /** What each collection gives for its rows, in the order of all rows. */
  async function gather<T>(rows: Iterable<number>, read: (part: number, rows: number[]) => Promise<T[]>): Promise<T[]> {
    const wanted = Array.from(rows, places.placeOf);
    const values = sources.map(async (_, part) => {
      const own = wanted.flatMap((place) => (place.part === part ? [place.row] : []));
      return own.length === 0 ? [] : read(part, own);
    });
    const next = (await Promise.all(values)).map((some) => some.values());
    return wanted.map(({ part }: Place) => next[part]?.next().value as T); // as many as were asked for
  }

  const source: Source = {
    ...{ name, dim: first.dim, model: first.model },
    ...(!sources.every((one) => haveSameModel(first, one)) && {
      modelOf: (row: number) => (sources[places.placeOf(row).part] as Source).model,
    }),
    get count() {
      return places.count;
    },
    order: () => mergedOrder(sources, places.rowAt),
    items: (rows) =>
      gather<Item>(rows, async (part, own) => {
        const found = await (sources[part] as Source).items(own);
        return found.map((item) => tag(item, part));
      }),
    rowOf: (id) => items.rowOf(id),
    vectorsOf: (rows, options) =>
      gather<Embedding>(rows, (part, own) => (sources[part] as Source).vectorsOf(own, options)),
    picture(item, size) {
      const from = collectionOf(item);
      return sources.find((one) => one.name === from)?.picture(item, size);
    },
    async makeSignature(item) {
      const from = collectionOf(item);
      return sources.find((one) => one.name === from)?.makeSignature?.(item);
    },
  };
  return { source, items };
}

/** Undefined where all rows of all are there. */
function mergedOrder(sources: readonly Source[], rowAt: (place: Place) => number): Uint32Array | undefined {
  const orders = sources.map(({ order }) => order?.());
  if (orders.every((order) => order === undefined)) return undefined;
  const rows = sources.map(({ count }, part) => {
    const own = orders[part] ?? Uint32Array.from({ length: count }, (_, row) => row);
    return own.map((row) => rowAt({ part, row }));
  });
  const all = new Uint32Array(rows.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const own of rows) {
    all.set(own, at);
    at += own.length;
  }
  return all;
}

type Made = Pick<Source, 'name' | 'model' | 'dim'>;

/** Whether the vectors of two collections can be compared. */
export function haveSameModel(a: Omit<Made, 'name'>, b: Omit<Made, 'name'>): boolean {
  return a.model.id === b.model.id && a.model.sha256 === b.model.sha256 && a.dim === b.dim;
}
