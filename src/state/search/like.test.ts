import { expect, test } from 'vitest';
import { type Query, textQuery } from '../../engine/query/query.ts';
import { likeQuery, pictureQuery, wordsText } from './like.ts';

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
