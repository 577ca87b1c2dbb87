import { collectionOf, type Picture, type PictureSource } from '../../engine/collection/types.ts';
import { plainText, type Query } from '../../engine/query/query.ts';
import type { SearchResponse } from '../../protocol/query-worker.ts';
import type { RerankedTop, RerankPicture, RerankRequest } from '../../protocol/rerank-worker.ts';
import type { Items } from '../collection/items.ts';

/** What pictures can be matched with: the text of a query that is one, with filters or without; undefined where there is none. */
export function textOf({ terms }: Query): string | undefined {
  return plainText({ terms, filters: [] }) || undefined;
}

/**
 * The first `k` ranks of an answer with their thumbnails, which the page shows anyway; undefined where there is nothing to
 * match them with. A picture that cannot be had stays where it is, and so does one that was judged.
 * @param judged by id
 */
export async function requestOf(
  answer: SearchResponse,
  k: number,
  items: Pick<Items, 'get'>,
  source: PictureSource,
  judged?: ReadonlyMap<string, unknown>,
): Promise<RerankRequest | undefined> {
  const text = textOf(answer.query);
  if (text === undefined || answer.rows.length < 2) return undefined;
  const rows = answer.rows.slice(0, k);
  const read = Array.from(rows, (row) => pictureOf(row, answer.collection, items, source, judged).catch(() => null));
  return {
    text,
    rows,
    similarities: answer.similarities.slice(0, k),
    scores: answer.scores.slice(0, k),
    good: answer.good,
    ...(answer.sure !== undefined && { sure: answer.sure }),
    ...(answer.named && { named: answer.named }),
    pictures: await Promise.all(read),
  };
}

async function pictureOf(
  row: number,
  collection: string,
  items: Pick<Items, 'get'>,
  source: PictureSource,
  judged?: ReadonlyMap<string, unknown>,
): Promise<RerankPicture | null> {
  const item = await items.get(row);
  if (judged?.has(item.id)) return null;
  const from: Picture | undefined = await source.picture(item, 'thumbnail');
  return from ? { key: `${collection}/${collectionOf(item) ?? ''}/${item.id}`, from } : null;
}

/** An answer with its first ranks in another order. */
export function withTop(answer: SearchResponse, top: RerankedTop): SearchResponse {
  const replaced = <T extends Uint32Array | Float32Array>(all: T, first: T): T => {
    const copy = all.slice() as T;
    copy.set(first);
    return copy;
  };
  const { modelId, from, matches } = top;
  return {
    ...answer,
    rows: replaced(answer.rows, top.rows),
    similarities: replaced(answer.similarities, top.similarities),
    scores: replaced(answer.scores, top.scores),
    reranked: { modelId, from, matches },
  };
}

/** How many pictures stand on another rank than before. */
export function movedOf({ reranked }: Pick<SearchResponse, 'reranked'>): number {
  return reranked?.from.filter((from, rank) => from !== rank).length ?? 0;
}
