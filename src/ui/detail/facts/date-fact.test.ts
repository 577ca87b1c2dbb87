import { expect, test } from 'vitest';
import { testItem } from '../../../engine/collection/items/testing-items.ts';
import { DATE_SOURCE, DATE_SOURCES } from '../../../engine/collection/types.ts';
import { dateFact } from './date-fact.ts';

test('only a date that the file alone has is called the file’s', () => {
  const item = testItem(0, { date: '2011-11-11T11:11:11' });
  const named = (source: string) => dateFact({ ...item, extensions: { [DATE_SOURCE]: source } })?.name;
  expect(dateFact(item)).toEqual({ name: 'Date', text: 'Nov 11, 2011, 11:11 AM', source: undefined });
  expect(DATE_SOURCES.filter((source) => named(source) !== 'Date')).toEqual(['file']);
  expect(named('file')).toBe("File's date");
  expect(named('something later')).toBe('Date');
  expect(dateFact(testItem(0, { date: null }))).toBeUndefined();
});
