import { printable } from '../../cli/printable.ts';
import type { Outcome, Verdict } from './check.ts';

const COLUMNS = ['files', 'right', 'unnoticed', 'named', 'counted', 'wrong'] as const;
const MOST_REASONS = 60;

/** Tables by format and by what was done to the files, the reasons with their counts, and all that is wrong. */
export function describeVerdicts(verdicts: readonly Verdict[]): string {
  const wrong = verdicts.filter(({ outcome }) => outcome === 'wrong');
  return [
    ...table('format', verdicts, ({ made }) => `${made.format.family}, ${made.format.name}`),
    '',
    ...table('what was done', verdicts, ({ made }) => made.state),
    '',
    ...table(
      'unnoticed',
      verdicts.filter(isUnnoticed),
      ({ made, why }) => `${made.state}, ${made.format.family}: ${why}`,
    ),
    '',
    'reasons',
    ...reasons(verdicts),
    ...wrong.flatMap(({ made, why }) => [
      '',
      `wrong: ${printable(made.name)} (${made.format.family}, ${made.format.name}, ${made.state} at ${made.hit} of ${made.bytes})`,
      `  ${printable(why)}`,
    ]),
  ].join('\n');
}

function isUnnoticed({ outcome }: Verdict): boolean {
  return outcome === 'unnoticed';
}

function table(title: string, verdicts: readonly Verdict[], keyOf: (verdict: Verdict) => string): string[] {
  const rows = new Map<string, Outcome[]>();
  for (const one of verdicts) rows.set(keyOf(one), [...(rows.get(keyOf(one)) ?? []), one.outcome]);
  const cells = (outcomes: readonly Outcome[]) =>
    COLUMNS.map((column) => outcomes.filter((one) => column === 'files' || one === column).length);
  const all = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, outcomes]) => [key, ...cells(outcomes)] as const);
  const width = Math.max(title.length, ...all.map(([key]) => key.length));
  const line = ([key, ...numbers]: readonly (string | number)[]) =>
    String(key).padEnd(width) + numbers.map((number) => String(number).padStart(11)).join('');
  const total = ['all', ...cells(verdicts.map(({ outcome }) => outcome))];
  return [line([title, ...COLUMNS]), ...all.map(line), line(total)];
}

function reasons(verdicts: readonly Verdict[]): string[] {
  const counts = new Map<string, number>();
  for (const { outcome, why, made } of verdicts) {
    if (outcome !== 'named') continue;
    const key = `${made.state}: ${why.replace(/0x[\da-f]+|\d+/gi, '…')}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const all = [...counts].sort(([, a], [, b]) => b - a);
  const more = all.length > MOST_REASONS ? [`      … ${all.length - MOST_REASONS} more`] : [];
  return [
    ...all.slice(0, MOST_REASONS).map(([why, count]) => `${String(count).padStart(6)}  ${printable(why)}`),
    ...more,
  ];
}
