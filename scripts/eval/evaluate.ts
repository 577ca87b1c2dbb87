import { cutoff } from '../../src/engine/search/cutoff.ts';
import { auroc, type Counts, hitAtK, ndcgAtK, precisionRecall, recallAtK } from '../../src/engine/search/metrics.ts';
import { RANKED_BY_INDEX } from '../../src/engine/search/search-engine.ts';
import type { NodeSearch } from '../../src/platform/sessions/search.node.ts';
import {
  absentQueries,
  emojiOfRows,
  type JudgedText,
  keywordQueries,
  LANGUAGES,
  type Language,
  nameQueries,
} from './queries.ts';

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
  /** Of the pictures above the line, the share that is right. Only one is for a name, however alike others are. */
  readonly precision: number | null;
  /** Of the right pictures, the share above the line. */
  readonly recall: number | null;
}

export interface Evaluation {
  readonly retrieval: readonly RetrievalFigures[];
  /** Of the index against the exact ranking, mean over all queries. */
  readonly recall10: number;
  /** How well the confidence tells English names of things in the collection from things that are not in it. */
  readonly auroc: number;
  readonly cutoff: readonly CutoffFigures[];
}

/** One query's answer by the index, with what the cut-off says of it. */
interface Answer {
  readonly query: JudgedText;
  readonly rows: readonly number[];
  readonly recall10: number;
  readonly good: number;
  readonly confidence: number;
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
    retrieval.push(figures('name', language, names));
    const keywords = await run(`keyword, ${LANGUAGES[language]}`, keywordQueries(emoji, language));
    retrieval.push(figures('keyword', language, keywords));
  }
  const absent = await run('not in the collection', absentQueries());
  const confidence = (list: readonly Answer[]) => list.map((answer) => answer.confidence);
  return {
    retrieval,
    recall10: mean([...answers.values()].flat().map((answer) => answer.recall10)),
    auroc: auroc(confidence(answers.get(`name, ${LANGUAGES.en}`) ?? []), confidence(absent)),
    cutoff: Array.from(answers, ([name, list]) => cutoffFigures(name, list)),
  };
}

async function answerQuery({ encoder, index, exact, background }: NodeSearch, query: JudgedText): Promise<Answer> {
  const truthful = await exact();
  const embedding = await encoder.encode(query.text);
  const hits = index.search(embedding, { k: RANKED_BY_INDEX });
  const rows = hits.map(({ row }) => row);
  const truth = truthful.search(embedding, { k: 10 }).map(({ row }) => row);
  const { good, confidence } = cutoff(
    embedding,
    background,
    hits.map(({ similarity }) => similarity),
  );
  return { query, rows, recall10: recallAtK(rows, truth, 10), good, confidence };
}

function figures(kind: 'name' | 'keyword', language: Language, answers: readonly Answer[]): RetrievalFigures {
  const over = (metric: (rows: readonly number[], right: ReadonlySet<number>) => number) =>
    mean(answers.map(({ rows, query }) => metric(rows, query.right)));
  return {
    kind,
    language,
    queries: answers.length,
    hit1: over((rows, right) => hitAtK(rows, right, 1)),
    hit10: over((rows, right) => hitAtK(rows, right, 10)),
    ndcg10: over((rows, right) => ndcgAtK(rows, right, 10)),
  };
}

function cutoffFigures(queries: string, answers: readonly Answer[]): CutoffFigures {
  const counts = answers.map(({ query, rows, good }): Counts => {
    const hits = rows.slice(0, good).filter((row) => query.right.has(row)).length;
    return { shown: good, hits, right: query.right.size };
  });
  const answerable = counts.some(({ right }) => right > 0);
  const { precision, recall } = answerable ? precisionRecall(counts) : { precision: null, recall: null };
  const matched = mean(answers.map(({ good }) => (good > 0 ? 1 : 0)));
  return { queries, count: answers.length, matched, precision, recall };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
