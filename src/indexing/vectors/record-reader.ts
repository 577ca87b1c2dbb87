import { DATE_SOURCES } from '../../engine/collection/types.ts';
import { columnNamed, type Fact, type GivenPicture, isMissing, type MetadataRecord } from './given-picture.ts';
import type { ColumnProblem, TableReport } from './table-report.ts';

/** Names of columns that are remembered; JSON may have others in each record. */
const MAX_COLUMNS = 1000;
/** Characters of a value or name that a report shows. */
const MAX_SHOWN = 60;

/** Turns the records of one table into pictures, and keeps account of what was understood. */
export interface RecordReader {
  read(record: MetadataRecord): GivenPicture;
  /** Name columns that may not be in the records, because a reader leaves out what is not known. */
  declare(column: string, leftOut?: { readonly type: string }): void;
  /** Say something of how the table was read: a sentence without its subject, which is the table's name. */
  note(text: string): void;
  /** True where there were columns and none of them is known. */
  knowsNone(): boolean;
  report(): TableReport;
}

interface Tally {
  readonly column: string;
  readonly known: ReturnType<typeof columnNamed>;
  used: number;
  nested: number;
  odd: number;
  example?: string;
  type?: string;
}

type Facts = Partial<Record<Fact, { readonly rank: number; readonly value: string | number }>>;

/** @param table what notes call it. */
export function createRecordReader(table: string): RecordReader {
  const tallies = new Map<string, Tally>();
  const notes: string[] = [];
  let rows = 0;
  let unnamed = 0;
  const tallyOf = (column: string): Tally | undefined => {
    const found = tallies.get(column);
    if (found) return found;
    const known = columnNamed(column);
    if (tallies.size >= (known ? 2 : 1) * MAX_COLUMNS) return undefined;
    const tally = { column: shorten(column), known, used: 0, nested: 0, odd: 0 };
    tallies.set(column, tally);
    return tally;
  };
  return {
    read(record) {
      const facts: Facts = {};
      for (const column of Object.keys(record)) {
        const tally = tallyOf(column);
        if (tally?.known) readValue(record[column], tally, tally.known, facts);
      }
      rows++;
      if (facts.name === undefined) unnamed++;
      return toPicture(facts);
    },
    declare(column, leftOut) {
      const tally = tallyOf(column);
      if (tally && leftOut) tally.type = leftOut.type;
    },
    note(text) {
      notes.push(`${table} ${text}`);
    },
    knowsNone: () => tallies.size > 0 && [...tallies.values()].every(({ known }) => !known),
    report: () => ({ rows, unnamed, notes, ...columnsOf([...tallies.values()], rows) }),
  };
}

function readValue(value: unknown, tally: Tally, known: NonNullable<Tally['known']>, facts: Facts): void {
  if (isMissing(value)) return;
  const read = known.read(value);
  if (read === '') return;
  if (read === undefined) {
    tally.odd++;
    tally.example ??= shorten(show(value));
    return;
  }
  tally.used++;
  if (isNested(value)) tally.nested++;
  const best = facts[known.fact];
  if (best === undefined || known.rank < best.rank) facts[known.fact] = { rank: known.rank, value: read };
}

function toPicture(facts: Facts): GivenPicture {
  const text = (fact: 'id' | 'name' | 'title' | 'licence') => {
    const value = facts[fact]?.value;
    return value === undefined ? {} : { [fact]: String(value) };
  };
  const date = facts.date === undefined ? null : String(facts.date.value);
  const source = date === null ? undefined : DATE_SOURCES.find((one) => one === facts.dateSource?.value);
  return {
    ...text('id'),
    ...text('name'),
    ...text('title'),
    ...text('licence'),
    width: Number(facts.width?.value ?? 0),
    height: Number(facts.height?.value ?? 0),
    bytes: Number(facts.bytes?.value ?? 0),
    date,
    ...(source && { dateSource: source }),
  };
}

function columnsOf(tallies: readonly Tally[], rows: number): Pick<TableReport, 'used' | 'unknown' | 'problems'> {
  return {
    used: tallies.filter(({ used }) => used > 0).map(({ column }) => column),
    unknown: tallies.filter(({ known }) => !known).map(({ column }) => column),
    problems: tallies.flatMap((tally) => problemsOf(tally, rows)),
  };
}

function problemsOf({ column, known, used, nested, odd, example, type }: Tally, rows: number): ColumnProblem[] {
  if (!known) return [];
  if (type !== undefined) return [{ column, problem: 'type', rows, example: type }];
  const problems: ColumnProblem[] = [];
  if (used === 0 && odd === 0) problems.push({ column, problem: 'empty', rows });
  if (nested > 0) problems.push({ column, problem: 'nested', rows: nested });
  if (odd > 0) {
    const { expected } = known;
    problems.push({
      column,
      problem: 'not-understood',
      rows: odd,
      expected,
      ...(example !== undefined && { example }),
    });
  }
  return problems;
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && !(value instanceof Date);
}

function show(value: unknown): string {
  if (typeof value === 'string') return value;
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`;
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : String(value);
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
