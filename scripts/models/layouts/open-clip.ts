/** What open_clip says of a model (`open_clip_config.json`), as the files of Transformers say it. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { invalid } from '../hf/hf-folder.ts';
import { parseModelJson } from '../hf/left-by-download.ts';
import { makeTokenizerConfig } from '../hf/tokenizer-files.ts';

export const OPEN_CLIP_CONFIG = 'open_clip_config.json';

/** A picture's way to a tower, in the words of open_clip. */
export interface Preprocessing {
  /** `shortest`: the shortest side to the tower's size, then the middle; `squash`: all of it into the square. */
  readonly resize: 'shortest' | 'squash';
  readonly interpolation: 'bilinear' | 'bicubic';
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

/** What must be known of a model whose folder says nothing of itself. */
export interface ModelDescription {
  readonly family: 'clip' | 'siglip';
  readonly dim: number;
  readonly imageSize: number;
  /** Tokens at most. */
  readonly length: number;
  readonly preprocessing: Preprocessing;
}

/** Defaults of `PreprocessCfg` and `CLIPTextCfg` (open_clip/transform.py, open_clip/model.py). */
const DEFAULTS = {
  resize: 'shortest',
  interpolation: 'bicubic',
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
  length: 77,
} as const;

type Json = Record<string, unknown>;

/** @throws RangeError for what is not done here: the end of a sentence that begins with “it” */
export function readOpenClipConfig(config: Json): ModelDescription {
  // Older files have the model's settings at the top, and none for pictures.
  const model = (config.model_cfg ?? config) as Json;
  const text = (model.text_cfg ?? {}) as Json;
  const vision = (model.vision_cfg ?? {}) as Json;
  const pictures = (config.preprocess_cfg ?? {}) as Json;
  const resize = oneOf(pictures.resize_mode, DEFAULTS.resize, ['shortest', 'squash'] as const, 'resize_mode');
  const interpolation = oneOf(
    pictures.interpolation,
    DEFAULTS.interpolation,
    ['bilinear', 'bicubic'] as const,
    'interpolation',
  );
  return {
    // Towers of SigLIP read a text from its last token, padding included.
    family: text.pool_type === 'last' ? 'siglip' : 'clip',
    dim: size(model.embed_dim, 'embed_dim'),
    imageSize: size(Array.isArray(vision.image_size) ? vision.image_size[0] : vision.image_size, 'image_size'),
    length: size(text.context_length ?? DEFAULTS.length, 'context_length'),
    preprocessing: {
      resize,
      interpolation,
      mean: three(pictures.mean ?? DEFAULTS.mean, 'mean'),
      std: three(pictures.std ?? DEFAULTS.std, 'std'),
    },
  };
}

function oneOf<T extends string>(value: unknown, fallback: T, known: readonly T[], what: string): T {
  const found = known.find((one) => one === (value ?? fallback));
  if (found !== undefined) return found;
  throw new RangeError(`has a ${what} ${JSON.stringify(value)}, and ${known.join(' and ')} are known`);
}

function size(value: unknown, what: string): number {
  if (Number.isSafeInteger(value) && (value as number) > 0) return value as number;
  throw new RangeError(`says no ${what}`);
}

function three(value: unknown, what: string): readonly number[] {
  if (Array.isArray(value) && value.length === 3 && value.every(Number.isFinite)) return value;
  throw new RangeError(`has a ${what} that is not three numbers`);
}

/** `config.json` and `preprocessor_config.json`, in place of what is there. */
export async function writeConfigs(folder: string, described: ModelDescription): Promise<void> {
  const { family, dim, imageSize, length, preprocessing } = described;
  await writeJson(folder, 'config.json', {
    model_type: family,
    projection_dim: dim,
    text_config: { max_position_embeddings: length },
    vision_config: { image_size: imageSize },
  });
  const square = { height: imageSize, width: imageSize };
  const isCropped = preprocessing.resize === 'shortest';
  await writeJson(folder, 'preprocessor_config.json', {
    image_processor_type: isCropped ? 'CLIPImageProcessor' : 'SiglipImageProcessor',
    do_convert_rgb: true,
    do_resize: true,
    size: isCropped ? { shortest_edge: imageSize } : square,
    resample: preprocessing.interpolation === 'bicubic' ? 3 : 2,
    do_center_crop: isCropped,
    ...(isCropped ? { crop_size: square } : {}),
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: preprocessing.mean,
    image_std: preprocessing.std,
  });
  await rm(join(folder, 'processor_config.json'), { force: true });
}

/**
 * Fill texts up with this token. It matters where a tower sees padding, as those of MobileCLIP do.
 * @param token undefined: the one with the number 0, which open_clip's own tokenizer takes
 */
export async function setPadding(folder: string, token?: string): Promise<void> {
  const tokenizer = await readJson(folder, 'tokenizer.json');
  const vocab = (tokenizer?.model as Json | undefined)?.vocab;
  if (tokenizer === undefined || typeof vocab !== 'object') return; // told when the tokenizer is read
  const zero = Object.entries(vocab as Json).find(([, id]) => id === 0)?.[0];
  const pad_token = token ?? zero;
  if (pad_token === undefined) return;
  const known = await readJson(folder, 'tokenizer_config.json');
  const made = makeTokenizerConfig('clip', tokenizer, await readJson(folder, 'special_tokens_map.json'));
  await writeJson(folder, 'tokenizer_config.json', { ...(known ?? made?.config), pad_token });
}

/**
 * The configuration of a folder with graphs of open_clip: what open_clip says; else what is there for Transformers.
 * @throws AfterimageError `model-invalid`
 */
export async function writeOpenClipConfigs(folder: string, to: string): Promise<void> {
  const config = await readJson(folder, OPEN_CLIP_CONFIG);
  if (config === undefined) {
    if ((await readJson(folder, 'config.json'))?.model_type !== undefined) return;
    throw invalid(
      folder,
      `it has no ${OPEN_CLIP_CONFIG}, which says how texts and pictures are prepared: it lies beside the weights on the model's page, or in model_configs of open_clip`,
    );
  }
  try {
    await writeConfigs(to, readOpenClipConfig(config));
  } catch (error) {
    if (error instanceof RangeError) throw invalid(folder, `its ${OPEN_CLIP_CONFIG} ${error.message}`);
    throw error;
  }
  const { text_cfg: text } = (config.model_cfg ?? config) as { text_cfg?: Json };
  if (text?.hf_tokenizer_name === undefined) await setPadding(to);
}

/** Undefined where it is not there. @throws AfterimageError `model-invalid` */
async function readJson(folder: string, name: string): Promise<Json | undefined> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const parsed = parseModelJson(text);
  if ('value' in parsed) return parsed.value;
  throw invalid(folder, `its ${name} ${parsed.trouble}`);
}

/** Not into a file that is linked to somebody's own. */
async function writeJson(folder: string, name: string, value: unknown): Promise<void> {
  await rm(join(folder, name), { force: true });
  await writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
}
