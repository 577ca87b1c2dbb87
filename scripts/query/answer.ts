import type { AnsweringKind } from '../../src/engine/collection/types.ts';
import { type Query, queryText } from '../../src/engine/query/query.ts';
import { serialise } from '../../src/engine/query/serialise.ts';
import type { Unjudged } from '../../src/engine/search/cutoff.ts';
import { RANKED_BY_INDEX } from '../../src/engine/search/retriever.ts';
import type { SearchAnswer, SearchContext } from '../../src/engine/search/search-engine.ts';
import type { NodeSearch } from '../../src/platform/sessions/search.node.ts';
import { printable } from '../cli/printable.ts';

/** What `pnpm query --json` prints of a query. Its members are part of the public surface: add, never rename. */
export interface SearchReport {
  /** The query in words. */
  readonly text: string;
  /** The query as `--query` takes it. */
  readonly query: string;
  readonly model_name: string;
  readonly collection: string;
  /** Pictures in the collection. */
  readonly total: number;
  readonly index: AnsweringKind;
  /**
   * How many pictures match, by the cut-off; the best ones all the same may be among `matches`. Null where nobody can tell,
   * for which `unjudged` has the reason.
   */
  readonly good: number | null;
  /** Of how many of these one can be sure; absent where the model is not calibrated. */
  readonly sure?: number;
  /** The similarity from which on a picture counts as a good match. */
  readonly cutoff: number | null;
  /** There are too `few` pictures to tell what matches, or they are too much `alike`. */
  readonly unjudged?: Unjudged;
  /** The query is filters alone: all that pass, in this order; scores mean nothing. */
  readonly listed?: SearchAnswer['listed'];
  readonly encode_ms: number;
  readonly search_ms: number;
  readonly matches: readonly Match[];
}

/** One of `SearchReport.matches`, which are in descending score. */
interface Match {
  readonly id: string;
  readonly image_name: string;
  readonly title: string | null;
  /** What the order goes by. Without fusion and reranking it is the similarity. */
  readonly score: number;
  /** Cosine to the query, in [−1, 1]. */
  readonly similarity: number;
  /** Its title or file name has the words (--names). */
  readonly named?: true;
}

/** The best `k` pictures for `query`. @throws what `SearchEngine.search` throws. */
export async function answer(
  search: NodeSearch,
  query: Query,
  k: number,
  context: SearchContext = {},
): Promise<SearchReport> {
  const found = await search.engine.search(query, context);
  const { rows, scores, similarities } = k <= RANKED_BY_INDEX ? found : await search.engine.rank(query, 0, k, context);
  return {
    text: queryText(query),
    query: serialise(query),
    model_name: found.modelId,
    collection: found.collection,
    total: found.total,
    index: found.index,
    good: found.good,
    ...(found.sure !== undefined && { sure: found.sure }),
    cutoff: found.cutoff === null ? null : round(found.cutoff, 4),
    ...(found.unjudged && { unjudged: found.unjudged }),
    ...(found.listed && { listed: found.listed }),
    encode_ms: round(found.encodeMs, 2),
    search_ms: round(found.searchMs, 2),
    matches: await Promise.all(
      Array.from(rows.subarray(0, k), async (row, rank) => {
        const { id, name, title } = await search.items.get(row);
        const at = (values: Float32Array) => round(values[rank] as number /* parallel */, 4);
        const match = { id, image_name: name, title, score: at(scores), similarity: at(similarities) };
        return found.named?.includes(row) ? { ...match, named: true as const } : match;
      }),
    ),
  };
}

/** For people: one line a picture, and a line where the good matches end. */
export function toTable(report: SearchReport): string {
  const { matches, good, sure, unjudged, listed, index, total, encode_ms, search_ms } = report;
  const names = matches.map(({ image_name }) => printable(image_name));
  const width = Math.min(60, Math.max(...names.map((name) => name.length)));
  const lines = matches.map(({ title, score, named }, i) => {
    const [rank, name] = [String(i + 1), names[i] ?? ''];
    const figure = listed ? '' : `${score.toFixed(3).padStart(6)}  `;
    return `${rank.padStart(4)}  ${figure}${name.padEnd(width)}  ${printable(title ?? '')}${named ? '  (by name)' : ''}`;
  });
  if (good !== null && good < matches.length) {
    lines.splice(good, 0, good === 0 ? '      not sure of any; nearest:' : '      below the line:');
  }
  if (sure !== undefined && good !== null && sure < Math.min(good, matches.length))
    lines.splice(sure, 0, '      less sure:');
  if (listed) return [...lines.map((line) => line.trimEnd()), `${total} pictures pass · ${search_ms} ms`].join('\n');
  const matching =
    sure === undefined ? `${good} of ${total} match` : `sure of ${sure}, less sure of ${(good ?? 0) - sure}`;
  const result = good === null ? `${total} pictures, too ${unjudged} to tell what matches` : matching;
  const footer = `${result} · ${index} · encoding ${encode_ms} ms, search ${search_ms} ms`;
  return [...lines.map((line) => line.trimEnd()), footer].join('\n');
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
