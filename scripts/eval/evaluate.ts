import { baselineOfQuery, CUTOFF, cutoffOver, type QueryBaseline } from '../../src/engine/search/cutoff.ts';
import { auroc, type Counts, hitAtK, ndcgAtK, precisionRecall, recallAtK } from '../../src/engine/search/metrics.ts';
import { createIndexRetriever, RANKED_BY_INDEX } from '../../src/engine/search/retriever.ts';
import type { NodeSearch } from '../../src/platform/sessions/search.node.ts';
import { type AwayFigures, awayPairs, evaluateAway } from './away.ts';
import type { Group } from './certainty/pool.ts';
import { embedPictures, type LabelledPicture } from './embedded.ts';
import { type Fit, fitConstants, half, isHidden } from './fit.ts';
import {
  absentPhotographQueries,
  absentQueries,
  emojiOfRows,
  inventedQueries,
  type JudgedText,
  keywordQueries,
  LANGUAGES,
  type Language,
  nameQueries,
} from './queries.ts';
import { stylePictures, UNSEEN_STYLE } from './styles.ts';

export interface RetrievalFigures {
  readonly kind: 'name' | 'keyword';
  readonly language: Language;
  readonly queries: number;
  readonly hit1: number;
  readonly hit10: number;
  readonly ndcg10: number;
}

export interface CutoffFigures {
  readonly queries: string;
  /** How many of these queries there are. */
  readonly count: number;
  /** Share of them that have any good match. */
  readonly matched: number;
  /** Share of them that have a right picture among the first five, and no good match. */
  readonly hidden: number | null;
  /** Of the pictures above the line, the share that is right. Only one is for a name, however alike others are. */
  readonly precision: number | null;
  /** Of the right pictures, the share above the line. */
  readonly recall: number | null;
}

export interface Evaluation {
  readonly retrieval: readonly RetrievalFigures[];
  /** English names asked of a drawing style that is not in the collection. */
  readonly unseen: RankingFigures;
  /** English keywords with another one pushed away, by its weight. */
  readonly away: readonly AwayFigures[];
  /** Of the index against the exact ranking, mean over all queries. */
  readonly recall10: number;
  /** How well the confidence tells English names of things in the collection from things that are not in it. */
  readonly auroc: number;
  /** Over the half of the queries that no constant was set on. */
  readonly cutoff: readonly CutoffFigures[];
  /** Over the other half, what constants would be chosen. */
  readonly fits: readonly Fit[];
  /** What certainty is set on and judged by. */
  readonly groups: readonly Group[];
}

/** One query's answer by the index, with what the cut-off says of it. */
export interface Answer {
  readonly query: JudgedText;
  readonly rows: readonly number[];
  /** Parallel to `rows`, descending. */
  readonly similarities: readonly number[];
  readonly baseline: QueryBaseline;
  /** Into how many pieces the tokenizer takes each word. */
  readonly pieces: readonly number[] | undefined;
  readonly recall10: number;
}

/** Every figure of `pnpm eval` for a collection of emoji pictures. */
export async function evaluate(search: NodeSearch, log: (line: string) => void): Promise<Evaluation> {
  const emoji = await emojiOfRows(search.items);
  const answers = new Map<string, Answer[]>();
  const run = async (name: string, queries: readonly JudgedText[]) => {
    log(`${name}: ${queries.length} queries`);
    const all: Answer[] = [];
    for (const query of queries) all.push(await answerQuery(search, query));
    answers.set(name, all);
    return all;
  };
  const retrieval: RetrievalFigures[] = [];
  for (const language of Object.keys(LANGUAGES) as Language[]) {
    const names = await run(`name, ${LANGUAGES[language]}`, nameQueries(emoji, language));
    retrieval.push({ kind: 'name', language, ...rankingFigures(names) });
    const keywords = await run(`keyword, ${LANGUAGES[language]}`, keywordQueries(emoji, language));
    retrieval.push({ kind: 'keyword', language, ...rankingFigures(keywords) });
  }
  const setOn = [...answers.values()].map((list) => half(list, 'set'));
  const absent = await run('not in the collection', absentQueries());
  const absentSpanish = await run('not in the collection, Spanish', absentQueries('es'));
  const invented = await run('invented words', inventedQueries());
  const confidence = (list: readonly Answer[]) =>
    list.map(({ baseline, similarities }) => cutoffOver(baseline, similarities).confidence);
  const pairs = awayPairs(keywordQueries(emoji, 'en'));
  log(`one keyword without another: ${pairs.length} pairs`);
  const away = await evaluateAway(search, pairs);
  log(`${UNSEEN_STYLE.title}: drawing and embedding`);
  const unseen = await evaluateStyle(search);
  const kinds = (language: Language) =>
    (['name', 'keyword'] as const).map((kind) => answers.get(`${kind}, ${LANGUAGES[language]}`) ?? []);
  return {
    groups: [
      { title: 'demo, English', present: kinds('en'), absent: [...absent, ...invented] },
      { title: 'demo, Spanish', present: kinds('es'), absent: absentSpanish },
      { title: UNSEEN_STYLE.title, present: [unseen.names], absent: unseen.absent },
    ],
    retrieval,
    unseen: rankingFigures(unseen.names),
    away,
    recall10: mean([...answers.values()].flat().map((answer) => answer.recall10)),
    auroc: auroc(confidence(answers.get(`name, ${LANGUAGES.en}`) ?? []), confidence(absent)),
    cutoff: Array.from(answers, ([name, list]) => cutoffFigures(name, half(list, 'held-out'))),
    fits: fitConstants(setOn, half(absent, 'set'), CUTOFF.share),
  };
}

async function answerQuery(
  { encoder, retriever, exact, baseline }: Pick<NodeSearch, 'encoder' | 'retriever' | 'exact' | 'baseline'>,
  query: JudgedText,
): Promise<Answer> {
  const truthful = await exact();
  const embedding = await encoder.encode(query.text);
  const { similarities, ...found } = await retriever.retrieve(embedding, { k: RANKED_BY_INDEX });
  const rows = [...found.rows];
  const truth = truthful.search(embedding, { k: 10 }).map(({ row }) => row);
  return {
    query,
    rows,
    similarities: [...similarities],
    baseline: baselineOfQuery(embedding, baseline),
    pieces: encoder.pieces?.(query.text),
    recall10: recallAtK(rows, truth, 10),
  };
}

/** Each drawing of a style that the model has not seen, asked for by its English name; and things that it has not got. */
async function evaluateStyle(search: NodeSearch) {
  const ask = await openPictures(stylePictures(UNSEEN_STYLE.package), search);
  return { names: await ask.names(), absent: await ask.queries(absentQueries()) };
}

/** Photographs asked for their names, for invented words and for things that none of them shows. */
export async function evaluatePhotos(
  photos: readonly LabelledPicture[],
  search: NodeSearch,
): Promise<{ readonly names: RankingFigures; readonly cutoff: readonly CutoffFigures[]; readonly group: Group }> {
  const ask = await openPictures(photos, search);
  const names = await ask.names();
  const invented = await ask.queries(inventedQueries());
  const absent = await ask.queries(absentPhotographQueries());
  return {
    group: { title: 'photographs', present: [names], absent: [...absent, ...invented] },
    names: rankingFigures(names),
    cutoff: [
      cutoffFigures('photographs: their names', names),
      cutoffFigures('photographs: invented words', invented),
      cutoffFigures('photographs: things that are not there', absent),
    ],
  };
}

async function openPictures(pictures: readonly LabelledPicture[], { encoder, model }: NodeSearch) {
  const { labels, index, baseline } = await embedPictures(pictures, model);
  const retriever = createIndexRetriever({ index, rankAll: (query) => index.rankAll(query) });
  const opened = { encoder, retriever, baseline, exact: async () => index };
  const queries = async (list: readonly JudgedText[]) => {
    const answers: Answer[] = [];
    for (const query of list) answers.push(await answerQuery(opened, query));
    return answers;
  };
  return { queries, names: () => queries(labels.map((text, row) => ({ text, right: new Set([row]) }))) };
}

/** Hits and ranks of a set of queries. */
export type RankingFigures = Omit<RetrievalFigures, 'kind' | 'language'>;

function rankingFigures(answers: readonly Answer[]): RankingFigures {
  const over = (metric: (rows: readonly number[], right: ReadonlySet<number>) => number) =>
    mean(answers.map(({ rows, query }) => metric(rows, query.right)));
  return {
    queries: answers.length,
    hit1: over((rows, right) => hitAtK(rows, right, 1)),
    hit10: over((rows, right) => hitAtK(rows, right, 10)),
    ndcg10: over((rows, right) => ndcgAtK(rows, right, 10)),
  };
}

function cutoffFigures(queries: string, answers: readonly Answer[]): CutoffFigures {
  const counts = answers.map(({ query, rows, baseline, similarities }): Counts => {
    const good = cutoffOver(baseline, similarities).good ?? 0;
    const hits = rows.slice(0, good).filter((row) => query.right.has(row)).length;
    return { shown: good, hits, right: query.right.size };
  });
  const answerable = counts.some(({ right }) => right > 0);
  const { precision, recall } = answerable ? precisionRecall(counts) : { precision: null, recall: null };
  const matched = mean(counts.map(({ shown }) => (shown > 0 ? 1 : 0)));
  const hidden = answerable ? mean(answers.map((answer) => (isHidden(answer) ? 1 : 0))) : null;
  return { queries, count: answers.length, matched, hidden, precision, recall };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
