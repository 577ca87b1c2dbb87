import { AfterimageError } from '../../engine/errors.ts';
import type { Pixels } from '../../engine/ports.ts';

/** What `preprocessor_config.json` says of a picture's way into the vision tower. */
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

/**
 * Read a `preprocessor_config.json` as written by Hugging Face for CLIP, MobileCLIP and SigLIP.
 * @throws AfterimageError `model-invalid` for what Afterimage does not do: inputs that are not square, unknown shapes.
 */
export function parsePreprocessor(text: string): Preprocessor {
  const config = parseJson(text);
  const shortestEdge = edgeOf(config.size);
  const crop = config.do_center_crop === true ? squareOf(config.crop_size, 'crop_size') : undefined;
  const imageSize = crop ?? (shortestEdge === undefined ? squareOf(config.size, 'size') : undefined);
  if (imageSize === undefined) throw invalid('it scales by the shortest edge, but does not crop to a square');
  if (shortestEdge !== undefined && shortestEdge < imageSize) throw invalid('crop_size is larger than size');
  const normalises = config.do_normalize !== false;
  return {
    imageSize,
    shortestEdge: shortestEdge ?? null,
    resample: typeof config.resample === 'number' ? config.resample : 3,
    rescale: config.do_rescale === false ? 1 : numberOf(config.rescale_factor ?? 1 / 255, 'rescale_factor'),
    mean: normalises ? threeOf(config.image_mean, 'image_mean') : [0, 0, 0],
    std: normalises ? threeOf(config.image_std, 'image_std') : [1, 1, 1],
  };
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

/** `shortest_edge` of a size, which old files give as a plain number. */
function edgeOf(size: unknown): number | undefined {
  if (typeof size === 'number') return size;
  const edge = (size as Json | undefined)?.shortest_edge;
  return edge === undefined ? undefined : numberOf(edge, 'size.shortest_edge');
}

function squareOf(size: unknown, field: string): number {
  if (typeof size === 'number') return size;
  const { height, width } = (size ?? {}) as Json;
  if (typeof height !== 'number' || typeof width !== 'number') throw invalid(`${field} has no height and width`);
  if (height !== width) throw invalid(`${field} is ${width} × ${height}, and Afterimage takes square inputs only`);
  return height;
}

function numberOf(value: unknown, field: string): number {
  if (typeof value !== 'number' || !(value > 0)) throw invalid(`${field} is not a positive number`);
  return value;
}

function threeOf(value: unknown, field: string): [number, number, number] {
  if (!Array.isArray(value) || value.length !== 3) throw invalid(`${field} is not a list of three numbers`);
  return [numberOf(value[0], field), numberOf(value[1], field), numberOf(value[2], field)];
}

function parseJson(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  } catch {
    // Said below.
  }
  throw invalid('it is not a JSON object');
}

function invalid(reason: string): AfterimageError {
  return new AfterimageError('model-invalid', `preprocessor_config.json cannot be used: ${reason}.`);
}
