/** The text tower of a CLIP or SigLIP model, the same on every host: tokenise, run, normalise, by the rules of model.json. */
import { AfterimageError } from '../../engine/errors.ts';
import type { Dtype, GoldenVector, ModelManifest } from '../../engine/model/model.ts';
import { dot, type Embedding, normalise } from '../../engine/numeric/embedding.ts';
import type { QueryEncoder } from '../../engine/ports.ts';
import { cleanWords } from '../../engine/query/clean-words.ts';
import { embeddingRows } from './clip-output.ts';

export interface ClipTextEncoder extends QueryEncoder {
  /** Give the session's memory back. The encoder must not be used afterwards. */
  dispose(): Promise<void>;
}

/** What is needed of a tokenizer; that of transformers.js has it. */
export interface TextTokenizer {
  (text: string, options: { readonly return_tensor: false }): unknown;
  readonly all_special_tokens: readonly string[];
  readonly pad_token_id: number | null | undefined;
}

/** A text tower that is loaded, wherever it runs. */
export interface TextModel {
  readonly inputNames: readonly string[];
  /** One text: 64-bit integers by the name of their input, one row of each. @returns tensors by the name of their output */
  run(inputs: Readonly<Record<string, readonly number[]>>): Promise<unknown>;
  dispose(): Promise<unknown>;
}

/** What tokenising needs to know of a model. */
export type TextRules = ModelManifest['text'] & Pick<ModelManifest, 'family'>;

/** A query encoder of a loaded tokenizer and text tower. */
export function createTextEncoder(
  manifest: ModelManifest,
  tokenizer: TextTokenizer,
  model: TextModel,
): ClipTextEncoder {
  const rules = { ...manifest.text, family: manifest.family };
  return {
    modelId: manifest.id,
    dim: manifest.dim,
    async encode(text) {
      const vector = await runTextTower(model, tokenise(tokenizer, text, rules));
      if (vector.length !== manifest.dim) {
        throw new AfterimageError(
          'dimension-mismatch',
          `The text tower of ${manifest.id} returned ${vector.length} numbers, its model.json says ${manifest.dim}.`,
        );
      }
      return normalise(vector);
    },
    pieces: (text) => countPieces(tokenizer, text),
    dispose: async () => void (await model.dispose()),
  };
}

/** More words say no more of how well a model knows a text. */
const COUNTED_WORDS = 16;

/** Into how many pieces each word of `text` falls, special tokens aside. */
function countPieces(tokenizer: TextTokenizer, text: string): number[] {
  const count = (word: string) =>
    (tokenizer(word, { return_tensor: false }) as { input_ids: number[] }).input_ids.length;
  const words = cleanWords(text).match(/\p{L}+|\p{N}+/gu) ?? [];
  const special = count('');
  return words.slice(0, COUNTED_WORDS).map((word) => count(word) - special);
}

/** Model inputs of one text, each of length `ids.length`. */
export interface Tokens {
  readonly ids: readonly number[];
  readonly mask: readonly number[];
}

/**
 * Token ids of `text`, cleaned, and their attention mask. A special token in it is read as the letters that it is written
 * with: it is a text somebody typed, and no end of it. A text that is too long loses its last words but keeps its end token,
 * from which CLIP takes the embedding: transformers.js would cut the end token off (and warns of what it ignores).
 * SigLIP was trained without a mask: padding is seen there.
 * @throws AfterimageError `query-empty` for a text without visible characters.
 */
export function tokenise(tokenizer: TextTokenizer, text: string, rules: TextRules): Tokens {
  const words = cleanWords(text);
  if (words === '') throw new AfterimageError('query-empty', 'The query is empty. Describe what to find.');
  const input = withoutLeading(rules.lowercase ? words.toLowerCase() : words, rules);
  const letters = withoutSpecial(input, tokenizer.all_special_tokens);
  const { input_ids: all } = tokenizer(letters, { return_tensor: false }) as { input_ids: number[] };
  const ids = all.length > rules.maxLength ? [...all.slice(0, rules.maxLength - 1), ...all.slice(-1)] : all;
  const padding = rules.padding === 'max_length' ? rules.maxLength - ids.length : 0;
  const padId = tokenizer.pad_token_id ?? 0;
  return {
    ids: [...ids, ...new Array<number>(padding).fill(padId)],
    mask: [...ids.map(() => 1), ...new Array<number>(padding).fill(rules.family === 'siglip' ? 1 : 0)],
  };
}

/** `text` with a space behind the first letter of each special token, which makes it letters. In any case: some models fold it. */
export function withoutSpecial(text: string, special: readonly string[]): string {
  const spellings = special
    .filter((token) => token.length > 1)
    .map((token) => token.replace(/[^\p{L}\p{N}]/gu, '\\$&'));
  if (spellings.length === 0) return text;
  const pattern = new RegExp(spellings.sort((a, b) => b.length - a.length).join('|'), 'gi');
  return text.replace(pattern, ([first = '', ...rest]) => `${first} ${rest.join('')}`);
}

/**
 * `text` from its first word on that is not skipped, or that stands before a word of `keepBefore`; all of it where every
 * word is skipped.
 */
function withoutLeading(text: string, { skipLeading, keepBefore }: TextRules): string {
  if (skipLeading.length === 0) return text;
  const words = text.split(/\s+/);
  const lower = words.map((word) => word.toLowerCase());
  const first = lower.findIndex((word, i) => !skipLeading.includes(word) || keepBefore.includes(lower[i + 1] ?? ''));
  return first > 0 ? words.slice(first).join(' ') : text;
}

/** The text tower's vector of one text, not normalised. */
export async function runTextTower(model: TextModel, { ids, mask }: Tokens): Promise<Float32Array> {
  const inputs: Record<string, readonly number[]> = { input_ids: ids };
  if (model.inputNames.includes('attention_mask')) inputs.attention_mask = mask;
  const [vector] = embeddingRows(await model.run(inputs), 'text_embeds', 1);
  if (!vector) throw new AfterimageError('model-invalid', 'The text tower returned no embedding.');
  return vector;
}

/**
 * The device's self-test: the lowest cosine between what `encoder` gives and the golden vectors of `dtype`.
 * −1 when it gives nonsense (not finite, zero). To be compared with GOLDEN_COSINE.
 * @throws AfterimageError `model-invalid` when the model has no golden vectors of this dtype.
 */
export async function goldenCosine(
  encoder: QueryEncoder,
  golden: readonly GoldenVector[],
  dtype: Dtype,
): Promise<number> {
  const known = golden.filter((vector) => vector.dtype === dtype);
  if (known.length === 0) {
    throw new AfterimageError('model-invalid', `The model ${encoder.modelId} has no golden vectors for ${dtype}.`);
  }
  let lowest = 1;
  for (const { text, embedding } of known) {
    const computed = await encoder.encode(text).catch(nonsenseAsUndefined);
    lowest = Math.min(lowest, computed ? dot(computed, normalise(Float32Array.from(embedding))) : -1);
  }
  return lowest;
}

function nonsenseAsUndefined(error: unknown): Embedding | undefined {
  if (error instanceof AfterimageError && error.code === 'embedding-invalid') return undefined;
  throw error;
}
