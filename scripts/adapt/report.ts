import type { PairFigures } from '../../src/engine/query/adapter/measure-pairs.ts';

/** One line for each: how pictures that were held out are found. */
export function figuresTable(before: PairFigures, after: PairFigures): string {
  const row = (title: string, without: number, withIt: number) => {
    const change = withIt - without;
    return `| ${title} | ${without.toFixed(3)} | ${withIt.toFixed(3)} | ${change < 0 ? '' : '+'}${change.toFixed(3)} |`;
  };
  return [
    `| ${before.pictures} pictures held out, ${before.texts} texts | without | with | change |`,
    '| --- | --- | --- | --- |',
    row('the nearest text of a picture is right (top-1)', before.top1, after.top1),
    row('pictures that a text finds (nDCG@10)', before.ndcg10, after.ndcg10),
  ].join('\n');
}
