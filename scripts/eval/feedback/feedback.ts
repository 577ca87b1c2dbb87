/** What thumbs on results do: simulated people, who judge what is shown from the top, by what is known to be right. */
import { textQuery } from '../../../src/engine/query/query.ts';
import type { Baseline } from '../../../src/engine/search/cutoff.ts';
import { judge } from '../../../src/engine/search/judge.ts';
import { ndcgAtK } from '../../../src/engine/search/metrics.ts';
import { RANKED_BY_INDEX, type Retriever } from '../../../src/engine/search/retriever.ts';
import { THUMBS, type ThumbConstants } from '../../../src/engine/search/thumbs/closeness.ts';
import type { Found } from '../../../src/engine/search/thumbs/order.ts';
import { applyThumbs } from '../../../src/engine/search/thumbs/thumbs.ts';
import type { VectorSource } from '../../../src/engine/search/vector-source.ts';
import type { NodeSearch } from '../../../src/platform/sessions/search.node.ts';
import { half } from '../fit.ts';
import type { JudgedText } from '../queries.ts';

/** Pictures that are searched, and queries whose right answers are known. */
export interface FeedbackGroup {
  readonly title: string;
  readonly retriever: Retriever;
  readonly vectors: VectorSource;
  readonly baseline: Baseline;
  readonly queries: readonly JudgedText[];
}

/** nDCG@10 of one number of thumbs, mean over queries. */
export interface FeedbackFigures {
  readonly group: string;
  readonly thumbs: number;
  readonly queries: number;
  /** Of the list as it is shown, without thumbs. */
  readonly before: number;
  /** The same with thumbs. */
  readonly after: number;
  /** With thumbs that only move what is judged. */
  readonly pinned: number;
  /** With one thumb in ten wrong. */
  readonly wrong: number;
  /** The largest loss of a query whose first page was all right; 0: none loses. */
  readonly loss: number;
  /** Of what is not judged alone, in the order without thumbs and with them. */
  readonly othersBefore: number;
  readonly othersAfter: number;
  /** Milliseconds that the last of the thumbs takes to order all anew, median. */
  readonly ms: number;
}

/** What a weight does at `CHOSEN_BY` thumbs to what is not judged, on the half that it is chosen on. */
export interface WeightFigures {
  readonly group: string;
  readonly weight: number;
  readonly others: number;
}

const THUMBS_GIVEN = [1, 3, 5];
const CHOSEN_BY = 3;
const WEIGHTS = [0, 0.25, 0.5, 1, 2];
/** More queries of a half say no more. */
const MOST_QUERIES = 300;
const K = 10;
/** One thumb in so many is wrong. */
const WRONG = 10;
/** All right, but for rounding. */
const RIGHT = 0.9999;

type Encoder = NodeSearch['encoder'];

/** nDCG@10 after some thumbs on one query. */
interface Outcome {
  readonly thumbs: number;
  readonly before: number;
  readonly after: number;
  /** Of what is not judged alone; undefined where nothing right is left. */
  readonly others: { readonly before: number; readonly after: number } | undefined;
  readonly ms: number;
}

interface Options {
  readonly constants?: ThumbConstants;
  /** One thumb in `WRONG` says the opposite of what is right. */
  readonly wrong?: boolean;
  /** How many are given; absent: as many as are looked at. */
  readonly most?: number;
}

/** For each weight what it does to the half of the queries that it is chosen on. */
export async function chooseWeight(group: FeedbackGroup, encoder: Encoder): Promise<WeightFigures[]> {
  const asked = evenly(half(group.queries, 'set')).filter((_, i) => i % 2 === 0);
  const figures: WeightFigures[] = [];
  for (const weight of WEIGHTS) {
    const given = await giveAll(asked, group, encoder, {
      constants: { ...THUMBS, weight },
      most: CHOSEN_BY,
    });
    const gains = given.flatMap(({ thumbs, others }) =>
      thumbs === CHOSEN_BY && others ? [others.after - others.before] : [],
    );
    figures.push({ group: group.title, weight, others: mean(gains) });
  }
  return figures;
}

/** On the other half of the queries. */
export async function evaluateFeedback(group: FeedbackGroup, encoder: Encoder): Promise<FeedbackFigures[]> {
  const asked = evenly(half(group.queries, 'held-out'));
  const given = await giveAll(asked, group, encoder, {});
  const pinned = await giveAll(asked, group, encoder, { constants: { ...THUMBS, weight: 0 } });
  const wrong = await giveAll(asked, group, encoder, { wrong: true });
  return THUMBS_GIVEN.map((thumbs) => {
    const those = (all: readonly Outcome[]) => all.filter((one) => one.thumbs === thumbs);
    const after = (all: readonly Outcome[]) => mean(those(all).map((one) => one.after));
    const others = those(given).flatMap((one) => (one.others ? [one.others] : []));
    const wasRight = those(given).filter(({ before }) => before >= RIGHT);
    return {
      ...{ group: group.title, thumbs, queries: asked.length },
      before: mean(those(given).map(({ before }) => before)),
      ...{ after: after(given), pinned: after(pinned), wrong: after(wrong) },
      loss: Math.max(0, ...wasRight.map((one) => one.before - one.after)),
      othersBefore: mean(others.map(({ before }) => before)),
      othersAfter: mean(others.map(({ after }) => after)),
      ms: median(those(given).map(({ ms }) => ms)),
    };
  });
}

function evenly<T>(list: readonly T[]): T[] {
  const step = Math.ceil(list.length / MOST_QUERIES);
  return list.filter((_, i) => i % step === 0);
}

async function giveAll(
  queries: readonly JudgedText[],
  group: FeedbackGroup,
  encoder: Encoder,
  options: Options,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const query of queries) outcomes.push(...(await give(query, group, encoder, options)));
  return outcomes;
}

/** A person judges the first that is not judged, again and again, and all is ordered anew after each thumb. */
async function give(
  { text, right }: JudgedText,
  { retriever, vectors, baseline }: FeedbackGroup,
  encoder: Encoder,
  { constants = THUMBS, wrong = false, most = Math.max(...THUMBS_GIVEN) }: Options,
): Promise<Outcome[]> {
  const embedding = await encoder.encode(text);
  const ranking = await retriever.retrieve(embedding, { k: RANKED_BY_INDEX });
  const { good, sure } = judge(textQuery(text), embedding, undefined, ranking, { baseline, encoder });
  const found: Found = { ranking, good, ...(sure !== undefined && { sure }) };
  const items = { rowOf: async (id: string) => Number(id) };
  const asked = { embedding, filter: undefined, liked: new Set<number>(), isNamed: false };
  const isWrong = wrong ? errs(text) : () => false;
  const thumbs = new Map<string, 'up' | 'down'>();
  const outcomes: Outcome[] = [];
  let rows = ranking.rows;
  while (thumbs.size < most) {
    const next = rows.find((row) => !thumbs.has(String(row)));
    if (next === undefined) break;
    thumbs.set(String(next), right.has(next) !== isWrong(thumbs.size) ? 'up' : 'down');
    const started = performance.now();
    const { ranking: moved } = await applyThumbs(
      found,
      thumbs,
      asked,
      { items, vectors, retriever, baseline },
      constants,
    );
    rows = moved.rows;
    const ms = performance.now() - started;
    if (THUMBS_GIVEN.includes(thumbs.size)) outcomes.push({ ...outcomeOf(ranking.rows, rows, right, thumbs), ms });
  }
  return outcomes;
}

function outcomeOf(
  before: Uint32Array,
  after: Uint32Array,
  right: ReadonlySet<number>,
  thumbs: ReadonlyMap<string, unknown>,
): Omit<Outcome, 'ms'> {
  const isOpen = (row: number) => !thumbs.has(String(row));
  const left = new Set([...right].filter(isOpen));
  const ofOthers = (rows: Uint32Array) => ndcgAtK(rows.filter(isOpen), left, K);
  return {
    thumbs: thumbs.size,
    before: ndcgAtK(before, right, K),
    after: ndcgAtK(after, right, K),
    others: left.size > 0 ? { before: ofOthers(before), after: ofOthers(after) } : undefined,
  };
}

/** Which thumbs on a query are wrong: one in `WRONG` of all, the same in each run. */
function errs(text: string): (thumb: number) => boolean {
  const sum = [...text].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  return (thumb) => (sum + 3 * thumb) % WRONG === 0;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
