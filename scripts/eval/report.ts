import type { CertaintyFigures } from './certainty/measure.ts';
import type { CutoffFigures, Evaluation, evaluatePhotos, RankingFigures, RetrievalFigures } from './evaluate.ts';
import type { FeedbackFigures } from './feedback/feedback.ts';
import type { Fit } from './fit.ts';
import { LANGUAGES } from './queries.ts';
import { UNSEEN_STYLE } from './styles.ts';

/** How far a figure may lie from the one that MODEL.md states, and how good the index must be. */
const TOLERANCE = 0.02;
const LEAST_RECALL = 0.99;

export interface Report extends Omit<Evaluation, 'groups'> {
  readonly collection: string;
  readonly model: string;
  readonly pictures: number;
  readonly date: string;
  readonly machine: string;
  /** A folder of photographs, where one was given. */
  readonly photos?: Omit<Awaited<ReturnType<typeof evaluatePhotos>>, 'group'>;
  /** Empty where the model is not calibrated. */
  readonly certainty: readonly CertaintyFigures[];
  /** Against the model's own description; empty where it states no such figures. */
  readonly comparison: readonly Comparison[];
}

export interface Comparison {
  readonly figure: string;
  readonly stated: number;
  readonly measured: number;
  readonly within: boolean;
}

/** What MODEL.md calls the collection, the figures measured over it, and which queries. */
interface Measured {
  readonly collection: string;
  readonly queries: string;
  readonly figures: Pick<RetrievalFigures, 'hit1' | 'hit10' | 'ndcg10'>;
}

const DEMO = 'Fluent flat';

/** The figures that a model's MODEL.md states, in the last column of its table, beside those measured. */
export function compare(
  modelText: string,
  { retrieval, unseen }: Pick<Evaluation, 'retrieval' | 'unseen'>,
): Comparison[] {
  const all: Measured[] = retrieval.map((figures) => {
    return { collection: DEMO, queries: `${figures.kind}, ${LANGUAGES[figures.language]}`, figures };
  });
  all.push({ collection: UNSEEN_STYLE.title, queries: `name, ${LANGUAGES.en}`, figures: unseen });
  const rows = statedFigures(modelText);
  return all.flatMap(({ collection, queries, figures }) => {
    const stated = rows.find((row) => row.collection.startsWith(collection) && row.queries === queries);
    const measured = new Map([
      ['hit@1', figures.hit1],
      ['hit@10', figures.hit10],
      ['nDCG@10', figures.ndcg10],
    ]);
    return (stated?.figures ?? []).flatMap(([metric, expected]) => {
      const value = measured.get(metric);
      if (value === undefined) return [];
      const figure = `${collection}, ${queries}: ${metric}`;
      return [{ figure, stated: expected, measured: value, within: Math.abs(value - expected) <= TOLERANCE }];
    });
  });
}

interface Stated {
  readonly collection: string;
  readonly queries: string;
  readonly figures: readonly (readonly [metric: string, value: number])[];
}

/**
 * Rows such as `| Fluent flat, 1,594 | name, English (1,594) | hit@1 / hit@10 | … | 0.913 / 0.999 |`. An empty first
 * cell stands for the one above it.
 */
function statedFigures(modelText: string): Stated[] {
  let above = '';
  return modelText.split('\n').flatMap((line) => {
    const [collection = '', queries = '', metrics = '', ...values] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    if (values.length === 0) return [];
    above = collection || above;
    const last = (values.at(-1) ?? '').split('/').map(Number);
    const figures = metrics.split('/').map((metric, i) => [metric.trim(), last[i] ?? Number.NaN] as const);
    if (!figures.every(([, value]) => Number.isFinite(value))) return [];
    return [{ collection: above, queries: queries.replace(/ \([\d,]+\)$/, ''), figures }];
  });
}

/** One line that says whether the figures are what they should be. */
export function verdict({ comparison, recall10 }: Report): string {
  const outside = comparison.filter(({ within }) => !within).map(({ figure }) => figure);
  const recall = `recall@10 of the index ${recall10.toFixed(4)} (${recall10 >= LEAST_RECALL ? 'at least' : 'BELOW'} ${LEAST_RECALL})`;
  if (comparison.length === 0) return `MODEL.md states no figures for this collection; ${recall}.`;
  const largest = Math.max(...comparison.map(({ stated, measured }) => Math.abs(stated - measured)));
  const difference = `largest difference ${largest.toFixed(3)}`;
  if (outside.length === 0) return `MODEL.md is reproduced within ${TOLERANCE} (${difference}); ${recall}.`;
  return `MODEL.md is NOT reproduced within ${TOLERANCE} (${difference}: ${outside.join('; ')}); ${recall}.`;
}

const CUTOFF_HEAD = [
  'queries',
  'count',
  'with a good match',
  'right among the first five, but no good match',
  'precision above the line',
  'recall above the line',
];

export function toMarkdown(report: Report): string {
  const { retrieval, unseen, away, photos, comparison, cutoff, fits, certainty } = report;
  return `# Evaluation of the collection ${report.collection}

${report.pictures} pictures, model ${report.model}, ${report.date}, ${report.machine}.

## Retrieval

A name query has one right picture, a keyword query every picture with that keyword (CLDR, by emojibase-data).

${table(
  ['queries', 'count', 'hit@1', 'hit@10', 'nDCG@10'],
  [
    ...retrieval.map((figures) => retrievalRow(`${figures.kind}, ${LANGUAGES[figures.language]}`, figures)),
    retrievalRow(`${UNSEEN_STYLE.title} (never trained on): name, ${LANGUAGES.en}`, unseen),
    ...(photos ? [retrievalRow('photographs: name, English', photos.names)] : []),
  ],
)}

Recall@10 of the index against the exact ranking: ${report.recall10.toFixed(4)}.

## Pushed away

"a -b" for every two English keywords that share pictures; right is what has a and not b. The weight is b's, as in \`a -b^2\`.

${table(
  ['weight', 'pairs', 'nDCG@10', 'of the first ten, with b'],
  away.map(({ weight, pairs, ndcg10, unwanted }) => [String(weight), String(pairs), three(ndcg10), three(unwanted)]),
)}

## Cut-off

AUROC of the confidence, English names against things that are not in the collection: ${three(report.auroc)}.

Over every second query, on which no constant was set:

${table(CUTOFF_HEAD, cutoff.map(cutoffRow))}
${photos ? photosTable(photos.cutoff) : ''}

Over the other half, what the constants (\`CUTOFF\` in src/engine/search/cutoff.ts) could be:

${table(
  ['own', 'match', 'share', 'absent with a good match', 'right among the first five, but no good match'],
  fits.map(fitRow),
)}

## Certainty

Of the first ten results of every second query, on which nothing was set; beside the line by height alone.

${table(CERTAINTY_HEAD, certainty.map(certaintyRow))}

## Against MODEL.md

${verdict(report)}

${table(
  ['figure', 'stated', 'measured', 'difference'],
  comparison.map(({ figure, stated, measured }) => [figure, three(stated), three(measured), three(measured - stated)]),
)}
`;
}

function retrievalRow(name: string, { queries, hit1, hit10, ndcg10 }: RankingFigures): string[] {
  return [name, String(queries), ...[hit1, hit10, ndcg10].map(three)];
}

function photosTable(figures: readonly CutoffFigures[]): string {
  return `\nOver all queries for the photographs, on which no constant was set:\n\n${table(CUTOFF_HEAD, figures.map(cutoffRow))}\n`;
}

function cutoffRow({ queries, count, matched, hidden, precision, recall }: CutoffFigures): string[] {
  return [queries, String(count), ...[matched, hidden, precision, recall].map(three)];
}

const CERTAINTY_HEAD = [
  'queries',
  'rule',
  'results',
  'AUROC',
  'calibration error',
  'absent with a sure result',
  'absent with a sure or less sure one',
  'right among the first five, but none sure',
  'right among the first five, but none sure or less sure',
  'of sure results, right',
  'of less sure results, right',
];

function certaintyRow({ group, rule, results, ...figures }: CertaintyFigures): string[] {
  const { auroc, ece, absentSure, absentGood, noneSure, hidden, precision, fairPrecision } = figures;
  return [
    group,
    rule,
    String(results),
    ...[auroc, ece, absentSure, absentGood, noneSure, hidden, precision, fairPrecision].map(three),
  ];
}

const FEEDBACK_HEAD = [
  'queries',
  'thumbs',
  'count',
  'nDCG@10 without',
  'with',
  'gain',
  'gain where the first page was not all right',
  'largest loss where it was',
  'with one thumb in ten wrong',
];

/** What thumbs do. */
export function feedbackTable(figures: readonly FeedbackFigures[]): string {
  const rows = figures.map(({ group, thumbs, queries, before, after, gain, loss, wrong }) => [
    ...[group, String(thumbs), String(queries)],
    ...[before, after, after - before, gain, loss, wrong].map(three),
  ]);
  return table(FEEDBACK_HEAD, rows);
}

function fitRow({ constants: { own, match, share }, absentMatched, hidden }: Fit): string[] {
  return [String(own), match.toFixed(2), String(share), three(absentMatched), three(hidden)];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function three(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}
