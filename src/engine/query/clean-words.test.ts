import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { cleanWords } from './clean-words.ts';
import { isEmpty, queryText, textQuery } from './query.ts';
import { sameQuery, serialise } from './serialise.ts';

describe.each([
  [
    'invisible',
    ['do\u00ADg', 'do\u200Bg', '\u200Fdog', '\uFEFFdog', 'd\u2060og', 'd\u034Fog', '\u202Adog\u202C', 'dog\0'],
  ],
  ['a joiner without anything to join', ['do\u200Dg', 'do\u200Cg', 'dog\u200D']],
  ['a variation selector without an emoji', ['dog\uFE0F', 'd\uFE0Eog', 'dog\u{E0100}']],
  ['half a letter', ['\uD83Ddog', 'dog\uDE00']],
  ['full width', ['ｄｏｇ', 'ＤＯＧ'.toLowerCase()]],
  ['mathematical', ['𝒹𝑜𝑔', '𝐝𝐨𝐠', '𝚍𝚘𝚐']],
  ['in quotation marks', ['"dog"', '“dog”', '„dog“', '«dog»', '「dog」', '＂dog＂', "'dog'", '‘dog’']],
  ['white space', [' dog\n', '\u3000dog\u00A0', '\tdog\u2003']],
])('%s', (_, texts) => {
  it.each(texts.map((text) => [text, escaped(text)] as const))('%s (%s) is “dog”', (text) => {
    expect(cleanWords(text)).toBe('dog');
    expect(sameQuery(textQuery(text), textQuery('dog'))).toBe(true);
    expect(serialise(textQuery(text)), 'as it is written to the log').toBe('1_w.dog');
    expect(queryText(textQuery(text)), 'as it is shown').toBe('dog');
  });
});

test.each([
  ['ﬁsh', 'fish'],
  ['ﾈｺ', 'ネコ'],
  ['ｶﾞﾗｽ', 'ガラス'],
  ['m²', 'm2'],
  ['dog’s bone', "dog's bone"],
  ['“red” dog', 'red dog'],
  ['e\u00AD\u0301', 'é'],
  ['red \u200B dog', 'red dog'],
])('%j is cleaned to %j', (text, clean) => expect(cleanWords(text)).toBe(clean));

test.each([
  ['a heart and its variation selector', '❤️'],
  ['a family', '👩‍👩‍👧'],
  ['an astronaut of one colour of skin', '👩🏽‍🚀'],
  ['a pirate flag', '🏴‍☠️'],
  ['the flag of England', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
  ['a key', '1️⃣'],
  ['an emoji that is a letter otherwise', 'ℹ️'],
  ['an emoji that is a word otherwise', '🈚'],
  ['a Hindi half letter', 'क्‍ष'],
  ['a Hindi letter that is not joined', 'क्‌ष'],
  ['a Sinhala conjunct', 'ශ්‍රී'],
  ['a Persian word of two parts', 'می‌خواهم'],
  ['a Thai vowel', 'น้ำ'],
  ['Korean letters that stand alone', 'ㅋㅋ'],
  ['accents and other alphabets', 'café собака 犬 강아지'],
])('%s stays', (_, text) => expect(cleanWords(text)).toBe(text));

test('nothing is left of what cannot be seen', () => {
  for (const text of ['\u200B', '\u00AD\uFEFF', '""', ' \u200E ', '\uFE0F\u200D', "''"]) {
    expect(isEmpty(textQuery(text)), escaped(text)).toBe(true);
  }
});

/** Letters that mean something only beside others. */
const pieces = fc.constantFrom(
  ...[
    'a',
    'ﬁ',
    ' ',
    "'",
    '"',
    '’',
    '1',
    '\u00AD',
    '\u200B',
    '\u200C',
    '\u200D',
    '\uFE0E',
    '\uFE0F',
    '\u20E3',
    '\u0301',
  ],
  ...[
    '👩',
    '🏽',
    '❤',
    '🏴',
    '\u{E0067}',
    '\u{E007F}',
    'क',
    '\u094D',
    'ی',
    '가',
    'ᄀ',
    'ㄱ',
    '\u3164',
    'ำ',
    '\uD83D',
    'ﾞ',
    'ℹ',
  ],
);
const texts = fc.oneof(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: pieces, maxLength: 12 }));

test('cleaning again changes nothing, and what is clean is well formed and begins and ends with no space', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const clean = cleanWords(text);
      expect(cleanWords(clean)).toBe(clean);
      expect(clean.isWellFormed()).toBe(true);
      expect(clean).toBe(clean.trim());
    }),
    { numRuns: 2000 },
  );
});

function escaped(text: string): string {
  return text.replace(/[^ -~]/gu, (letter) => `U+${letter.codePointAt(0)?.toString(16).toUpperCase()}`);
}
