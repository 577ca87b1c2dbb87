import { join } from 'node:path';
import { loadNodeReranker } from '../../src/platform/rerankers/blip-itm.node.ts';
import { openNodeSearch } from '../../src/platform/sessions/search.node.ts';
import { createLook } from './rerank.ts';

/** What a picture is sorted by after a second look. */
export interface SecondScore {
  readonly score: number;
  /** Between which lines it is, from the top; none crosses one. */
  readonly part: number;
}

/** Of the best pictures of a search, by title, what Node computes. */
export async function secondScores(
  publicFolder: string,
  { reranker: id, collection, text }: { readonly reranker: string; readonly collection: string; readonly text: string },
): Promise<ReadonlyMap<string, SecondScore>> {
  const search = await openNodeSearch({ publicFolder, collection });
  const reranker = await loadNodeReranker(join(publicFolder, 'models'), id);
  const look = createLook(search, reranker, join(publicFolder, 'collections', collection));
  const { answer, reranked } = await look(text);
  const lines = [answer.sure ?? 0, answer.good ?? 0];
  const scores = new Map<string, SecondScore>();
  for (const [rank, match] of reranked.matches.entries()) {
    const { title } = await search.items.get(reranked.rows[rank] as number);
    const score = 0.7 * (match ?? 0) + 0.3 * (reranked.similarities[rank] as number);
    scores.set(title ?? '', { score, part: lines.filter((line) => rank >= line).length });
  }
  await Promise.all([search.dispose(), reranker.dispose()]);
  return scores;
}
