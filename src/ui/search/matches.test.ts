import { describe, expect, it } from 'vitest';
import { textQuery } from '../../engine/query/query.ts';
import { dividerText, hasLine, headline, matchText } from './matches.ts';

function answer(good: number, total: number) {
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

  it('claims nothing where no line can be drawn', () => {
    const few = answer(7, 7);
    expect(hasLine(few)).toBe(false);
    expect(headline(few)).toBe('7 pictures, the nearest to “dog” first');
    expect(matchText(few, 0)).toBe('For “dog”');
  });
});
