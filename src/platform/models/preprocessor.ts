import { AfterimageError } from '../../engine/errors.ts';
import type { Pixels } from '../../engine/ports.ts';
import { DEFAULTS, KINDS, type Kind, RESAMPLINGS } from './processor-defaults.ts';

/** What the image processor's settings say of a picture's way into the vision tower. */
export interface Preprocessor {
  /** Side of the square that the tower takes, in pixels. */
  readonly imageSize: number;
  /** The picture is first scaled so that its shortest side has this many pixels; null: squeezed into the square. */
  readonly shortestEdge: number | null;
  /** Interpolation, by PIL's numbers: 0 nearest, 1 Lanczos, 2 bilinear, 3 bicubic. */
  readonly resample: number;
  /** A tensor value is (byte × rescale − mean) ÷ std, by channel. */
  readonly rescale: number;
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

type Json = Record<string, unknown>;
type Three = readonly [number, number, number];

/** The file of Transformers 4, and of transformers.js. */
export const PREPROCESSOR = 'preprocessor_config.json';
/** The file of Transformers 5, which has the image processor's settings inside. */
export const PROCESSOR = 'processor_config.json';

/**
 * The settings of the image processor in the files that a model's folder has. Where both have them, those of
 * `processor_config.json` count, as in Transformers 5.
 * @throws AfterimageError `model-invalid`; for settings that Afterimage does not do, too
 */
export function parsePreprocessors(files: {
  readonly processor?: string;
  readonly preprocessor?: string;
}): Preprocessor {
  const { processor, preprocessor } = files;
  const inside = processor === undefined ? undefined : parseJson(processor, PROCESSOR).image_processor;
  if (typeof inside === 'object' && inside !== null && !Array.isArray(inside))
    return toPreprocessor(inside as Json, PROCESSOR);
  if (preprocessor !== undefined) return parsePreprocessor(preprocessor);
  throw invalid(PROCESSOR, 'it has no image_processor, and there is no preprocessor_config.json');
}

/**
 * Read a `preprocessor_config.json` as written by Hugging Face for CLIP, MobileCLIP and SigLIP. What it does not say is
 * what its kind of image processor takes then.
 * @throws AfterimageError `model-invalid` for what Afterimage does not do: inputs that are not square, unknown shapes.
 */
export function parsePreprocessor(text: string): Preprocessor {
  return toPreprocessor(parseJson(text, PREPROCESSOR), PREPROCESSOR);
}

function toPreprocessor(config: Json, file: string): Preprocessor {
  const read = new Settings(config, file);
  if (config.do_flip_channel_order === true)
    throw invalid(file, 'do_flip_channel_order is true, and channels are red, green, blue here');
  const size = read.size();
  const imageSize = read.isCropped() ? read.crop() : size.side;
  if (imageSize === undefined) throw invalid(file, 'it scales by the shortest edge, but does not crop to a square');
  const { shortestEdge } = size;
  if ((shortestEdge ?? imageSize) < imageSize) throw invalid(file, 'crop_size is larger than size');
  if (shortestEdge === undefined && size.side !== imageSize)
    throw invalid(
      file,
      `it squeezes pictures to ${size.side} pixels and then crops them to ${imageSize}, which is not done here`,
    );
  const normalises = config.do_normalize !== false;
  return {
    imageSize,
    shortestEdge: shortestEdge ?? null,
    resample: read.resample(),
    rescale: config.do_rescale === false ? 1 : read.positive(config.rescale_factor ?? 1 / 255, 'rescale_factor'),
    mean: normalises ? read.three('image_mean', (value) => read.number(value, 'image_mean')) : [0, 0, 0],
    std: normalises ? read.three('image_std', (value) => read.positive(value, 'image_std')) : [1, 1, 1],
  };
}

/** The settings of one file, with what its kind of image processor takes where it says nothing. */
class Settings {
  readonly #config: Json;
  readonly #file: string;
  readonly #defaults: Json;
  readonly #kind: Kind | undefined;

  constructor(config: Json, file: string) {
    const type = config.image_processor_type ?? config.feature_extractor_type;
    this.#config = config;
    this.#file = file;
    this.#kind = typeof type === 'string' ? KINDS.find(([pattern]) => pattern.test(type))?.[1] : undefined;
    this.#defaults = this.#kind ? DEFAULTS[this.#kind] : {};
  }

  /** The side of the square that pictures are squeezed into, or the shortest edge that they are scaled to. */
  size(): { readonly side?: number; readonly shortestEdge?: number } {
    const size = listed(this.#value('size'));
    // One number is the shortest edge, but for kinds that squeeze.
    if (typeof size === 'number') {
      const pixels = this.#pixels(size, 'size');
      return this.#kind === undefined || this.#kind === 'clip' ? { shortestEdge: pixels } : { side: pixels };
    }
    const edge = (size as Json | undefined)?.shortest_edge;
    return edge === undefined
      ? { side: this.#square(size, 'size') }
      : { shortestEdge: this.#pixels(edge, 'size.shortest_edge') };
  }

  /** Where nothing says so: whether a size for it is there, as in CLIP's processors of all versions. */
  isCropped(): boolean {
    const said = this.#value('do_center_crop');
    return typeof said === 'boolean' ? said : this.#config.crop_size !== undefined;
  }

  crop(): number {
    const crop = listed(this.#value('crop_size'));
    return typeof crop === 'number' ? this.#pixels(crop, 'crop_size') : this.#square(crop, 'crop_size');
  }

  /** By number, or by the names that Pillow, torchvision and timm have. */
  resample(): number {
    const value = this.#config.resample ?? this.#config.interpolation ?? this.#defaults.resample ?? 3;
    const name = typeof value === 'string' ? value.toLowerCase().replace(/^.*\./, '') : undefined;
    const number = name === undefined ? value : RESAMPLINGS.get(name);
    if (typeof number === 'number' && [0, 1, 2, 3].includes(number)) return number;
    throw this.#invalid(
      `resample is ${JSON.stringify(value)}, and nearest, lanczos, bilinear and bicubic (0 to 3) are known`,
    );
  }

  /** One for each channel, or one for all. */
  three(field: 'image_mean' | 'image_std', read: (value: unknown) => number): Three {
    const value = this.#value(field);
    if (typeof value === 'number') return [read(value), read(value), read(value)];
    if (!Array.isArray(value) || value.length !== 3) throw this.#invalid(`${field} is not a list of three numbers`);
    return [read(value[0]), read(value[1]), read(value[2])];
  }

  number(value: unknown, field: string): number {
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw this.#invalid(`${field} is not a number`);
  }

  positive(value: unknown, field: string): number {
    if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
    throw this.#invalid(`${field} is not a positive number`);
  }

  #value(field: string): unknown {
    return this.#config[field] ?? this.#defaults[field];
  }

  #pixels(value: unknown, field: string): number {
    if (Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= MAX_SIDE) return value as number;
    throw this.#invalid(`${field} is not a number of pixels from 1 to ${MAX_SIDE}`);
  }

  #square(size: unknown, field: string): number {
    const { height, width } = (typeof size === 'object' && size !== null ? size : {}) as Json;
    if (height === undefined || width === undefined) throw this.#invalid(`${field} has no height and width`);
    if (height !== width)
      throw this.#invalid(`${field} is ${width} × ${height}, and Afterimage takes square inputs only`);
    return this.#pixels(height, field);
  }

  #invalid(reason: string): AfterimageError {
    return invalid(this.#file, reason);
  }
}

/** As `model.json` has it. */
const MAX_SIDE = 8192;

/** A size that is a list: of height and width, or of one number alone, as torchvision writes it. */
function listed(size: unknown): unknown {
  if (!Array.isArray(size)) return size;
  return size.length === 1 ? size[0] : { height: size[0], width: size[1] };
}

/** The tower's input for a batch: float32 [batch, 3, size, size], planes of red, green, blue. */
export function toPlanes(batch: readonly Pixels[], { imageSize, rescale, mean, std }: Preprocessor): Float32Array {
  const area = imageSize * imageSize;
  const planes = new Float32Array(batch.length * 3 * area);
  for (const [index, { size, rgb }] of batch.entries()) {
    if (size !== imageSize || rgb.length !== 3 * area) {
      throw new AfterimageError('internal', `A picture of ${rgb.length} bytes is not ${imageSize} × ${imageSize} RGB.`);
    }
    for (let channel = 0; channel < 3; channel++) {
      const scale = rescale / (std[channel] as number);
      const offset = (mean[channel] as number) / (std[channel] as number);
      const start = (index * 3 + channel) * area;
      for (let i = 0; i < area; i++) planes[start + i] = (rgb[i * 3 + channel] as number) * scale - offset;
    }
  }
  return planes;
}

function parseJson(text: string, file: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // Said below.
  }
  throw invalid(file, 'it is not a JSON object');
}

function invalid(file: string, reason: string): AfterimageError {
  return new AfterimageError('model-invalid', `${file} cannot be used: ${reason}.`);
}
