/** A tokenizer's files as transformers.js reads them, made from those that older and smaller downloads have. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AfterimageError } from '../../../src/engine/errors.ts';
import { downloadTrouble } from './left-by-download.ts';

type Json = Record<string, unknown>;
type Family = 'clip' | 'siglip';

export interface Tokenizer {
  /** What `tokenizer_config.json` says. */
  readonly config: Json;
  /** Texts of files that the folder lacks, by name. */
  readonly made: ReadonlyMap<string, string>;
  /** Whether the token for padding is only the usual one: right where padding is not seen. */
  readonly isPaddingGuessed: boolean;
}

/** What transformers.js reads. */
export const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer_config.json'] as const;

/** How a folder is read, and told of. */
export interface FolderReading {
  /** Undefined where the file is not there. @throws AfterimageError `model-invalid` */
  readJson(folder: string, name: string): Promise<Json | undefined>;
  /** @throws AfterimageError `model-invalid` */
  missing(folder: string, name: string, more?: string): Promise<never>;
  invalid(folder: string, reason: string): AfterimageError;
  note(line: string): void;
}

/** The tokenizer of a folder, whatever files it is in. @throws AfterimageError `model-invalid` */
export async function readTokenizer(folder: string, family: Family, reading: FolderReading): Promise<Tokenizer> {
  const made = new Map<string, string>();
  let tokenizer = await reading.readJson(folder, 'tokenizer.json');
  if (tokenizer === undefined) {
    tokenizer = await tokenizerOfParts(folder, family, reading);
    made.set('tokenizer.json', JSON.stringify(tokenizer));
    reading.note('Made tokenizer.json of vocab.json and merges.txt.');
  }
  if (typeof tokenizer.model !== 'object') throw reading.invalid(folder, 'its tokenizer.json describes no tokenizer');
  const config = await reading.readJson(folder, 'tokenizer_config.json');
  if (config !== undefined) return { config, made, isPaddingGuessed: false };
  const special = await reading.readJson(folder, 'special_tokens_map.json');
  const makeable = makeTokenizerConfig(family, tokenizer, special);
  if (makeable === undefined) return reading.missing(folder, 'tokenizer_config.json');
  made.set('tokenizer_config.json', JSON.stringify(makeable.config));
  if (!makeable.isPaddingGuessed)
    reading.note('Made tokenizer_config.json, which is missing, of what other files say.');
  return { ...makeable, made };
}

async function tokenizerOfParts(folder: string, family: Family, reading: FolderReading): Promise<Json> {
  const path = join(folder, 'merges.txt');
  const merges = await readFile(path, 'utf8').catch(() => undefined);
  const vocab = await reading.readJson(folder, 'vocab.json');
  if (family !== 'clip' || merges === undefined || vocab === undefined) {
    const how =
      family === 'clip'
        ? ', nor vocab.json with merges.txt; most CLIP models share theirs: look for it beside the original weights, or take that of openai/clip-vit-base-patch32'
        : '; it lies beside the original weights, or Transformers makes it: AutoTokenizer.from_pretrained(…).save_pretrained(…)';
    return reading.missing(folder, 'tokenizer.json', how);
  }
  const trouble = await downloadTrouble(path, 'text');
  if (trouble !== undefined) throw reading.invalid(folder, `its merges.txt ${trouble}`);
  const made = makeClipTokenizer(vocab, merges);
  if ('tokenizer' in made) return made.tokenizer;
  throw reading.invalid(folder, made.trouble);
}

/** CLIP's tokens for begin and end of a text; all of its tokenizers have them. */
const START = '<|startoftext|>';
const END = '<|endoftext|>';
/** How CLIP takes a text apart before merging, of CLIPTokenizerFast. */
const WORDS = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

type MadeConfig = Pick<Tokenizer, 'config' | 'isPaddingGuessed'>;

/**
 * What `tokenizer_config.json` would say, as far as other files tell: `special_tokens_map.json`, or the padding of
 * `tokenizer.json`. Undefined for what no other file says.
 */
export function makeTokenizerConfig(
  family: Family,
  tokenizer: Json,
  special: Json | undefined,
): MadeConfig | undefined {
  const tokens = Object.fromEntries(
    Object.entries(special ?? {}).flatMap(([name, token]) => {
      const content = typeof token === 'string' ? token : (token as Json | null)?.content;
      return /^(?:bos|eos|unk|pad)_token$/.test(name) && typeof content === 'string' ? [[name, content]] : [];
    }),
  );
  const padding = (tokenizer.padding as Json | null | undefined)?.pad_token;
  const pad = tokens.pad_token ?? (typeof padding === 'string' ? padding : undefined);
  if (family === 'siglip') {
    return pad === undefined ? undefined : { config: { ...tokens, pad_token: pad }, isPaddingGuessed: false };
  }
  const usual = { bos_token: START, eos_token: END, unk_token: END };
  const config = { tokenizer_class: 'CLIPTokenizer', ...usual, ...tokens, pad_token: pad ?? END };
  return { config, isPaddingGuessed: pad === undefined };
}

/**
 * CLIP's `tokenizer.json` from `vocab.json` and `merges.txt`, as CLIPTokenizerFast of Transformers converts them.
 * @returns why it cannot be made, the rest of a sentence
 */
export function makeClipTokenizer(
  vocab: Json,
  merges: string,
): { readonly tokenizer: Json } | { readonly trouble: string } {
  const ids = [START, END].map((token) => vocab[token]);
  if (!Object.values(vocab).every((id) => Number.isSafeInteger(id)))
    return { trouble: 'its vocab.json has entries without a number' };
  if (ids.some((id) => id === undefined))
    return { trouble: `its vocab.json has no ${START} or no ${END}, so it is not CLIP's` };
  const lines = merges.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#version'));
  const odd = lines.findIndex((line) => line.split(' ').length !== 2);
  if (lines.length === 0) return { trouble: 'its merges.txt is empty' };
  if (odd >= 0) return { trouble: `its merges.txt has a line that is no pair, “${lines[odd]?.slice(0, 40)}”` };
  return { tokenizer: clipTokenizer(vocab, lines, ids as [number, number]) };
}

function clipTokenizer(vocab: Json, merges: readonly string[], [start, end]: readonly [number, number]): Json {
  const token = (id: number, content: string) => {
    return { id, content, single_word: false, lstrip: false, rstrip: false, normalized: true, special: true };
  };
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [token(start, START), token(end, END)].sort((a, b) => a.id - b.id),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'NFC' },
        { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
        { type: 'Lowercase' },
      ],
    },
    pre_tokenizer: {
      type: 'Sequence',
      pretokenizers: [{ type: 'Split', pattern: { Regex: WORDS }, behavior: 'Removed', invert: true }, bytes],
    },
    post_processor: {
      type: 'RobertaProcessing',
      sep: [END, end],
      cls: [START, start],
      trim_offsets: false,
      add_prefix_space: false,
    },
    decoder: { ...bytes, add_prefix_space: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: END,
      continuing_subword_prefix: '',
      end_of_word_suffix: '</w>',
      fuse_unk: false,
      vocab,
      merges,
    },
  };
}
