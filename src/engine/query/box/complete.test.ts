import fc from 'fast-check';
import { expect, test } from 'vitest';
import { queryText } from '../query.ts';
import { completed, completionAt, fieldsFrom } from './complete.ts';
import { parseBox } from './read-box.ts';

/** With the caret where `|` is. */
const at = (marked: string) => completionAt(marked.replace('|', ''), marked.indexOf('|'));

test.each([
  ['fo|', ['folder']],
  ['dog FO|', ['folder']],
  ['be| dog', ['before']],
  ['in|', ['in']],
])('%j completes names of fields', (marked, fields) => {
  const found = at(marked);
  expect(found?.kind).toBe('field');
  expect(found && fieldsFrom(found.prefix)).toEqual(fields);
});

test.each([
  ['folder:|', 'folder', ''],
  ['dog folder:ho|', 'folder', 'ho'],
  ['Type:P| dog', 'type', 'P'],
  ['folder:"two wo|', 'folder', 'two wo'],
])('%j completes values', (marked, field, prefix) => {
  expect(at(marked)).toMatchObject({ kind: 'value', field, prefix });
});

test.each([
  '|',
  'f|',
  'dog|',
  'fox|',
  'f|older',
  '-fo|',
  '"fo|',
  '"red folder:h|',
  'foo:b|',
  'folder:"a b"|',
  'fo |',
  'foto:|',
])('%j has nothing to complete', (marked) => expect(at(marked)).toBeUndefined());

test.each([
  ['dog fo|', 'folder', 'dog folder:|'],
  ['folder:h|', 'holiday', 'folder:holiday |'],
  ['folder:h| dog', 'two words', 'folder:"two words" |dog'],
  ['folder:"two|', 'two words', 'folder:"two words" |'],
  ['folder:|', 'say "x"', 'folder:"say ""x""" |'],
])('%j with %j is %j', (marked, chosen, result) => {
  const text = marked.replace('|', '');
  const found = at(marked);
  if (!found) throw new Error('Nothing to complete.');
  const { text: next, caret } = completed(text, found, chosen);
  expect(`${next.slice(0, caret)}|${next.slice(caret)}`).toBe(result);
});

test('whatever the value, it is read as a filter by it', () => {
  const values = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).filter((value) => value === value.trim());
  fc.assert(
    fc.property(values, (value) => {
      const found = completionAt('folder:', 7);
      const { text, caret } = completed('folder:', found ?? expect.fail(), value);
      expect(queryText(parseBox(text))).toBe(`folder: ${value}`);
      expect(caret).toBe(text.length);
    }),
  );
});

test('never throws, and lies within the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'folder: "-x') }), fc.nat(40), (text, caret) => {
      const found = completionAt(text, caret);
      if (found) expect(text.slice(found.from, found.to)).toContain(found.prefix);
    }),
  );
});
