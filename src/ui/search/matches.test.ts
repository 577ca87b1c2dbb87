import { describe, expect, it } from 'vitest';
import { type Query, textQuery } from '../../engine/query/query.ts';
import { dividerText, hasLine, headline, isNothing, matchText, notAsked } from './matches.ts';

function answer(good: number | null, total: number) {
  return { query: textQuery('dog'), good, total, rows: { length: Math.min(200, total) } };
}

describe('what is said of an answer', () => {
  it('counts the good matches', () => {
    expect(headline(answer(5, 1594))).toBe('5 good matches for “dog”');
    expect(headline(answer(1, 1594))).toBe('1 good match for “dog”');
    expect(dividerText(answer(5, 1594))).toBe('Below here: weaker matches');
    expect(matchText(answer(5, 1594), 4)).toBe('A good match for “dog”');
    expect(matchText(answer(5, 1594), 5)).toBe('A weak match for “dog”');
  });

  it('says when nothing matches', () => {
    expect(headline(answer(0, 1594))).toBe('Nothing here seems to match “dog”');
    expect(dividerText(answer(0, 1594))).toBe('The nearest there is');
  });

  it('does not take the end of what the index ranks for the end of what is good', () => {
    expect(headline(answer(200, 1594))).toBe('200 or more good matches for “dog”');
    expect(dividerText(answer(200, 1594))).toBe('From here on: good and weaker matches');
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
