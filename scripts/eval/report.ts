import type { Evaluation, RetrievalFigures } from './evaluate.ts';
import { LANGUAGES } from './queries.ts';

/** How far a figure may lie from the one that MODEL.md states, and how good the index must be. */
const TOLERANCE = 0.02;
const LEAST_RECALL = 0.99;

export interface Report extends Evaluation {
  readonly collection: string;
  readonly model: string;
  readonly pictures: number;
  readonly date: string;
  readonly machine: string;
  /** Against the model's own description; empty where it states no such figures. */
  readonly comparison: readonly Comparison[];
}

export interface Comparison {
  readonly figure: string;
  readonly stated: number;
  readonly measured: number;
  readonly within: boolean;
}

/** The figures that a model's MODEL.md states for the demo collection, beside those measured. */
export function compare(modelText: string, retrieval: readonly RetrievalFigures[]): Comparison[] {
  return retrieval.flatMap((figures) => {
    const name = `${figures.kind}, ${LANGUAGES[figures.language]}`;
    const stated = new RegExp(`\\| ${name} \\([\\d,]+\\) \\| ([\\d.]+) \\| ([\\d.]+) \\| ([\\d.]+) \\|`).exec(
      modelText,
    );
    if (!stated) return [];
    const measured = { 'hit@1': figures.hit1, 'hit@10': figures.hit10, 'nDCG@10': figures.ndcg10 };
    return Object.entries(measured).map(([metric, value], i) => {
      const expected = Number(stated[i + 1]);
      const within = Math.abs(value - expected) <= TOLERANCE;
      return { figure: `${name}: ${metric}`, stated: expected, measured: value, within };
    });
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

export function toMarkdown(report: Report): string {
  const { retrieval, comparison, cutoff } = report;
  return `# Evaluation of the collection ${report.collection}

${report.pictures} pictures, model ${report.model}, ${report.date}, ${report.machine}.

## Retrieval

A name query has one right picture, a keyword query every picture with that keyword (CLDR, by emojibase-data).

${table(
  ['queries', 'count', 'hit@1', 'hit@10', 'nDCG@10'],
  retrieval.map(({ kind, language, queries, hit1, hit10, ndcg10 }) => [
    `${kind}, ${LANGUAGES[language]}`,
    String(queries),
    ...[hit1, hit10, ndcg10].map(three),
  ]),
)}

Recall@10 of the index against the exact ranking: ${report.recall10.toFixed(4)}.

## Cut-off

AUROC of the confidence, English names against things that are not in the collection: ${three(report.auroc)}.

${table(
  ['queries', 'count', 'with a good match', 'precision above the line', 'recall above the line'],
  cutoff.map(({ queries, count, matched, precision, recall }) => [
    queries,
    String(count),
    ...[matched, precision, recall].map(three),
  ]),
)}

## Against MODEL.md

${verdict(report)}

${table(
  ['figure', 'stated', 'measured', 'difference'],
  comparison.map(({ figure, stated, measured }) => [figure, three(stated), three(measured), three(measured - stated)]),
)}
`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function three(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}
