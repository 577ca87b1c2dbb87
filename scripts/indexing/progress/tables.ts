import type { ColumnProblem, TableReport } from '../../../src/indexing/vectors/table-report.ts';
import { printable } from '../../cli/printable.ts';

/** Names and notes that are printed at most. */
const MOST = 8;

/** What was and was not understood of tables, in a few lines. Names and values in them are untrusted. */
export function describeTables({ rows, used, unknown, problems, unnamed, notes }: TableReport): string[] {
  const columns = [
    used.length > 0 ? `columns ${list(used)}` : 'no column with values',
    ...(unknown.length > 0 ? [`left out ${list(unknown)}`] : []),
  ];
  const lines = [
    `Metadata: ${columns.join('; ')}.`,
    ...problems.map((problem) => describeProblem(problem, rows)),
    ...(unnamed > 0 ? [`${unnamed} of ${rows} rows have no name and are called by their number.`] : []),
    ...notes.map((note) => `${printable(note)}.`),
  ];
  return lines.length <= 2 * MOST
    ? lines
    : [...lines.slice(0, 2 * MOST), `… and ${lines.length - 2 * MOST} more lines.`];
}

function describeProblem({ column, problem, rows, expected, example = '' }: ColumnProblem, all: number): string {
  const name = printable(column);
  if (problem === 'empty') return `Column ${name} is empty in all rows.`;
  if (problem === 'nested') return `Column ${name} is nested in ${rows} of ${all} rows; its first text was taken.`;
  if (problem === 'type') return `Column ${name} is of type ${printable(example)}, which is not read; it was left out.`;
  return `Column ${name}: ${rows} of ${all} values are not ${expected} (“${printable(example)}”) and were left out.`;
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, MOST).map(printable).join(', ');
  return names.length > MOST ? `${shown} and ${names.length - MOST} more` : shown;
}
