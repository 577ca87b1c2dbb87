/**
 * BLIP's image–text matching (Li et al. 2022, arXiv:2201.12086), the same on every host: a vision transformer looks at the
 * picture, and a text encoder with cross-attention to what it saw says whether the text belongs to it.
 */
import { AfterimageError } from '../../engine/errors.ts';
import type { RerankerManifest } from '../../engine/model/reranker.ts';
import type { Pixels, Reranker } from '../../engine/ports.ts';
import { cleanWords } from '../../engine/query/clean-words.ts';
import { type TextTokenizer, type Tokens, withoutSpecial } from '../encoders/clip-text.ts';
import { type Preprocessor, toPlanes } from '../models/preprocessor.ts';

/** What the graph takes, `count` rows of each. */
export interface MatchInputs {
  readonly count: number;
  /** float32 [count, 3, size, size] */
  readonly pixels: Float32Array;
  readonly size: number;
  /** int64 [count, length] */
  readonly ids: BigInt64Array;
  readonly mask: BigInt64Array;
  readonly length: number;
}

/** A graph that is loaded, wherever it runs. */
export interface MatchSession {
  /** @returns logits, float32 [count, 2]: no match, match */
  run(inputs: MatchInputs): Promise<Float32Array>;
  dispose(): Promise<unknown>;
}

export interface LoadedReranker extends Reranker {
  readonly preprocessor: Preprocessor;
  dispose(): Promise<void>;
}

/** Pictures a run at most, so that a newer query does not wait for long; more at a time is no faster on a processor. */
const BATCH = 2;

export interface RerankerParts {
  readonly manifest: Pick<RerankerManifest, 'id' | 'imageSize' | 'text'>;
  readonly tokenizer: TextTokenizer;
  readonly preprocessor: Preprocessor;
  readonly session: MatchSession;
  readonly batchSize?: number;
}

/** @throws AfterimageError `model-invalid` where pictures are prepared for another size */
export function createReranker(parts: RerankerParts): LoadedReranker {
  const { manifest, tokenizer, preprocessor, session, batchSize = BATCH } = parts;
  const { imageSize } = preprocessor;
  if (imageSize !== manifest.imageSize) {
    throw new AfterimageError(
      'model-invalid',
      `The reranker ${manifest.id} takes ${manifest.imageSize} pixels, and its pictures are prepared to ${imageSize}.`,
    );
  }
  return {
    modelId: manifest.id,
    imageSize,
    preprocessor,
    async score(text, pictures) {
      const tokens = blipTokens(tokenizer, text, manifest.text);
      const matches = new Float32Array(pictures.length);
      for (let start = 0; start < pictures.length; start += batchSize) {
        const batch = pictures.slice(start, start + batchSize);
        matches.set(matchesOf(await session.run(inputsOf(tokens, batch, preprocessor)), batch.length), start);
      }
      return matches;
    },
    dispose: async () => void (await session.dispose()),
  };
}

/**
 * Token ids of `text` and their attention mask, as BLIP's `BertTokenizer` gives them: `[CLS]`, lower-case word pieces, `[SEP]`,
 * cut to `maxLength` before the end token and padded to it with `[PAD]`, which the mask leaves out. In training the first
 * token was `[ENC]` (`blip_retrieval.py` of salesforce/BLIP), but its `blip_itm.py` and `BlipForImageTextRetrieval` of
 * Transformers keep `[CLS]`; `firstToken` says which is taken.
 * @throws AfterimageError `query-empty` for a text without visible characters
 */
export function blipTokens(tokenizer: TextTokenizer, text: string, rules: RerankerManifest['text']): Tokens {
  const words = cleanWords(text);
  if (words === '') throw new AfterimageError('query-empty', 'The query is empty. Describe what to find.');
  const letters = withoutSpecial(words, tokenizer.all_special_tokens);
  const { input_ids: all } = tokenizer(letters, { return_tensor: false }) as { input_ids: number[] };
  const { maxLength, firstToken } = rules;
  const ids = all.length > maxLength ? [...all.slice(0, maxLength - 1), ...all.slice(-1)] : all;
  const first = firstToken ?? ids[0] ?? 0;
  const padding = new Array<number>(maxLength - ids.length).fill(tokenizer.pad_token_id ?? 0);
  return { ids: [first, ...ids.slice(1), ...padding], mask: [...ids.map(() => 1), ...padding.map(() => 0)] };
}

/** The same text beside each picture. */
function inputsOf({ ids, mask }: Tokens, batch: readonly Pixels[], preprocessor: Preprocessor): MatchInputs {
  const repeated = (values: readonly number[]) =>
    BigInt64Array.from(
      batch.flatMap(() => values),
      BigInt,
    );
  const { imageSize: size } = preprocessor;
  const pixels = toPlanes(batch, preprocessor);
  return { count: batch.length, pixels, size, ids: repeated(ids), mask: repeated(mask), length: ids.length };
}

/**
 * The softmax of both logits, of which the second is that of a match.
 * @throws AfterimageError `model-invalid` for another number of logits, `device-nonsense` for what is not finite
 */
export function matchesOf(logits: Float32Array, count: number): Float32Array {
  if (logits.length !== 2 * count) {
    throw new AfterimageError('model-invalid', `The reranker gave ${logits.length} numbers for ${count} pictures.`);
  }
  const matches = Float32Array.from({ length: count }, (_, i) => {
    const [no, yes] = [logits[2 * i] as number, logits[2 * i + 1] as number];
    return 1 / (1 + Math.exp(no - yes));
  });
  if (matches.every(Number.isFinite)) return matches;
  throw new AfterimageError('device-nonsense', 'This device computes no numbers where probabilities should be.');
}
