/** An exported log as an evaluation set: whether what was liked is found, and what was not is not. */
import { readFile } from 'node:fs/promises';
import { parseLog } from '../../../src/db/exchange/jsonl.ts';
import { AfterimageError, toAfterimageError } from '../../../src/engine/errors.ts';
import type { Query } from '../../../src/engine/query/query.ts';
import { parseQuery } from '../../../src/engine/query/serialise.ts';
import { hitAtK, ndcgAtK, precisionRecall } from '../../../src/engine/search/metrics.ts';
import type { NodeSearch } from '../../../src/platform/sessions/search.node.ts';
import { usage } from '../../cli/cli.ts';

/** Searches by what was judged, as they are answered now. */
export interface JudgementFigures {
  /** Searches of the file, and of those the ones of another collection. */
  readonly searches: number;
  readonly ofOthers: number;
  /** Different queries with a picture of the collection that was judged. */
  readonly queries: number;
  readonly up: number;
  readonly down: number;
  /** Ids of judged pictures that the collection has not. */
  readonly unknown: readonly string[];
  /** Queries that cannot be asked here, and why. */
  readonly unasked: readonly string[];
  /** Mean over queries with a picture that was liked; null where there is none. Pictures without a thumb count as wrong. */
  readonly ndcg10: number | null;
  /** The same with pictures without a thumb left out of the ranking. */
  readonly ndcg10OfJudged: number | null;
  readonly hit1: number | null;
  readonly hit10: number | null;
  /** Of judged pictures above the line, the share that was liked; of those that were liked, the share above the line. */
  readonly precision: number;
  readonly recall: number;
  /** Mean of the ratings from 1 to 10, and how many there are. */
  readonly rating: number | null;
  readonly rated: number;
}

type Answering = Pick<NodeSearch, 'items' | 'engine' | 'manifest'>;
type Logged =
  Awaited<ReturnType<typeof parseLog>>['searches'] extends ReadonlyMap<string, infer Search> ? Search : never;

interface Judged {
  readonly rows: readonly number[];
  readonly good: number;
  readonly up: ReadonlySet<number>;
  readonly down: ReadonlySet<number>;
}

/**
 * @param path an export of the log
 * @throws AfterimageError `usage` where there is no file, or no judgement of the collection in it; `import-invalid`, `import-too-large`
 */
export async function evaluateJudgements(search: Answering, path: string): Promise<JudgementFigures> {
  const file = await readFile(path).catch(() => {
    throw usage(`--judgements takes an export of the log, and there is none at ${path}`);
  });
  const all = [...(await parseLog(new Blob([file]))).searches.values()];
  const own = all.filter(({ collection }) => collection === search.manifest.name);
  const ratings = own.flatMap(({ rating }) => rating ?? []);
  const [judged, unknown, unasked]: [Judged[], Set<string>, string[]] = [[], new Set(), []];
  for (const logged of newestOfEach(own)) {
    const thumbs = await thumbsOf(logged, search, unknown);
    if (thumbs.up.size + thumbs.down.size === 0) continue;
    try {
      const { rows, good } = await search.engine.search(queryOf(logged));
      judged.push({ rows: [...rows], good: good ?? rows.length, ...thumbs });
    } catch (error) {
      unasked.push(`${logged.text}: ${toAfterimageError(error).message}`);
    }
  }
  if (judged.length === 0) {
    throw usage(
      `${path} has no judged picture of ${search.manifest.name}: ${all.length} searches, ${own.length} of it`,
    );
  }
  return {
    ...{ searches: all.length, ofOthers: all.length - own.length, unknown: [...unknown], unasked },
    ...figuresOf(judged),
    ...{ rating: mean(ratings), rated: ratings.length },
  };
}

/** Of searches that asked the same the newest, which has the thumbs of those before it. */
function newestOfEach(searches: readonly Logged[]): readonly Logged[] {
  const newest = new Map<string, Logged>();
  for (const one of searches) {
    const known = newest.get(one.query);
    if (!known || one.time > known.time) newest.set(one.query, one);
  }
  return [...newest.values()].filter(({ judgements }) => Object.keys(judgements).length > 0);
}

/** @param unknown ids that the collection has not are added to it */
async function thumbsOf({ judgements }: Logged, { items }: Pick<Answering, 'items'>, unknown: Set<string>) {
  const thumbs = { up: new Set<number>(), down: new Set<number>() };
  for (const [id, thumb] of Object.entries(judgements)) {
    const row = await items.rowOf(id);
    if (row < 0) unknown.add(id);
    else thumbs[thumb].add(row);
  }
  return thumbs;
}

function queryOf({ query }: Logged): Query {
  const parsed = parseQuery(query);
  if (parsed instanceof AfterimageError) throw parsed;
  return parsed;
}

function figuresOf(all: readonly Judged[]) {
  const liked = all.filter(({ up }) => up.size > 0);
  const over = (value: (one: Judged) => number) => mean(liked.map(value));
  const isJudged = ({ up, down }: Judged, row: number) => up.has(row) || down.has(row);
  const counts = all.map((one) => {
    const shown = one.rows.slice(0, one.good).filter((row) => isJudged(one, row));
    return { shown: shown.length, hits: shown.filter((row) => one.up.has(row)).length, right: one.up.size };
  });
  return {
    queries: all.length,
    up: all.reduce((sum, { up }) => sum + up.size, 0),
    down: all.reduce((sum, { down }) => sum + down.size, 0),
    ndcg10: over(({ rows, up }) => ndcgAtK(rows, up, 10)),
    ndcg10OfJudged: over((one) =>
      ndcgAtK(
        one.rows.filter((row) => isJudged(one, row)),
        one.up,
        10,
      ),
    ),
    hit1: over(({ rows, up }) => hitAtK(rows, up, 1)),
    hit10: over(({ rows, up }) => hitAtK(rows, up, 10)),
    ...precisionRecall(counts),
  };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
