import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DEFAULT_MODEL } from '../../../src/engine/model/model.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';
import { makeClipTokenizer, makeTokenizerConfig } from './tokenizer-files.ts';

const END = '<|endoftext|>';
const vocab = { a: 0, n: 1, 'an</w>': 2, '<|startoftext|>': 3, [END]: 4 };

test('of vocabulary and merges the same tokenizer is made as CLIPTokenizerFast has', async () => {
  const written = JSON.parse(await readFile(join(MODELS_FOLDER, DEFAULT_MODEL, 'tokenizer.json'), 'utf8'));
  const { vocab, merges } = written.model;
  const made = makeClipTokenizer(vocab, `#version: 0.2\r\n${merges.join('\r\n')}\r\n`);
  expect('tokenizer' in made && made.tokenizer).toMatchObject({
    ...written,
    model: { type: 'BPE', unk_token: END, end_of_word_suffix: '</w>', vocab, merges },
  });
});

test.each([
  ['a vocabulary of another kind', { '[CLS]': 0 }, 'a n</w>', /no <\|startoftext\|> or no/],
  ['entries that are no numbers', { ...vocab, x: 'y' }, 'a n</w>', /entries without a number/],
  ['no merges', vocab, '#version: 0.2\n', /merges\.txt is empty/],
  ['a line that is no pair', vocab, 'a n</w>\nthree in one\n', /no pair, “three in one”/],
])('refuses %s', (_, entries, merges, reason) => {
  expect(makeClipTokenizer(entries, merges)).toEqual({ trouble: expect.stringMatching(reason) });
});

test('what texts are filled up with is said by another file, or the usual of CLIP; SigLIP has no usual one', () => {
  const special = { pad_token: { content: '!' }, eos_token: END, additional_special_tokens: ['x'], mask_token: null };
  expect(makeTokenizerConfig('clip', {}, special)).toEqual({
    config: {
      tokenizer_class: 'CLIPTokenizer',
      bos_token: '<|startoftext|>',
      eos_token: END,
      unk_token: END,
      pad_token: '!',
    },
    isPaddingGuessed: false,
  });
  expect(makeTokenizerConfig('clip', {}, undefined)).toMatchObject({
    config: { pad_token: END },
    isPaddingGuessed: true,
  });
  const padding = { padding: { pad_token: '</s>', pad_id: 1 } };
  expect(makeTokenizerConfig('siglip', padding, undefined)).toEqual({
    config: { pad_token: '</s>' },
    isPaddingGuessed: false,
  });
  expect(makeTokenizerConfig('siglip', { padding: null }, { eos_token: '</s>' })).toBeUndefined();
});
