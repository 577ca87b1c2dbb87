import { expect, test } from 'vitest';
import { testItem } from '../../engine/collection/items/testing-items.ts';
import { isValid, MAX_TERMS, normalise, type Query, textQuery } from '../../engine/query/query.ts';
import { likedQuery, likeQuery, pictureQuery, wordsText } from './like.ts';

const id = 'abcdef0123456789';
const like = { kind: 'item', id, collection: null, weight: 1 } as const;
const away = { kind: 'words', text: 'a cat', weight: -1 } as const;
const png = { field: 'type', value: 'png' } as const;
const query: Query = { terms: [...textQuery('dog ').terms, { ...like, id: '0'.repeat(16) }, away], filters: [png] };

test('a picture takes the place of what is searched for; words can stay, and filters do', () => {
  expect(likeQuery(query, id)).toEqual({ terms: [like], filters: [png] });
  expect(likeQuery(query, id, true)).toEqual({ terms: [...textQuery('dog ').terms, away, like], filters: [png] });
  expect(likeQuery(textQuery(''), id)).toEqual({ terms: [like], filters: [] });
});

test('a picture from elsewhere takes the place of other pictures, and words and filters stay', () => {
  const picture = { kind: 'picture', sha256: 'ab'.repeat(32), weight: 1 } as const;
  const asked = pictureQuery(query, picture.sha256);
  expect(asked).toEqual({ terms: [...textQuery('dog ').terms, away, picture], filters: [png] });
  const other = { ...picture, sha256: 'cd'.repeat(32) };
  expect(pictureQuery(asked, other.sha256).terms).toEqual([...textQuery('dog ').terms, away, other]);
});

test('the words of a query are those without its pictures and filters', () => {
  expect(wordsText(query)).toBe('dog, not a cat');
  expect(wordsText(likeQuery(query, id))).toBe('');
  expect(wordsText(textQuery(' '))).toBe('');
});

test('what was liked is searched for, and what was not weighs against it as much, however many they are', () => {
  const items = (from: number, count: number) => Array.from({ length: count }, (_, i) => testItem(from + i));
  const asked = likedQuery(query, items(0, 2), items(2, 4));
  expect(asked.filters).toEqual([png]);
  expect(asked.terms.map(({ weight }) => weight)).toEqual([1, 1, -0.5, -0.5, -0.5, -0.5]);
  expect(asked.terms[0]).toEqual({ ...like, id: testItem(0).id });
  const own = { ...testItem(1), collection: 'library' };
  expect(likedQuery(query, [own], []).terms).toEqual([{ ...like, id: own.id, collection: 'library' }]);
});

test('of more thumbs than a query takes the newest count, and those that were liked first', () => {
  const items = (from: number, count: number) => Array.from({ length: count }, (_, i) => testItem(from + i));
  const many = likedQuery(query, items(0, 30), items(30, 5));
  expect(many.terms.map(({ weight }) => weight)).toEqual([...Array(30).fill(1), -15, -15]);
  expect(many.terms.slice(-2)).toMatchObject([{ id: testItem(33).id }, { id: testItem(34).id }]);
  const full = likedQuery(query, items(0, 40), items(40, 5));
  expect(full.terms).toHaveLength(MAX_TERMS);
  expect(full.terms[0]).toMatchObject({ id: testItem(8).id, weight: 1 });
  expect([many, full].map(normalise).every(isValid)).toBe(true);
});
