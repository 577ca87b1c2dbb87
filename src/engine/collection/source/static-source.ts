import { createPromiseCache } from '../../async/cached/promise-cache.ts';
import type { VectorSource } from '../../search/vector-source.ts';
import type { ItemStore } from '../items/items.ts';
import type { CollectionManifest, Item, StaticPictures } from '../types.ts';
import type { Source } from './source.ts';

/** What a collection of static files is made of, as it was read. */
export interface StaticParts extends VectorSource {
  readonly manifest: Pick<CollectionManifest, 'name' | 'count' | 'dim' | 'model'>;
  readonly items: ItemStore;
  /** Of the site, with a `/` at its end. */
  readonly baseUrl: string;
}

/** Answers to queries that are typed share many of their pictures: their records are parsed and checked once. */
const REMEMBERED_ITEMS = 1_000;

/** A collection that lies below `collections/` of a site. */
export function createStaticSource({ manifest, items, baseUrl, vectorsOf }: StaticParts): Source {
  const { name, count, dim, model } = manifest;
  const { picture } = createStaticPictures(baseUrl, name);
  const remembered = createPromiseCache<Item, number>(REMEMBERED_ITEMS);
  const item = (row: number) => remembered.get(row, () => items.get(row)).value;
  return {
    ...{ name, count, dim, model, picture, vectorsOf },
    items: (rows) => Promise.all(Array.from(rows, item)),
    rowOf: (id) => items.rowOf(id),
  };
}

/**
 * Where the pictures of a collection lie: the one place that makes their addresses. Sites have no originals.
 * @param baseUrl of the site, with a `/` at its end
 * @param name of the collection
 */
export function createStaticPictures(baseUrl: string, name: string): StaticPictures {
  const folder = `${baseUrl}collections/${encodeURIComponent(name)}/`;
  return {
    folder,
    picture(item, size) {
      const file = size === 'original' ? null : item[size];
      return file ? { url: folder + file.path } : undefined;
    },
  };
}
