import { dateSourceOf, type Item } from '../../engine/collection/types.ts';
import { formatDate } from '../common/format.ts';

/** What is said of an item's date, and what it is called: that of the file is none of the picture. */
export function dateFact(item: Item): { readonly name: string; readonly text: string } | undefined {
  if (item.date === null) return undefined;
  return { name: dateSourceOf(item) === 'file' ? "File's date" : 'Date', text: formatDate(item.date) };
}
