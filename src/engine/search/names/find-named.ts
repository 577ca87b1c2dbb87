import { memoise } from '../../async/cached/memoise.ts';
import type { ItemStore } from '../../collection/items/items.ts';
import { type Bitset, clearBit } from '../../index/bitset.ts';
import type { Embedding } from '../../numeric/embedding.ts';
import type { Query } from '../../query/query.ts';
import { bySimilarity, type Ranking } from '../ranking.ts';
import { RANKED_BY_INDEX, type Retriever } from '../retriever.ts';
import type { Live } from '../search-engine.ts';
import { createNameIndex, type NameIndex } from './name-index.ts';

/**
 * Names of a collection that changes are read again no sooner: pictures come in several a second, and those whose names are
 * not known yet are found by what is in them.
 */
const AGAIN_MS = 5000;

const NONE = bySimilarity(new Uint32Array(), new Float32Array());

export interface NamedSource {
  readonly items: ItemStore;
  readonly retriever: Retriever;
  readonly live?: Live | undefined;
}

/**
 * Finds pictures by their names: those whose names have most of what is asked for first, among equals the most similar. At
 * most `RANKED_BY_INDEX`, the most similar of more. Names are read when they are first asked for.
 */
export function createFindNamed({ items, retriever, live }: NamedSource) {
  const load = () => ({
    names: memoise(() => createNameIndex(items)),
    revision: live?.revision(),
    at: performance.now(),
  });
  let known = load();

  function newest(): Promise<NameIndex> {
    const isOld = known.revision !== live?.revision() && performance.now() - known.at > AGAIN_MS;
    if (isOld) known = load();
    return known.names.get();
  }

  /** Rows of pictures that were removed have no bit in a filter, but still have a name. */
  function present(named: Bitset, filter: Bitset | undefined): Bitset {
    const rows = filter ? named.map((word, i) => word & (filter[i] ?? 0)) : named;
    if (live) for (let row = 0; row < items.count; row++) if (!live.has(row)) clearBit(rows, row);
    return rows;
  }

  /** @param filter rows that pass the query's filters @throws what reading records and the retriever throw */
  return async (query: Query, embedding: Embedding, filter: Bitset | undefined): Promise<Ranking> => {
    const names = await newest();
    const named = names.find(query);
    if (!named) return NONE;
    const found = await retriever.retrieve(embedding, { k: RANKED_BY_INDEX, filter: present(named, filter) });
    const ranks = Array.from(found.rows, (row, rank) => ({ rank, matches: names.matches(query, row) }));
    ranks.sort((a, b) => b.matches - a.matches || a.rank - b.rank);
    return bySimilarity(
      Uint32Array.from(ranks, ({ rank }) => found.rows[rank] as number), // its own ranks, as below
      Float32Array.from(ranks, ({ rank }) => found.similarities[rank] as number),
    );
  };
}
