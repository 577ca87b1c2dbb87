import { Tokenizer } from '@huggingface/tokenizers';
import { AfterimageError } from '../../engine/errors.ts';
import type { TextTokenizer } from './clip-text.ts';

/** As transformers.js makes one of the same two files. */
export function readTokenizer(files: ReadonlyMap<string, Uint8Array>): TextTokenizer {
  const json = (path: string) => JSON.parse(new TextDecoder().decode(needed(files, path))) as object;
  const config = json('tokenizer_config.json') as Record<string, unknown>;
  const tokenizer = new Tokenizer(json('tokenizer.json'), config);
  const padding = [config.pad_token, config.eos_token].find(Boolean);
  const special = [...tokenizer.get_added_tokens_decoder().values()].filter((token) => token.special);
  return Object.assign((text: string) => ({ input_ids: tokenizer.encode(text).ids }), {
    all_special_tokens: special.map(({ content }) => content),
    pad_token_id: tokenizer.token_to_id(contentOf(padding)),
  });
}

/** A token is written as a text, or as an object that has one. */
function contentOf(token: unknown): string {
  if (typeof token === 'object' && token !== null && 'content' in token) return String(token.content);
  return typeof token === 'string' ? token : '';
}

/** @throws AfterimageError `model-invalid` */
export function needed(files: ReadonlyMap<string, Uint8Array>, path: string): Uint8Array {
  const bytes = files.get(path);
  if (bytes) return bytes;
  throw new AfterimageError('model-invalid', `${path} is not among the files of the model.`);
}
