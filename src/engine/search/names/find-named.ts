import { memoise } from '../../async/cached/memoise.ts';
import type { ItemStore } from '../../collection/items/items.ts';
import type { Bitset } from '../../index/bitset.ts';
import type { Embedding } from '../../numeric/embedding.ts';
import type { Query } from '../../query/query.ts';
import { bySimilarity, type Ranking } from '../ranking.ts';
import { RANKED_BY_INDEX, type Retriever } from '../retriever.ts';
import { createNameIndex, type NameIndex } from './name-index.ts';

const NONE = bySimilarity(new Uint32Array(), new Float32Array());

/**
 * Finds pictures by their names: those whose names have most of what is asked for first, among equals the most similar. At
 * most `RANKED_BY_INDEX`, the most similar of more. Names are read when they are first asked for, and again once there are
 * more or fewer.
 */
export function createFindNamed(items: ItemStore, retriever: Retriever) {
  let index = memoise(() => createNameIndex(items));
  let count = items.count;

  function newest(): Promise<NameIndex> {
    if (items.count !== count) index = memoise(() => createNameIndex(items));
    count = items.count;
    return index.get();
  }

  /** @param filter rows that pass the query's filters @throws what reading records and the retriever throw */
  return async (query: Query, embedding: Embedding, filter: Bitset | undefined): Promise<Ranking> => {
    const names = await newest();
    const named = names.find(query);
    if (!named) return NONE;
    const both = filter ? named.map((word, i) => word & (filter[i] ?? 0)) : named;
    const found = await retriever.retrieve(embedding, { k: RANKED_BY_INDEX, filter: both });
    const ranks = Array.from(found.rows, (row, rank) => ({ rank, matches: names.matches(query, row) }));
    ranks.sort((a, b) => b.matches - a.matches || a.rank - b.rank);
    return bySimilarity(
      Uint32Array.from(ranks, ({ rank }) => found.rows[rank] as number), // its own ranks, as below
      Float32Array.from(ranks, ({ rank }) => found.similarities[rank] as number),
    );
  };
}
