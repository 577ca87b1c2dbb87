import { DATE_SOURCES, type DateSource } from '../../engine/collection/types.ts';
import { readTableDate } from '../../engine/formats/dates/table-date.ts';

/**
 * What is known of a picture whose vector was made elsewhere. Absent: unknown. All text is untrusted, and cut where it
 * is longer than an item may have it.
 */
export interface GivenPicture {
  /** 16 hex digits. */
  readonly id?: string;
  readonly name?: string;
  readonly title?: string;
  readonly licence?: string;
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
  readonly date: string | null;
  /** Where that was read, as an export says it. */
  readonly dateSource?: DateSource;
}

/** A line of metadata: values by column. */
export type MetadataRecord = Readonly<Record<string, unknown>>;

/** As items have it. */
const MAX_TEXT = 10_000;

/**
 * The columns that clip-retrieval, img2dataset and our own export write, the first one of each list that says something.
 * A URL tells a person more than the number under which img2dataset kept the picture; it is shown as text.
 */
const COLUMNS = {
  name: ['url', 'image_path', 'path', 'file_name', 'filename', 'name', 'key'],
  title: ['caption', 'title', 'text'],
  licence: ['licence', 'license'],
  width: ['original_width', 'width'],
  height: ['original_height', 'height'],
  bytes: ['bytes', 'size'],
} as const;

/** @param record of whatever columns; those that are not known are ignored. */
export function toGivenPicture(record: MetadataRecord): GivenPicture {
  const values = new Map(Object.entries(record).map(([column, value]) => [column.toLowerCase(), value]));
  const first = <T>(columns: readonly string[], read: (value: unknown) => T | undefined): T | undefined => {
    for (const column of columns) {
      const value = read(values.get(column));
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const id = first(['id'], hexOf(/^[0-9a-f]{16}$/)) ?? first(['sha256'], hexOf(/^[0-9a-f]{64}$/))?.slice(0, 16);
  const name = first(COLUMNS.name, toText);
  const title = first(COLUMNS.title, toText);
  const licence = first(COLUMNS.licence, toText);
  return {
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(title !== undefined && { title }),
    ...(licence !== undefined && { licence }),
    width: first(COLUMNS.width, toCount) ?? 0,
    height: first(COLUMNS.height, toCount) ?? 0,
    bytes: first(COLUMNS.bytes, toCount) ?? 0,
    ...toDate(values.get('date'), values.get('date_source')),
  };
}

/** Ids of ours, and hashes of files, of which our ids are the beginning. */
function hexOf(pattern: RegExp): (value: unknown) => string | undefined {
  return (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined);
}

function toText(value: unknown): string | undefined {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  const text = String(value);
  if (text.trim() === '') return undefined;
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
}

function toCount(value: unknown): number | undefined {
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'string') return undefined;
  const count = value === '' ? Number.NaN : Number(value);
  return Number.isSafeInteger(count) && count > 0 ? count : undefined;
}

function toDate(value: unknown, source: unknown): Pick<GivenPicture, 'date' | 'dateSource'> {
  const date = readTableDate(value) ?? null;
  const dateSource = DATE_SOURCES.find((one) => one === source);
  return { date, ...(date !== null && dateSource && { dateSource }) };
}
