import { expect, test } from 'vitest';
import { textQuery } from '../../src/engine/query/query.ts';
import { serialise } from '../../src/engine/query/serialise.ts';
import { collectionOf, parseQueryOptions, type QueryValues } from './query-options.ts';

const id = '0123456789abcdef';

test('words alone are the text that they are', () => {
  expect(parseQueryOptions('red dog', {})).toEqual(textQuery('red dog'));
});

test.each<[string, QueryValues, string]>([
  ['', { like: [id] }, `1_i.${id}`],
  ['dog', { unlike: ['a cat', id] }, `1_w.dog_w-.a cat_i-.${id}`],
  ['dog', { filter: ['width=2000-', 'name=a=b'] }, '1_w.dog_name.a=b_width.2000-'],
  ['', { query: '1_w-.cat_type.png', filter: ['type=jpg'] }, '1_w-.cat_type.jpg_type.png'],
  ['dog', { query: '1_w-.cat' }, '1_w-.cat_w.dog'],
  ['dog -cat "red car"^2 type:png', { filter: ['width=2000-'] }, '1_w.dog_w-.cat_w200.red car_type.png_width.2000-'],
  ['dog in:photos camera:canon', {}, '2_w.dog_camera.canon_in.photos'],
])('%j and %j ask for %s', (words, options, query) => {
  expect(serialise(parseQueryOptions(words, options))).toBe(query);
});

test.each<[string, QueryValues, string, RegExp]>([
  ['', { like: ['dog'] }, 'usage', /--like takes the id/],
  ['', { filter: ['png'] }, 'usage', /--filter takes <field>=<value>.*"png"/],
  ['', { filter: ['colour=red'] }, 'usage', /after, album, before/],
  ['dog', { query: '1_w.cat' }, 'usage', /one too many/],
  ['', { query: 'dog' }, 'query-invalid', /whole/],
  ['', { filter: ['rating=up'] }, 'usage', /Only the page/],
  ['album:sea', {}, 'usage', /Only the page knows albums/],
  ['rating:down', {}, 'usage', /Only the page/],
  ['', { query: '99_w.dog' }, 'query-version', /newer version.*Update/],
])('%j and %j are refused', (words, options, code, message) => {
  expect(() => parseQueryOptions(words, options)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});

test('a query names the collection that it is in, where it is one', () => {
  const named = (words: string) => collectionOf(parseQueryOptions(words, {}));
  expect(['dog', 'dog in:photos', 'dog in:a in:b'].map(named)).toEqual([undefined, 'photos', undefined]);
});
