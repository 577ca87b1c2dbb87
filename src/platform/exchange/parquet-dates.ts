/** Dates of Parquet: days, and times that have no zone, which hyparquet makes moments in UTC. */
import { type FileMetaData, parquetSchema, type SchemaElement } from 'hyparquet';
import type { MetadataRecord } from '../../indexing/vectors/given-picture.ts';

const DAY = 86_400_000;

/** Records with such values as text: `2011-11-11`, `2011-11-11T11:11:11`. Moments in UTC stay as they are. */
export function localDates(metadata: FileMetaData): (record: MetadataRecord) => MetadataRecord {
  const columns = parquetSchema(metadata).children.flatMap(({ element }) => {
    const length = lengthOf(element);
    return length === undefined ? [] : [{ name: element.name, length }];
  });
  if (columns.length === 0) return (record) => record;
  return (record) => {
    const texts = columns.map(({ name, length }) => [name, toText(record[name], length)]);
    return { ...record, ...Object.fromEntries(texts) };
  };
}

/** How much of a date and time in ISO 8601 a column means; undefined for other columns. */
function lengthOf({ logical_type: logical, converted_type: converted }: SchemaElement): number | undefined {
  if (logical?.type === 'DATE' || converted === 'DATE') return '2011-11-11'.length;
  if (logical?.type === 'TIMESTAMP' && !logical.isAdjustedToUTC) return '2011-11-11T11:11:11'.length;
  return undefined;
}

function toText(value: unknown, length: number): unknown {
  const date = typeof value === 'number' ? new Date(value * DAY) : value; // days, where only the logical type says so
  if (!(date instanceof Date)) return value;
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().slice(0, length);
}
