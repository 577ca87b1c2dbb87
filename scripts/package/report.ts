import { printable } from '../cli/printable.ts';
import type { LeftOut } from './site-files.ts';
import { sum, type Transfer } from './transfer.ts';

/** What a first visit downloads, as a table. `later` is fetched in the background, once the first answer is there. */
export function visitTable(first: readonly Transfer[], later: readonly Transfer[]): string {
  const rows = [
    ['', 'files', 'kB', 'kB sent'],
    ...first.map(line),
    total('until the first answer', first),
    ...later.map(line),
    total('with all that is kept', [...first, ...later]),
  ];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const padded = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
  );
  return padded.join('\n');
}

function line({ kind, files, bytes, sent, about }: Transfer): string[] {
  return [kind, `${about ? 'about ' : ''}${files.toLocaleString('en')}`, kilobytes(bytes), kilobytes(sent)];
}

function total(what: string, rows: readonly Transfer[]): string[] {
  const files = sum(rows.map((row) => row.files));
  const [bytes, sent] = [sum(rows.map((row) => row.bytes)), sum(rows.map((row) => row.sent))];
  return [what, files.toLocaleString('en'), kilobytes(bytes), kilobytes(sent)];
}

function kilobytes(bytes: number): string {
  return Math.round(bytes / 1000).toLocaleString('en');
}

export function leftOutLines(leftOut: readonly LeftOut[]): readonly string[] {
  return leftOut.map(({ what, bytes, why }) => `Left out: ${printable(what)} (${kilobytes(bytes)} kB; ${why})`);
}
