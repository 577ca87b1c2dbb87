import type { Measured } from './measure.ts';
import { MEASURES } from './measures.ts';
import { VARIANTS } from './variants.ts';

const number = (value: number) => value.toLocaleString('en');

/** What all measures do at each threshold, as one table; the thresholds that the page begins with are bold. */
export function describeMeasured({ pictures, copied, pairs, colourPairs, measures }: Measured): string {
  const columns = MEASURES.flatMap(({ name, thresholds, start }) =>
    thresholds.map(({ at, label }) => {
      const found = measures.get(name)?.find(({ threshold }) => threshold === at);
      return { name, label, found, mark: at === start ? '**' : '' };
    }),
  );
  const row = (title: string, cell: (column: NonNullable<(typeof columns)[number]['found']>) => string) => [
    title,
    ...columns.map(({ found, mark }) => (found ? `${mark}${cell(found)}${mark}` : '')),
  ];
  const table = [
    ['', ...columns.map(({ name, label }) => `${name}, ${label}`)],
    ['---', ...columns.map(() => '---')],
    row(`pairs of other pictures that pass for copies, of ${number(pairs)}`, ({ wrong }) => number(wrong)),
    row('the same, of 10,000', ({ wrong }) => ((10_000 * wrong) / pairs).toFixed(3)),
    row('groups that they make', ({ groups }) => number(groups)),
    ...(colourPairs > 0
      ? [row(`drawings that differ only in colour, of ${number(colourPairs)} pairs`, (f) => number(f.otherColours))]
      : []),
    ...VARIANTS.map(({ name, is }) =>
      row(`${is === 'same' ? 'found' : 'reported'}: ${name}`, ({ found }) => (found.get(name) ?? 0).toFixed(3)),
    ),
  ];
  const examples = columns.flatMap(({ name, mark, found }) =>
    mark && found ? found.examples.map((pair) => `${name}: ${pair}`) : [],
  );
  return [
    `${number(pictures)} pictures, copies of ${number(copied)} of them`,
    '',
    ...table.map((cells) => `| ${cells.join(' | ')} |`),
    '',
    ...(examples.length > 0 ? ['Other pictures that pass for copies, some of them:', ...examples, ''] : []),
  ].join('\n');
}
