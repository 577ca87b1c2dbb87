/** What was understood of the tables that came with given vectors. */
export interface TableReport {
  /** Rows that the tables tell of. */
  readonly rows: number;
  /** Columns that said something, by their names in the table. */
  readonly used: readonly string[];
  /** Columns that are not known and were left out; of very many the first. */
  readonly unknown: readonly string[];
  /** What else of the tables is not in the collection, a problem a column. */
  readonly problems: readonly ColumnProblem[];
  /** Rows without a name: the page calls them by their number. */
  readonly unnamed: number;
  /** How a file was read where that may be wrong, one line each. */
  readonly notes: readonly string[];
}

export interface ColumnProblem {
  readonly column: string;
  /**
   * `empty`: known, and without any value. `not-understood`: values that are not what the column holds. `nested`: lists or
   * objects, of which one text was taken. `type`: of a type that is not read.
   */
  readonly problem: 'empty' | 'not-understood' | 'nested' | 'type';
  /** Rows with this problem. */
  readonly rows: number;
  /** What the column holds: `dates`, `whole numbers above 0`. */
  readonly expected?: string;
  /** The first value that was not understood, or the type. */
  readonly example?: string;
}

/** Of several tables the sum. */
export function mergeReports(reports: readonly TableReport[]): TableReport | null {
  const [first, ...others] = reports;
  if (first === undefined) return null;
  if (others.length === 0) return first;
  const used = new Set(reports.flatMap((report) => report.used));
  const problems = new Map<string, ColumnProblem>();
  for (const one of reports.flatMap((report) => report.problems)) {
    if (one.problem === 'empty' && used.has(one.column)) continue;
    const key = JSON.stringify([one.column, one.problem]);
    problems.set(key, { ...(problems.get(key) ?? one), rows: (problems.get(key)?.rows ?? 0) + one.rows });
  }
  return {
    rows: sum(reports, ({ rows }) => rows),
    used: [...used],
    unknown: [...new Set(reports.flatMap((report) => report.unknown))],
    problems: [...problems.values()],
    unnamed: sum(reports, ({ unnamed }) => unnamed),
    notes: reports.flatMap((report) => report.notes),
  };
}

function sum(reports: readonly TableReport[], of: (report: TableReport) => number): number {
  return reports.reduce((total, report) => total + of(report), 0);
}
