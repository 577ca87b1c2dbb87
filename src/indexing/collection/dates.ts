/** Dates of items: of what pictures say themselves, else of their files. */
import { withExtension } from '../../engine/collection/extensions/facts.ts';
import { DATE_SOURCE, type DateSource, dateSourceOf, type Item } from '../../engine/collection/types.ts';
import { readMoment } from '../../engine/formats/dates/table-date.ts';
import type { PictureMetadata, PictureRecord, SourceFile } from '../ports.ts';

type Dated = Pick<PictureRecord, 'date' | 'dateSource'>;

/** When a picture was taken, and, where it does not say so, that only its file's date is known. */
export function dated({ captured }: Pick<PictureMetadata, 'captured'>, file: Pick<SourceFile, 'modified'>): Dated {
  return captured ? { date: captured.date, dateSource: captured.source } : { date: fileDate(file), dateSource: 'file' };
}

/** The date of one of the files that have a record's content: each its own where the content has none. */
export function dateOf({ date, dateSource }: Dated, file: SourceFile): string | null {
  return dateSource === 'file' ? fileDate(file) : date;
}

/** To the second, in UTC; null where the file system has none that can be. */
function fileDate({ modified }: Pick<SourceFile, 'modified'>): string | null {
  return readMoment(modified) ?? null;
}

/** The item, which says where its date was read; unless its other extensions leave no room for that. */
export function withDateSource(item: Item, source: DateSource | undefined): Item {
  return source === undefined ? item : withExtension(item, DATE_SOURCE, source);
}

/** An item of the same content as `first`, with the date that this content has; else with its own. */
export function datedAs(first: Item, copy: Item): Item {
  const source = dateSourceOf(first);
  if (source === undefined || source === 'file' || source === dateSourceOf(copy)) return copy;
  return withDateSource({ ...copy, date: first.date }, source);
}
