import { describe, expect, it } from 'vitest';
import {
  isEmpty,
  isValid,
  isValidFilter,
  normalise,
  plainText,
  type Query,
  queryText,
  type Term,
  textQuery,
} from './query.ts';

const away: Term = { kind: 'words', text: 'cat', weight: -1 };
const like: Term = { kind: 'item', id: '0123456789abcdef', collection: null, weight: 2 };
const png = { field: 'type', value: 'png' } as const;

describe('the one form of a query', () => {
  it('has no space around words, no terms without effect and no filter twice', () => {
    const query: Query = {
      terms: [
        { ...away, weight: 0.001 },
        { ...away, text: ' \n' },
        { ...away, weight: Number.NaN },
        { ...away, text: ' cat ' },
      ],
      filters: [png, { field: 'after', value: '2024' }, { ...png }],
    };
    expect(normalise(query)).toEqual({ terms: [away], filters: [{ field: 'after', value: '2024' }, png] });
  });

  it('has weights in hundredths within ten', () => {
    const weights = [0.123, -0.129, 99, -99].map((weight) => ({ ...away, weight }));
    expect(normalise({ terms: weights, filters: [] }).terms.map(({ weight }) => weight)).toEqual([
      0.12, -0.13, 10, -10,
    ]);
  });

  it('has no more than can be and no weight that is none', () => {
    expect(isValid({ terms: Array.from({ length: 33 }, () => away), filters: [] })).toBe(false);
    expect(isValid({ terms: [{ ...away, weight: Number.NaN }], filters: [] })).toBe(false);
  });
});

describe('a text', () => {
  it('is told from a query that is more', () => {
    expect(plainText(textQuery(' red dog '))).toBe(' red dog ');
    expect(plainText({ terms: [], filters: [] })).toBe('');
    for (const more of [
      { terms: [away], filters: [] },
      { terms: [], filters: [png] },
      { terms: [like], filters: [] },
    ])
      expect(plainText(more)).toBeUndefined();
  });

  it('is empty where there is nothing but space', () => {
    expect([textQuery(''), textQuery(' \t'), { terms: [], filters: [] }].map(isEmpty)).toEqual([true, true, true]);
    expect([textQuery('x'), { terms: [], filters: [png] }, { terms: [away], filters: [] }].map(isEmpty)).toEqual([
      false,
      false,
      false,
    ]);
  });
});

it('a query is said in words', () => {
  expect(queryText(textQuery(' dog '))).toBe('dog');
  expect(queryText({ terms: [...textQuery('dog').terms, away, like, { ...away, weight: -0.5 }], filters: [png] })).toBe(
    'dog, not cat, like a picture ×2, not cat ×0.5, type: png',
  );
  const unlike: Term = { ...like, weight: -0.5 };
  expect(queryText({ terms: [like, unlike, away, like, unlike], filters: [] })).toBe(
    'like 2 pictures ×2, not like 2 pictures ×0.5, not cat',
  );
});

it.each([
  ['2001-', '>2000'],
  ['2000-', '>=2000'],
  ['-799', '<800'],
  ['-800', '<=800'],
  ['640-640', '640'],
  ['640-800', '640-800'],
])('pixels %j are said as %s', (value, said) => {
  expect(queryText({ terms: [], filters: [{ field: 'width', value }] })).toBe(`width: ${said}`);
});

it.each([
  ['type', 'png', 'PNG', ''],
  ['before', '2024-05', '2024-5', '24'],
  ['after', '2024-05-01', '2024-05-01T00', ''],
  ['width', '2000-', '-', '2000'],
  ['height', '-2000', '1-2-3', '1234567-'],
  ['name', 'two words', ' a', 'x'.repeat(101)],
  ['folder', 'a/b', '', 'b '],
  ['camera', 'Canon EOS R5', '', ' x'],
  ['near', '52.52,13.405', 'berlin', '91,0'],
  ['rating', 'none', 'UP', 'good'],
  ['in', 'my_photos-2', '_x', 'a b'],
])('a filter by %s takes %j, and neither %j nor %j', (field, right, ...wrong) => {
  expect(isValidFilter({ field, value: right })).toBe(true);
  for (const value of wrong) expect(isValidFilter({ field, value })).toBe(false);
  expect(isValidFilter({ field: 'toString', value: right })).toBe(false);
});
