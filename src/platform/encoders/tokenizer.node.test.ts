import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AutoTokenizer } from '@huggingface/transformers';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { DEFAULT_MODEL } from '../../engine/model/model.ts';
import { useModelsFolder } from './clip.node.ts';
import type { TextTokenizer } from './clip-text.ts';
import { readTokenizer } from './tokenizer.ts';

const modelsFolder = fileURLToPath(new URL('../../../public/models/', import.meta.url));
let files = new Map<string, Uint8Array>();
let ours: TextTokenizer;
let theirs: TextTokenizer;

beforeAll(async () => {
  const paths = ['tokenizer.json', 'tokenizer_config.json'];
  const read = paths.map(async (path) => [path, await readFile(join(modelsFolder, DEFAULT_MODEL, path))] as const);
  files = new Map(await Promise.all(read));
  ours = readTokenizer(files);
  useModelsFolder(modelsFolder);
  theirs = await AutoTokenizer.from_pretrained(DEFAULT_MODEL);
});

const ids = (tokenizer: TextTokenizer, text: string) =>
  (tokenizer(text, { return_tensor: false }) as { input_ids: number[] }).input_ids;

test('special tokens and the one for padding are those of transformers.js', () => {
  expect([ours.all_special_tokens, ours.pad_token_id]).toEqual([theirs.all_special_tokens, theirs.pad_token_id]);
  expect(ours.all_special_tokens.length).toBeGreaterThan(0);
});

test('texts become the tokens that transformers.js makes of them', () => {
  const words = fc.constantFrom(
    'dog',
    'a red apple',
    'montaña',
    '乗り物',
    "it's",
    '3.14',
    '👩‍🚀',
    ' ',
    '\n',
    '<|endoftext|>',
  );
  const text = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.array(words).map((all) => all.join(' ')),
  );
  fc.assert(
    fc.property(text, (given) => {
      expect(ids(ours, given)).toEqual(ids(theirs, given));
    }),
  );
});

test('a token for padding that is an object, or not there', () => {
  const withConfig = (config: object) =>
    readTokenizer(new Map([...files, ['tokenizer_config.json', new TextEncoder().encode(JSON.stringify(config))]]));
  const [special] = theirs.all_special_tokens as [string];
  const { pad_token_id: id } = withConfig({ pad_token: special });
  expect(id).toEqual(expect.any(Number));
  expect(withConfig({ pad_token: { __type: 'AddedToken', content: special } }).pad_token_id).toBe(id);
  expect(withConfig({ eos_token: special }).pad_token_id).toBe(id);
  expect(withConfig({}).pad_token_id).toBeUndefined();
});

test('a file that is missing is named', () => {
  expect(() => readTokenizer(new Map())).toThrow(expect.objectContaining({ code: 'model-invalid' }));
});
