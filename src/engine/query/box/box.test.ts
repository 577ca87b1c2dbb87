import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  FILTERS,
  type Filter,
  type FilterField,
  isEmpty,
  isValid,
  MAX_TERMS,
  normalise,
  type Query,
  queryText,
  type Term,
  textQuery,
} from '../query.ts';
import { sameQuery, serialise } from '../serialise.ts';
import { formatBox, picturesOf, withBox, withoutPart } from './format-box.ts';
import { parseBox, readBox } from './read-box.ts';

/** What a text asks for, as it is written without its version. */
const asks = (text: string) => serialise(parseBox(text)).replace(/^\d_?/, '');

describe('a text without syntax is the text that it is', () => {
  it.each([
    ...['dog', ' red  dog ', 'a t-shirt', 'well-known', '20-30', 'dog -', '- dog', '-', '^', 'dog^', 'dog^x', 'dog^0'],
    ...[
      'foo:bar',
      'type: png',
      'http://x.y',
      ':',
      'a:b:c',
      '12:30',
      'before:never',
      'width:wide',
      'rating:best',
      'in:-x',
    ],
    ...['"', 'a "red dog', 'a 5" nail', '12"x4"', '“red dog', 'dog»', "'red dog'", '‘red’', '', ' \n', 'rock ’n’ roll'],
    ...['собака 犬 강아지', 'width:9999999'],
  ])('%j', (text) => expect(parseBox(text)).toEqual(textQuery(text)));

  it('whatever letters it has', () => {
    const plain = fc
      .string({ unit: 'binary' })
      .filter((text) => !/[:^"“”„‟«»〝〞〟「」『』＂]|(^|\s)[-−－]/.test(text));
    fc.assert(
      fc.property(plain, (text) => {
        expect(parseBox(text)).toEqual(textQuery(text));
      }),
      { numRuns: 1000 },
    );
  });
});

test.each([
  ['"red car"', 'w.red car'],
  ['dog "red car"', 'w.dog_w.red car'],
  ['red "blue car" dog', 'w.red dog_w.blue car'],
  ['-cat', 'w-.cat'],
  ['dog -cat -"stuffed toy"', 'w.dog_w-.cat_w-.stuffed toy'],
  ['−cat', 'w-.cat'],
  ['dog^2', 'w200.dog'],
  ['red dog^2 cat^.5', 'w.red_w200.dog_w50.cat'],
  ['"red car"^0.5', 'w50.red car'],
  ['-cat^0.25 -"a toy"^3', 'w-25.cat_w-300.a toy'],
  ['dog^20', 'w1000.dog'],
  ['dog^2.345', 'w.dog^2.345'],
  ['“red car” dog', 'w.red car_w.dog'],
  ['„red car“ dog', 'w.red car_w.dog'],
  ['”red car” dog', 'w.red car_w.dog'],
  ['«red car» dog', 'w.red car_w.dog'],
  ['»red car« dog', 'w.red car_w.dog'],
  ['「赤い犬」猫', 'w.赤い犬_w.猫'],
  ['猫「赤い犬」', 'w.猫_w.赤い犬'],
  ['＂red car＂ dog', 'w.red car_w.dog'],
  ['"" dog', 'w.dog'],
  ['dog "red "blue"', 'w.dog blue"_w.red'],
])('%j has the terms %s', (text, terms) => {
  expect(sameQuery(parseBox(text), normalise(parseBox(text)))).toBe(true);
  expect(asks(text)).toBe(terms.replaceAll('"', ''));
});

test.each([
  ['type:png', 'type.png'],
  ['Type:.PNG dog', 'w.dog_type.png'],
  ['dog folder:holiday folder:"two words"', 'w.dog_folder.holiday_folder.two words'],
  ['folder:„two words“', 'folder.two words'],
  ['folder:"say ""cheese"""', 'folder.say "cheese"'],
  ['camera:canon', 'camera.canon'],
  ['near:52.52,13.405', 'near.52.52,13.405'],
  ['Near:"52.52, 13.405, 25 KM" dog', 'w.dog_near.52.52,13.405,25km'],
  ['near:91,0', 'w.near:91,0'],
  ['before:2024-05 after:2023', 'after.2023_before.2024-05'],
  ['width:>2000 height:<800', 'height.-799_width.2001-'],
  ['width:>=2000 height:<=800', 'height.-800_width.2000-'],
  ['width:2000 height:600..0800', 'height.600-800_width.2000-2000'],
  ['width:2000-', 'width.2000-'],
  ['rating:up RATING:None', 'rating.none_rating.up'],
  ['in:demo', 'in.demo'],
  ['name:beach', 'name.beach'],
  ['name:http://x', 'name.http://x'],
])('%j has the filters %s', (text, filters) => expect(asks(text)).toBe(filters));

test('a minus pushes away the letters of a filter, as there are no filters the other way round', () => {
  expect(asks('-type:png')).toBe('w-.type:png');
});

test.each([
  'near:52',
  'near:52.',
  'near:-3,',
  'near:52.5,13.4,2',
  'near:52.5,13.4,25k',
  'type:',
  'dog width:>',
  'dog before:',
  'before:2',
  'before:2024-',
  'after:2024-0',
  'rating:',
  'rating:u',
])('%j waits for the rest of the filter', (text) => {
  const words = text.startsWith('dog') ? 'dog' : '';
  expect(queryText(parseBox(text))).toBe(words);
  expect(queryText(parseBox(`${text} x`)), 'and is words once it goes on without it').toBe(`${text} x`);
});

test('parts are where they stand in the text', () => {
  const text = ' red -cat^2  type:png "a b" width:>';
  expect(readBox(text).map(({ kind, from, to }) => [kind, text.slice(from, to)])).toEqual([
    ['words', 'red'],
    ['term', '-cat^2'],
    ['filter', 'type:png'],
    ['term', '"a b"'],
    ['unfinished', 'width:>'],
  ]);
});

test('a part is taken out of the text, which leaves the rest as it was typed', () => {
  const text = '  Red   dog -cat type:PNG';
  const without = (written: string) => {
    const part = readBox(text).find(({ from, to }) => text.slice(from, to) === written);
    return part && withoutPart(text, part);
  };
  expect(without('-cat')).toBe('  Red   dog type:PNG');
  expect(without('type:PNG')).toBe('  Red   dog -cat');
});

const letters = fc.string({
  unit: fc.constantFrom(
    ...[
      'a',
      'b',
      ' ',
      '-',
      '^',
      '2',
      '.',
      ':',
      '"',
      '“',
      '”',
      '„',
      '「',
      '」',
      '«',
      '»',
      '>',
      '−',
      'type:',
      'in:',
      'width:',
      'name:',
      'rating:',
      'up',
      '\ud83d',
      '\u0000',
      '\n',
      "'",
    ],
  ),
  maxLength: 30,
});
const texts = fc.oneof(
  letters,
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
);

describe('any text', () => {
  it('is a valid query, whose text in the box is the same query, and stays what it is', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const query = parseBox(text);
        expect(isValid(query)).toBe(true);
        const written = formatBox(query);
        expect(normalise(parseBox(written))).toEqual(normalise(query));
        expect(formatBox(parseBox(written))).toBe(written);
      }),
      { numRuns: 3000 },
    );
  });

  it('is read from its beginning to its end, with nothing but space between its parts', () => {
    fc.assert(
      fc.property(texts, (text) => {
        let at = 0;
        for (const { from, to } of readBox(text)) {
          expect(from).toBeGreaterThanOrEqual(at);
          expect(to).toBeGreaterThan(from);
          expect(text.slice(at, from).trim()).toBe('');
          at = to;
        }
        expect(text.slice(at).trim()).toBe('');
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    '-a '.repeat(500),
    '"a" '.repeat(500),
    'name:a1 '.repeat(500),
    '"'.repeat(5000),
    '「'.repeat(3000),
    'a^2'.repeat(2000),
  ])('has no more parts than a query holds, and is read at once', (text) => expect(isValid(parseBox(text))).toBe(true));
});

const value = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const filters: fc.Arbitrary<Filter> = fc
  .constantFrom(...(Object.keys(FILTERS) as FilterField[]))
  .chain((field): fc.Arbitrary<Filter> => {
    if (field === 'width' || field === 'height')
      return fc
        .tuple(fc.nat(999_999), fc.nat(999_999), fc.nat(2))
        .map(([a, b, form]) => ({ field, value: [`${a}-`, `-${a}`, `${a}-${b}`][form] ?? '' }));
    const values = FILTERS[field].flags.includes('u') ? value : fc.stringMatching(FILTERS[field]);
    return values.map((value) => ({ field, value }));
  })
  .filter(({ field, value }) => FILTERS[field].test(value));
const weights = fc.oneof(
  fc.constantFrom(1, -1),
  fc.integer({ min: -1000, max: 1000 }).map((hundredths) => hundredths / 100),
);
const words: fc.Arbitrary<Term> = fc.record({
  kind: fc.constant('words' as const),
  text: fc.oneof(value, letters),
  weight: weights,
});

test('every query of words and filters has its text', () => {
  const queries = fc.record({ terms: fc.array(words, { maxLength: 6 }), filters: fc.array(filters, { maxLength: 5 }) });
  fc.assert(
    fc.property(queries, (query) => {
      expect(normalise(parseBox(formatBox(query)))).toEqual(normalise(query));
    }),
    { numRuns: 2000 },
  );
});

test('as many words and filters as a query holds have their text', () => {
  const terms = Array.from(
    { length: MAX_TERMS },
    (_, i): Term => ({ kind: 'words', text: `w ${i}`, weight: i % 2 ? 1 : -2 }),
  );
  const filters = Array.from({ length: 16 }, (_, i): Filter => ({ field: 'name', value: `n ${i}` }));
  expect(normalise(parseBox(formatBox({ terms, filters })))).toEqual(normalise({ terms, filters }));
});

test.each([
  [textQuery('red dog'), 'red dog'],
  [textQuery('type:png'), '"type:png"'],
  [textQuery('-cat'), '"-cat"'],
  [textQuery('foo:bar t-shirt'), 'foo:bar t-shirt'],
  [parseBox('-cat dog "red car"^2 width:>2000 folder:"a b"'), '-cat dog "red car"^2 folder:"a b" width:>2000'],
  [parseBox('"red car" dog'), 'red car "dog"'],
])('%j is written %s', (query: Query, text) => expect(formatBox(query)).toBe(text));

test('pictures stay when other words are typed', () => {
  const like: Term = { kind: 'item', id: '0123456789abcdef', collection: null, weight: 2 };
  const query: Query = { terms: [like, ...textQuery('dog').terms], filters: [{ field: 'type', value: 'png' }] };
  expect(formatBox(query)).toBe('dog type:png');
  expect(picturesOf(query)).toEqual([like]);
  expect(withBox(query, 'cat -dog')).toEqual({ terms: [...parseBox('cat -dog').terms, like], filters: [] });
  expect(withBox(query, '').terms.filter((term) => term === like)).toHaveLength(1);
  expect(isEmpty(withBox(textQuery('dog'), ''))).toBe(true);
  expect(isValid(withBox(query, '-a '.repeat(99)))).toBe(true);
});
