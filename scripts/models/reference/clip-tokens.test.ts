/** Texts become the tokens that open_clip's own tokenizer gives: recorded by clip_tokens.py. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { type TextRules, tokenise } from '../../../src/platform/encoders/clip-text.ts';
import { readTokenizer } from '../../../src/platform/encoders/tokenizer.ts';
import { makeClipTokenizer, makeTokenizerConfig } from '../hf/tokenizer-files.ts';

interface Recorded {
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: readonly string[];
  readonly cases: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    /** By length, filled up with 0 as open_clip does. */
    readonly padded: Readonly<Record<string, readonly number[]>>;
  }[];
}

const file = new URL('clip-tokens.json', import.meta.url);
const { vocab, merges, cases } = JSON.parse(await readFile(file, 'utf8')) as Recorded;
const [START, END] = [49_406, 49_407];

/** As `add-model` makes it of `vocab.json` and `merges.txt`, filled up with the token of that name. */
function clipTokenizer(pad: string) {
  const made = makeClipTokenizer(vocab, merges.join('\n'));
  if (!('tokenizer' in made)) throw new Error(made.trouble);
  const config = makeTokenizerConfig('clip', made.tokenizer, { pad_token: pad })?.config;
  const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  return readTokenizer(
    new Map([
      ['tokenizer.json', bytes(made.tokenizer)],
      ['tokenizer_config.json', bytes(config)],
    ]),
  );
}

const rules = (maxLength: number, padding: TextRules['padding']): TextRules => ({
  ...{ family: 'clip', maxLength, padding, lowercase: false, skipLeading: [], keepBefore: [] },
});

test('as CLIP has it: two ends, lower case, nothing filled up, and the end is kept where a text is too long', () => {
  const tokenizer = clipTokenizer('<|endoftext|>');
  for (const { text, ids } of cases) {
    const all = [START, ...ids, END];
    const expected = all.length > 77 ? [...all.slice(0, 76), END] : all;
    const tokens = tokenise(tokenizer, text, rules(77, 'none'));
    expect(tokens.ids, text).toEqual(expected);
    expect(tokens.mask).toEqual(expected.map(() => 1));
  }
});

test.each([77, 32])('as MobileCLIP and PE-Core have it: filled up to %d with the token 0', (length) => {
  const tokenizer = clipTokenizer('!');
  expect(tokenizer.pad_token_id).toBe(0);
  for (const { text, ids, padded } of cases) {
    const tokens = tokenise(tokenizer, text, rules(length, 'max_length'));
    expect(tokens.ids, text).toEqual(padded[length]);
    expect(tokens.mask.filter(Boolean)).toHaveLength(Math.min(length, ids.length + 2));
  }
});

test('the usual token for padding of Transformers is another one: towers that see it tell the difference', () => {
  const { ids } = tokenise(clipTokenizer('<|endoftext|>'), 'a photo of a cat', rules(77, 'max_length'));
  expect(ids.slice(7)).toEqual(new Array(70).fill(END));
});
