import { describe, expect, it } from 'vitest';
import { type Query, textQuery } from '../../engine/query/query.ts';
import { certaintyText, dividerText, hasLine, headline, isNothing, matchText, notAsked } from './matches.ts';

function answer(good: number | null, total: number) {
  return { query: textQuery('dog'), good, total, rows: { length: Math.min(200, total) } };
}

describe('what is said of an answer', () => {
  it('has one headline however sure the results are, so that it does not change while one types', () => {
    for (const one of [answer(5, 1594), answer(0, 1594), { ...answer(9, 1594), sure: 3 }]) {
      expect(headline(one)).toBe('Results for “dog”');
    }
  });

  it('says how many results are how sure', () => {
    const sure = (sure: number, good: number) => ({ ...answer(good, 1594), sure });
    expect(certaintyText(sure(2, 5))).toBe('Sure of 2, less sure of 3');
    expect(certaintyText(sure(2, 2))).toBe('Sure of 2');
    expect(certaintyText(sure(0, 3))).toBe('Less sure of 3');
    expect(certaintyText(sure(0, 0))).toBe('Not sure of any: the closest come first');
    expect(certaintyText(sure(3, 200))).toBe('Sure of 3, less sure of 197 or more');
    expect(certaintyText(sure(200, 200))).toBe('Sure of 200 or more');
    expect(dividerText(sure(2, 5), 'sure')).toBe('Sure');
    expect(dividerText(sure(2, 5), 'fair')).toBe('Less sure');
    expect(dividerText(sure(2, 5), 'rest')).toBe('Not sure');
    expect(dividerText(sure(0, 0), 'rest')).toBe('Not sure: the closest I have');
    expect([0, 1, 2, 4, 5].map((rank) => matchText(sure(2, 5), rank))).toEqual([
      'A sure match for “dog”',
      'A sure match for “dog”',
      'A less sure match for “dog”',
      'A less sure match for “dog”',
      'Among the closest for “dog”, not a sure match',
    ]);
  });

  it('counts good matches where nobody has measured how sure they are', () => {
    expect(certaintyText(answer(5, 1594))).toBe('5 good matches');
    expect(certaintyText(answer(1, 1594))).toBe('1 good match');
    expect(dividerText(answer(5, 1594), 'good')).toBe('Good matches');
    expect(matchText(answer(5, 1594), 4)).toBe('A good match for “dog”');
    expect(matchText(answer(5, 1594), 5)).toBe('Among the closest for “dog”, not a sure match');
  });

  it('does not take the end of what the index ranks for the end of what is good', () => {
    expect(certaintyText(answer(200, 1594))).toBe('200 or more good matches');
    expect(dividerText(answer(200, 1594), 'rest')).toBe('From here on: not looked at one by one');
    expect(matchText(answer(200, 1594), 200)).toBe('A match for “dog”');
  });

  it('says of filters alone how many pass, and nothing of matches', () => {
    const query: Query = { terms: [], filters: [{ field: 'type', value: 'png' }] };
    const list = { ...answer(null, 1594), query, listed: 'newest' as const };
    expect(headline(list)).toBe('1,594 pictures with “type: png”');
    expect(headline({ ...list, total: 1 })).toBe('1 picture with “type: png”');
    expect(headline({ ...list, total: 0 })).toBe('No picture here passes the filters of “type: png”');
    expect(hasLine(list)).toBe(false);
  });

  it.each([
    ['few', 7],
    ['alike', 5000],
  ] as const)('claims nothing where nobody can tell, and says why: too %s', (unjudged, total) => {
    const unclear = { ...answer(null, total), unjudged };
    expect(hasLine(unclear)).toBe(false);
    expect(certaintyText(unclear)).toBeUndefined();
    expect(isNothing(unclear)).toBe(false);
    const pictures = total === 7 ? '7 pictures' : '5,000 pictures';
    expect(headline(unclear)).toBe(`${pictures}, the nearest to “dog” first: too ${unjudged} to tell what matches`);
    expect(matchText(unclear, 0)).toBe('For “dog”');
  });

  it('says when the filters leave nothing', () => {
    const filtered: Query = { ...textQuery('dog'), filters: [{ field: 'type', value: 'png' }] };
    expect(headline({ ...answer(0, 0), query: filtered })).toBe(
      'No picture here passes the filters of “dog, type: png”',
    );
    expect(isNothing(answer(0, 0))).toBe(false);
  });

  it('says when there are no pictures, or no others', () => {
    const like: Query = { terms: [{ kind: 'item', id: 'a'.repeat(16), collection: null, weight: 1 }], filters: [] };
    expect(headline(answer(0, 0))).toBe('There are no pictures here yet');
    expect(headline({ ...answer(0, 0), query: like })).toBe('There are no other pictures here');
  });

  it('draws no line where all of them match', () => {
    expect(headline(answer(7, 7))).toBe('7 pictures, the nearest to “dog” first');
    expect(matchText(answer(7, 7), 0)).toBe('For “dog”');
  });
});

describe('collections of several models', () => {
  const of = (title: string, model: string) => ({
    ...{ name: title, title, licence: null },
    made: { id: model, sha256: model.repeat(64) },
  });
  const together = { collections: [of('Demo', 'a'), of('Ships', 'b'), of('Birds', 'c')], models: [], apart: [] };

  it('says which were not searched, because their models do not know a picture', () => {
    expect(notAsked({ models: ['a'] }, together, ['b'])).toBe(
      'Not searched: \u2068Ships\u2069, whose model does not know the picture that this is like.',
    );
    expect(notAsked({ models: ['a'] }, together, ['b', 'c'])).toContain(
      '\u2068Ships\u2069, \u2068Birds\u2069, whose models',
    );
  });

  it('says nothing where all that are loaded have answered, and of a collection by itself', () => {
    expect(notAsked({ models: ['a', 'b'] }, together, ['b'])).toBeUndefined();
    expect(notAsked({}, together, ['b'])).toBeUndefined();
    expect(notAsked({ models: ['a'] }, undefined, ['b'])).toBeUndefined();
  });
});
