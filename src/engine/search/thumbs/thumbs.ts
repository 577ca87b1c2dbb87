import { type Bitset, hasBit } from '../../index/bitset.ts';
import { dot, type Embedding } from '../../numeric/embedding.ts';
import type { Judgements } from '../../query/filter-rows.ts';
import type { SearchEngineOptions } from '../search-engine.ts';
import { type Found, type Judged, orderByThumbs } from './order.ts';

/** What is asked, and which rows may be an answer. */
interface Asked {
  readonly embedding: Embedding;
  readonly filter: Bitset | undefined;
  /** Rows that the query is like: they are none of its answers. */
  readonly liked: ReadonlySet<number>;
  readonly signal?: AbortSignal | undefined;
}

interface Sources {
  readonly items: Pick<SearchEngineOptions['items'], 'rowOf'>;
  readonly vectors: SearchEngineOptions['vectors'];
}

/**
 * The results of a query in the order that thumbs on some of them make: see `orderByThumbs`.
 * @param thumbs by item id; ids that are not in the collection are passed over
 * @throws AfterimageError what reading items throws, and the vectors of liked results from further down; the signal's reason
 */
export async function applyThumbs(
  found: Found,
  thumbs: Judgements | undefined,
  { embedding, filter, liked, signal }: Asked,
  { items, vectors }: Sources,
): Promise<Found> {
  if (!thumbs) return found;
  const all = await Promise.all(
    Array.from(thumbs, async ([id, value]): Promise<Judged> => {
      return { row: await items.rowOf(id), isLiked: value === 'up' };
    }),
  );
  const judged = all.filter(({ row }) => row >= 0 && !liked.has(row) && (!filter || hasBit(filter, row)));
  if (judged.length === 0) return found;
  const shown = new Set(found.ranking.rows);
  const far = judged.filter(({ row, isLiked }) => isLiked && !shown.has(row)).map(({ row }) => row);
  const read = far.length === 0 ? [] : await vectors.vectorsOf(far, signal ? { signal } : {});
  const similarities = new Map(read.map((vector, i) => [far[i], dot(embedding, vector)]));
  return orderByThumbs(
    found,
    judged.map((one) => ({ ...one, similarity: similarities.get(one.row) })),
  );
}
