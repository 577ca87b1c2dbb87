import type { JudgementFigures } from './measure.ts';

/** Names that a line lists. */
const MOST_NAMED = 10;

export function judgementsTable(figures: JudgementFigures): string {
  const { queries, up, down, searches, ofOthers, unknown, unasked, rating, rated } = figures;
  const figure = (value: number | null) => (value === null ? '–' : value.toFixed(3));
  const rows: readonly (readonly [string, number | null])[] = [
    ['nDCG@10, pictures without a thumb being wrong', figures.ndcg10],
    ['nDCG@10 of judged pictures alone', figures.ndcg10OfJudged],
    ['the first picture was liked (hit@1)', figures.hit1],
    ['one of the first ten was liked (hit@10)', figures.hit10],
    ['of judged pictures above the line, liked (precision)', figures.precision],
    ['of liked pictures, above the line (recall)', figures.recall],
  ];
  return [
    `| ${queries} queries, ${up} thumbs up, ${down} down | |`,
    '| --- | --- |',
    ...rows.map(([title, value]) => `| ${title} | ${figure(value)} |`),
    '',
    `${searches} searches, ${ofOthers} of other collections; ${rated} rated${rating === null ? '' : `, ${rating.toFixed(1)} on average`}.`,
    ...(unknown.length > 0
      ? [`Judged pictures that the collection has not: ${unknown.length} (${listed(unknown)}).`]
      : []),
    ...(unasked.length > 0 ? [`Queries that cannot be asked here: ${unasked.length} (${listed(unasked)}).`] : []),
  ].join('\n');
}

function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).join(', ');
  return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} more` : shown;
}
