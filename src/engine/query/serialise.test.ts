import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AfterimageError } from '../errors.ts';
import {
  FILTERS,
  type Filter,
  type FilterField,
  isValid,
  normalise,
  type Query,
  type Term,
  textQuery,
} from './query.ts';
import { MAX_SERIALISED, parseQuery, sameQuery, serialise } from './serialise.ts';

const hex = (length: number) =>
  fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: length, maxLength: length }).map((all) => all.join(''));
/** Many that are alike, and characters that mean something in a serialised query. */
const words = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }).filter((text) => text.isWellFormed()),
  fc.string({ unit: fc.constantFrom(...'_*-.1w '), maxLength: 6 }),
);
const weight = fc.oneof(
  fc.constantFrom(1, -1, 0, 0.5, 10),
  fc.double({ min: -12, max: 12, noNaN: true }),
  fc.integer({ min: -1000, max: 1000 }).map((hundredths) => hundredths / 100),
);

const terms: fc.Arbitrary<Term> = fc.oneof(
  fc.record({ kind: fc.constant('words' as const), text: words, weight }),
  fc.record({
    kind: fc.constant('item' as const),
    id: hex(16),
    collection: fc.option(fc.stringMatching(/^[A-Za-z0-9][\w-]{0,20}$/)),
    weight,
  }),
  fc.record({ kind: fc.constant('picture' as const), sha256: hex(64), weight }),
);

const filters: fc.Arbitrary<Filter> = fc.constantFrom(...(Object.keys(FILTERS) as FilterField[])).chain((field) => {
  const values = FILTERS[field].flags.includes('u')
    ? words.map((text) => text.trim().slice(0, 40)).filter((text) => text.isWellFormed() && FILTERS[field].test(text))
    : fc.stringMatching(FILTERS[field]);
  return values.map((value) => ({ field, value }));
});

/** Queries of every kind, not all of them in their one form. */
const queries: fc.Arbitrary<Query> = fc.record({
  terms: fc.array(terms, { maxLength: 5 }),
  filters: fc.array(filters, { maxLength: 5 }),
});

const code = (text: string) => {
  const parsed = parseQuery(text);
  return parsed instanceof AfterimageError ? parsed.code : parsed;
};

describe('a serialised query', () => {
  it('is what the version says, for good', () => {
    expect(serialise(textQuery('red panda'))).toBe('1_w.red panda');
    expect(serialise(textQuery(''))).toBe('1');
    const query: Query = {
      terms: [
        { kind: 'words', text: ' a_b*c.d ', weight: 1 },
        { kind: 'words', text: 'cat', weight: -1 },
        { kind: 'item', id: '0123456789abcdef', collection: null, weight: 0.5 },
        { kind: 'item', id: '0123456789abcdef', collection: 'my_photos', weight: -0.25 },
        { kind: 'picture', sha256: 'ab'.repeat(32), weight: 2 },
      ],
      filters: [
        { field: 'width', value: '2000-' },
        { field: 'folder', value: 'holiday/2024' },
        { field: 'width', value: '2000-' },
      ],
    };
    expect(serialise(query)).toBe(
      `1_w.a*-b**c.d_w-.cat_i50.0123456789abcdef_i-25.0123456789abcdef.my*-photos_p200.${'ab'.repeat(32)}_folder.holiday/2024_width.2000-`,
    );
  });

  it('gives back the query in its one form', () => {
    fc.assert(
      fc.property(queries, (query) => {
        expect(parseQuery(serialise(query))).toEqual(normalise(query));
        expect(normalise(normalise(query))).toEqual(normalise(query));
        expect(isValid(normalise(query))).toBe(true);
      }),
    );
  });

  it('is equal for equal queries, and for no others', () => {
    fc.assert(
      fc.property(queries, queries, (a, b) => {
        const equal = JSON.stringify(normalise(a)) === JSON.stringify(normalise(b));
        expect(serialise(a) === serialise(b)).toBe(equal);
        expect(sameQuery(a, b)).toBe(equal);
        expect(sameQuery(a, { terms: a.terms, filters: [...a.filters].reverse() })).toBe(true);
      }),
    );
  });

  it('survives the way into an address and back', () => {
    fc.assert(
      fc.property(queries, (query) => {
        const text = serialise(query);
        expect(new URLSearchParams(new URLSearchParams({ query: text }).toString()).get('query')).toBe(text);
      }),
    );
  });

  it('of a plain text is at most twice as long, and every one of 2,000 characters can be read', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'_*-. a'), maxLength: 2000 }), (text) => {
        const written = serialise(textQuery(text));
        expect(written.length).toBeLessThanOrEqual(2 * text.length + 4);
        expect(parseQuery(written)).toEqual(normalise(textQuery(text)));
      }),
    );
  });
});

describe('reading', () => {
  it('never throws, and gives a valid query or a code', () => {
    const parts = fc.constantFrom(
      ...[
        '1',
        '2',
        '3',
        '0',
        '_',
        'w',
        'i',
        'p',
        '.',
        '-',
        '*',
        '100',
        'type',
        'width',
        '2000',
        'dog',
        '0123456789abcdef',
      ],
      ...['constructor', '__proto__', 'toString', '\u0000', '\ud800'],
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(parts).map((all) => all.join('')),
      fc.array(parts).map((all) => `1_${all.join('')}`),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parseQuery(text);
        if (parsed instanceof AfterimageError) expect(['query-invalid', 'query-version']).toContain(parsed.code);
        else {
          expect(isValid(parsed)).toBe(true);
          expect(parseQuery(serialise(parsed))).toEqual(parsed);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ...['', 'dog', '0', '01_w.dog', '-2', '1.5_w.dog', '1_', '1_dog', '1_w', '1_x.dog', '1_.dog', '1_w1e9.dog'],
    ...[
      '1_i.0123',
      '1_i.0123456789ABCDEF',
      '1_i.0123456789abcdef.',
      '1_i.0123456789abcdef.-x',
      '1_p.abc',
      '1_w1001.dog',
    ],
    ...[
      '1_type.',
      '1_type.PNG',
      '1_type5.png',
      '1_colour.red',
      '1_constructor.x',
      '1_before.2024-5',
      '1_width.-',
      '1_name. x',
      '2_rating.UP',
      '2_in.a b',
      '2_camera. x',
    ],
    `1_w.${'x'.repeat(MAX_SERIALISED)}`,
    `1${'_w.x'.repeat(33)}`,
    `1${Array.from({ length: 17 }, (_, i) => `_name.${i}`).join('')}`,
  ])('refuses %j', (text) => {
    expect(code(text)).toBe('query-invalid');
  });

  it('says when the query is of a newer version', () => {
    expect(code('5_w.dog')).toBe('query-version');
    expect(code('17')).toBe('query-version');
  });

  it('takes albums in version 4 alone', () => {
    const query: Query = { terms: [], filters: [{ field: 'album', value: 'At sea' }] };
    expect(serialise(query)).toBe('4_album.At sea');
    expect(parseQuery('4_album.At sea')).toEqual(query);
    expect(code('3_album.At sea')).toBe('query-invalid');
    expect(code('4_album. x')).toBe('query-invalid');
  });

  it('takes places in version 3 alone', () => {
    const query: Query = { terms: [], filters: [{ field: 'near', value: '52.52,13.405' }] };
    expect(serialise(query)).toBe('3_near.52.52,13.405');
    expect(parseQuery('3_near.52.52,13.405')).toEqual(query);
    expect(code('2_near.52.52,13.405')).toBe('query-invalid');
    expect(code('3_near.91,0')).toBe('query-invalid');
  });

  it('takes filters of version 2 in no other, and writes it where there is one', () => {
    const filters: Filter[] = [
      { field: 'camera', value: 'Canon EOS' },
      { field: 'in', value: 'my_photos' },
      { field: 'rating', value: 'up' },
    ];
    const query = { terms: textQuery('dog').terms, filters };
    expect(serialise(query)).toBe('2_w.dog_camera.Canon EOS_in.my*-photos_rating.up');
    expect(parseQuery(serialise(query))).toEqual(query);
    for (const filter of filters) {
      expect(serialise({ terms: [], filters: [filter] })).toMatch(/^2_/);
      expect(code(`1_${filter.field}.${filter.value}`), 'as older pages say').toBe('query-invalid');
    }
    expect(parseQuery('2_w.dog_type.png')).toEqual(parseQuery('1_w.dog_type.png'));
  });

  it('takes what a person writes by hand', () => {
    expect(parseQuery('1_w. dog_type.png_type.png_after.2024')).toEqual({
      terms: textQuery('dog').terms,
      filters: [
        { field: 'after', value: '2024' },
        { field: 'type', value: 'png' },
      ],
    });
  });
});
