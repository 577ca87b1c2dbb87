import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AfterimageError } from '../../engine/errors.ts';
import { boxText, withBox } from '../../engine/query/box/format-box.ts';
import { parseBox } from '../../engine/query/box/read-box.ts';
import { normalise, textQuery } from '../../engine/query/query.ts';
import { parseQuery, sameQuery } from '../../engine/query/serialise.ts';
import { type Address, formatAddress, MAX_QUERY, parseAddress, SORTS, VIEWS } from './address.ts';

const text = fc.string({ unit: 'binary' }).filter((value) => value.isWellFormed());
const name = fc.option(text.filter((value) => value !== ''));

/** In their one form, in which they come out of a link. */
const queries = fc.constantFrom(
  ...[
    '1_w-.cat',
    '1_w.a*-b**_w50.dog',
    '1_i.0123456789abcdef.my*-photos_name.100 %25&q=x',
    '1_type.png_width.200-',
  ].flatMap((text) => {
    const query = parseQuery(text);
    return query instanceof AfterimageError ? [] : [query];
  }),
);

/** Whatever is typed, and links. What the box says of a link is in its tests. */
const asked = fc.oneof(
  text.map((typed) => ({ query: parseBox(typed), text: typed })),
  queries.map((query) => ({ query, text: boxText(query) })),
);

const rest: fc.Arbitrary<Omit<Address, 'query' | 'text'>> = fc.record({
  unread: fc.constant(null),
  names: fc.option(fc.boolean()),
  collection: name,
  view: fc.constantFrom(...VIEWS),
  sort: fc.constantFrom(...SORTS),
  item: name,
  device: fc.constantFrom('auto', 'webgpu', 'wasm'),
  index: fc.constantFrom('auto', 'hnsw', 'exact'),
  threads: fc.option(fc.integer({ min: 1, max: 16 })),
});

describe('address', () => {
  it('survives the way into a link and back', () => {
    fc.assert(
      fc.property(asked, rest, (query, address) => {
        const { query: read, text: written, ...others } = parseAddress(formatAddress({ ...query, ...address }));
        expect(normalise(read)).toEqual(normalise(query.query));
        expect(sameQuery(withBox(read, written), read)).toBe(true);
        expect(others).toEqual(address);
      }),
    );
  });

  it('is empty for the first screen', () => {
    expect(formatAddress(parseAddress(''))).toBe('');
  });

  it('reads what a person or a search box writes', () => {
    expect(parseAddress('?q=red+fire%20engine&c=demo').query).toEqual(textQuery('red fire engine'));
  });

  it('takes no more of a query than the field', () => {
    expect(parseAddress(`?q=${'x'.repeat(9000)}`).query).toEqual(textQuery('x'.repeat(MAX_QUERY)));
  });

  it('of a text is the text, whatever it looks like', () => {
    const text = '1_w.dog_w-.cat';
    const address = { ...parseAddress(''), query: textQuery(text), text };
    expect(formatAddress(address)).toBe('?q=1_w.dog_w-.cat');
    expect(parseAddress('?q=1_w.dog_w-.cat')).toEqual(address);
  });

  it('of a text that means more in the box is written as the words that it is', () => {
    for (const words of ['-cat', 'type:png', 'dog^2']) {
      const address = { ...parseAddress(''), query: textQuery(words), text: boxText(textQuery(words)) };
      expect(formatAddress(address)).toBe(`?${new URLSearchParams({ query: `1_w.${words}` })}`);
      expect(parseAddress(formatAddress(address))).toEqual(address);
    }
  });

  it('takes what can be typed, as search boxes of other programs write it', () => {
    const address = parseAddress('?q=Dog+-cat++type:PNG');
    expect(address.text).toBe('Dog -cat  type:PNG');
    expect(formatAddress(address)).toBe('?query=1_w.Dog_w-.cat_type.png');
  });

  it('of any other query is its serialisation, in which nothing is escaped', () => {
    const address = parseAddress('?query=1_w.red+dog_w-.cat_i50.0123456789abcdef_type.png&c=demo');
    expect(address.query).toEqual({
      terms: [
        { kind: 'words', text: 'red dog', weight: 1 },
        { kind: 'words', text: 'cat', weight: -1 },
        { kind: 'item', id: '0123456789abcdef', collection: null, weight: 0.5 },
      ],
      filters: [{ field: 'type', value: 'png' }],
    });
    expect(formatAddress(address)).toBe('?query=1_w.red+dog_w-.cat_i50.0123456789abcdef_type.png&c=demo');
  });

  it('keeps a query that it cannot read', () => {
    for (const unread of ['99_x.new', 'nonsense']) {
      const address = parseAddress(`?query=${unread}&q=dog`);
      expect(address).toEqual({ ...parseAddress(''), unread });
      expect(formatAddress({ ...address, view: 'log' })).toBe(`?query=${unread}&view=log`);
    }
  });

  it('takes any text for a query string, and falls back on unknown values', () => {
    fc.assert(fc.property(text, (search) => VIEWS.includes(parseAddress(search).view)));
    expect(parseAddress('?view=nonsense&device=tpu&index=&p=')).toEqual(parseAddress(''));
  });
});
