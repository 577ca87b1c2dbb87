/** What a second look by a reranker changes. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AfterimageError } from '../../src/engine/errors.ts';
import type { Pixels } from '../../src/engine/ports.ts';
import { textQuery } from '../../src/engine/query/query.ts';
import { ndcgAtK } from '../../src/engine/search/metrics.ts';
import { planRerank, RERANKED, rerank } from '../../src/engine/search/rerank.ts';
import { loadNodeReranker, pixelsOf } from '../../src/platform/rerankers/blip-itm.node.ts';
import type { LoadedReranker } from '../../src/platform/rerankers/blip-itm.ts';
import type { NodeSearch } from '../../src/platform/sessions/search.node.ts';
import { EXPORT_SCRIPT } from '../models/rerankers/add-reranker.ts';
import { installedRerankers } from '../models/rerankers/installed-rerankers.ts';
import { emojiOfRows, type JudgedText, keywordQueries, nameQueries } from './queries.ts';

export interface RerankFigures {
  readonly reranker: string;
  readonly of: string;
  readonly queries: number;
  readonly ndcg10Before: number;
  readonly ndcg10After: number;
  /** Share of the queries of which a picture moved. */
  readonly changed: number;
  /** Per query, all its pictures looked at for the first time; the text of the query with them. */
  readonly msPerQuery: number;
}

export interface RerankEvaluation {
  /** `public/` */
  readonly publicFolder: string;
  readonly collection: string;
  /** Queries of each kind, evenly spread over all there are. */
  readonly queries: number;
  readonly log: (line: string) => void;
}

/**
 * English names and keywords of the demo, before and after a second look.
 * @throws AfterimageError `model-not-found` where there is no reranker
 */
export async function evaluateRerank(search: NodeSearch, options: RerankEvaluation): Promise<RerankFigures[]> {
  const modelsFolder = join(options.publicFolder, 'models');
  const [found] = await installedRerankers(modelsFolder);
  if (!found) {
    throw new AfterimageError(
      'model-not-found',
      `There is no reranker in ${modelsFolder}. Export one (${EXPORT_SCRIPT}), then pnpm add-model <folder>.`,
    );
  }
  const reranker = await loadNodeReranker(modelsFolder, found.id);
  const emoji = await emojiOfRows(search.items);
  const look = createLook(search, reranker, join(options.publicFolder, 'collections', options.collection));
  const figures: RerankFigures[] = [];
  for (const [of, all] of [
    ['English names', nameQueries(emoji, 'en')],
    ['English keywords', keywordQueries(emoji, 'en')],
  ] as const) {
    const queries = spread(all, options.queries);
    options.log(`${of}: ${queries.length} of ${all.length} queries`);
    const looks: Looked[] = [];
    for (const query of queries) looks.push(await look(query));
    const mean = (value: (one: Looked) => number) => looks.reduce((sum, one) => sum + value(one), 0) / looks.length;
    figures.push({
      reranker: found.title,
      of,
      queries: looks.length,
      ndcg10Before: mean(({ before }) => before),
      ndcg10After: mean(({ after }) => after),
      changed: mean(({ moved }) => (moved ? 1 : 0)),
      msPerQuery: mean(({ ms }) => ms),
    });
  }
  await reranker.dispose();
  return figures;
}

interface Looked {
  readonly before: number;
  readonly after: number;
  readonly moved: boolean;
  readonly ms: number;
}

function createLook({ engine, items }: Pick<NodeSearch, 'engine' | 'items'>, reranker: LoadedReranker, folder: string) {
  /** The thumbnail, which is what the page looks at, too. */
  const read = async (row: number): Promise<Pixels | undefined> => {
    const { thumbnail } = await items.get(row);
    const bytes = thumbnail && (await readFile(join(folder, thumbnail.path)).catch(() => undefined));
    return bytes ? pixelsOf(bytes, reranker.preprocessor) : undefined;
  };
  return async ({ text, right }: JudgedText): Promise<Looked> => {
    const answer = await engine.search(textQuery(text));
    const plan = planRerank(answer, answer, RERANKED);
    const started = performance.now();
    const pixels = await Promise.all(plan.ranks.map((rank) => read(answer.rows[rank] as number)));
    const seen = plan.ranks.flatMap((rank, i) => (pixels[i] ? [{ rank, pixels: pixels[i] }] : []));
    const matches = await reranker.score(
      text,
      seen.map((one) => one.pixels),
    );
    const ms = performance.now() - started;
    const { rows, from } = rerank(answer, { ...plan, ranks: seen.map(({ rank }) => rank) }, matches);
    return {
      before: ndcgAtK([...answer.rows], right, 10),
      after: ndcgAtK([...rows], right, 10),
      moved: from.some((before, rank) => before !== rank),
      ms,
    };
  };
}

/** So many of them, at even distances. */
export function spread<T>(all: readonly T[], count: number): T[] {
  if (count >= all.length) return [...all];
  return Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)] as T);
}

export function rerankTable(figures: readonly RerankFigures[]): string {
  const share = (value: number) => `${(100 * value).toFixed(1)} %`;
  const rows = figures.map(
    ({ of, queries, ndcg10Before, ndcg10After, changed, msPerQuery }) =>
      `| ${of} | ${queries} | ${ndcg10Before.toFixed(3)} | ${ndcg10After.toFixed(3)} | ${share(changed)} | ${Math.round(msPerQuery)} |`,
  );
  return [
    `Reranker: ${figures[0]?.reranker}. The best ${RERANKED} of each query.`,
    '',
    '| queries | how many | nDCG@10 before | after | changed | ms a query |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
