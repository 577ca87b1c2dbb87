/** What thumbs on results do: simulated people, who judge what is shown from the top, by what is known to be right. */
import type { QueryEncoder } from '../../../src/engine/ports.ts';
import { textQuery } from '../../../src/engine/query/query.ts';
import type { Baseline } from '../../../src/engine/search/cutoff.ts';
import { judge } from '../../../src/engine/search/judge.ts';
import { ndcgAtK } from '../../../src/engine/search/metrics.ts';
import { RANKED_BY_INDEX, type Retriever } from '../../../src/engine/search/retriever.ts';
import { type Judged, orderByThumbs } from '../../../src/engine/search/thumbs/order.ts';
import { half } from '../fit.ts';
import type { JudgedText } from '../queries.ts';

/** Pictures that are searched, and queries whose right answers are known. */
export interface FeedbackGroup {
  readonly title: string;
  readonly retriever: Retriever;
  readonly baseline: Baseline;
  readonly queries: readonly JudgedText[];
}

/** Of the list as it is shown, means over queries. */
export interface FeedbackFigures {
  readonly group: string;
  readonly thumbs: number;
  readonly queries: number;
  /** nDCG@10 without thumbs. */
  readonly before: number;
  /** With them. */
  readonly after: number;
  /** With one thumb in ten wrong. */
  readonly wrong: number;
  /** The gain of queries whose first page was not all right. */
  readonly gain: number;
  /** The largest loss of one whose first page was. */
  readonly loss: number;
}

const THUMBS_GIVEN = [1, 3, 5];
const K = 10;
/** One thumb in so many is wrong. */
const WRONG = 10;
/** All right, but for rounding. */
const RIGHT = 0.9999;

/** nDCG@10 of one query before some thumbs and after. */
interface Outcome {
  readonly thumbs: number;
  readonly before: number;
  readonly after: number;
}

/** On every second query: on the others constants of what may be right were set. */
export async function evaluateFeedback(group: FeedbackGroup, encoder: QueryEncoder): Promise<FeedbackFigures[]> {
  const asked = half(group.queries, 'held-out');
  const given: Outcome[] = [];
  const wrong: Outcome[] = [];
  for (const query of asked) {
    given.push(...(await give(query, group, encoder, () => false)));
    wrong.push(...(await give(query, group, encoder, errs(query.text))));
  }
  return THUMBS_GIVEN.map((thumbs) => {
    const those = given.filter((one) => one.thumbs === thumbs);
    const wasRight = (one: Outcome) => one.before >= RIGHT;
    const change = (one: Outcome) => one.after - one.before;
    return {
      ...{ group: group.title, thumbs, queries: asked.length },
      before: mean(those.map(({ before }) => before)),
      after: mean(those.map(({ after }) => after)),
      wrong: mean(wrong.filter((one) => one.thumbs === thumbs).map(({ after }) => after)),
      gain: mean(those.filter((one) => !wasRight(one)).map(change)),
      loss: Math.max(0, ...those.filter(wasRight).map((one) => -change(one))),
    };
  });
}

/** A person judges the first that is not judged, again and again, and all is ordered anew after each thumb. */
async function give(
  { text, right }: JudgedText,
  { retriever, baseline }: FeedbackGroup,
  encoder: QueryEncoder,
  isWrong: (thumb: number) => boolean,
): Promise<Outcome[]> {
  const embedding = await encoder.encode(text);
  const ranking = await retriever.retrieve(embedding, { k: RANKED_BY_INDEX });
  const { good, sure } = judge(textQuery(text), embedding, undefined, ranking, { baseline, encoder });
  const found = { ranking, good, ...(sure !== undefined && { sure }) };
  const judged: Judged[] = [];
  const outcomes: Outcome[] = [];
  let { rows } = ranking;
  while (judged.length < Math.max(...THUMBS_GIVEN)) {
    const row = rows.find((one) => !judged.some((other) => other.row === one));
    if (row === undefined) break;
    judged.push({ row, isLiked: right.has(row) !== isWrong(judged.length) });
    rows = orderByThumbs(found, judged).ranking.rows;
    const after = ndcgAtK(rows, right, K);
    if (THUMBS_GIVEN.includes(judged.length)) {
      outcomes.push({ thumbs: judged.length, before: ndcgAtK(ranking.rows, right, K), after });
    }
  }
  return outcomes;
}

/** Which thumbs on a query are wrong: one in `WRONG` of all, the same in each run. */
function errs(text: string): (thumb: number) => boolean {
  const sum = [...text].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  return (thumb) => (sum + 3 * thumb) % WRONG === 0;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
