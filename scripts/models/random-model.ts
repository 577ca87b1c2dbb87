import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeOnnx, type OnnxTensor } from './onnx.ts';

export interface RandomModelOptions {
  /** Where the Hugging Face folder goes. */
  readonly folder: string;
  /** A model folder whose tokenizer is taken. */
  readonly tokenizerFrom: string;
  /** Entries of that tokenizer. */
  readonly vocabulary: number;
  readonly dim: number;
  readonly imageSize: number;
  readonly seed: number;
  readonly family?: 'clip' | 'siglip';
}

/** What the two families call the outputs of their towers. */
const OUTPUTS = {
  clip: { text: 'text_embeds', vision: 'image_embeds' },
  siglip: { text: 'pooler_output', vision: 'pooler_output' },
} as const;

/** Width of both towers before they are projected. */
const HIDDEN = 24;
/** The vision tower sees a grid of patches of this many pixels. */
const PATCH = 8;
const MEAN = [0.48145466, 0.4578275, 0.40821073];
const STD = [0.26862954, 0.26130258, 0.27577711];

/**
 * Write a CLIP folder with random weights that are the same for the same seed. It understands nothing; it is there to
 * show that a second model of another dimension and picture size works without code.
 * Text: embedding of each token, mean, projection. Vision: patches, ReLU, a grid of means, projection.
 */
export async function writeRandomModel(options: RandomModelOptions): Promise<void> {
  const { folder, tokenizerFrom, imageSize, dim, vocabulary, seed, family = 'clip' } = options;
  const outputs = OUTPUTS[family];
  await mkdir(join(folder, 'onnx'), { recursive: true });
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
    await copyFile(join(tokenizerFrom, name), join(folder, name));
  }
  const random = gaussian(seed);
  await writeFile(join(folder, 'onnx', 'text_model.onnx'), textTower(vocabulary, dim, outputs.text, random));
  await writeFile(join(folder, 'onnx', 'vision_model.onnx'), visionTower(imageSize, dim, outputs.vision, random));
  await writeJson(join(folder, 'config.json'), {
    model_type: family,
    projection_dim: dim,
    text_config: { model_type: `${family}_text_model`, max_position_embeddings: 32 },
    vision_config: { model_type: `${family}_vision_model`, image_size: imageSize },
  });
  await writeJson(join(folder, 'preprocessor_config.json'), {
    image_processor_type: 'CLIPImageProcessor',
    do_resize: true,
    size: { shortest_edge: imageSize },
    resample: 3,
    do_center_crop: true,
    crop_size: { height: imageSize, width: imageSize },
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: MEAN,
    image_std: STD,
  });
}

function textTower(vocabulary: number, dim: number, output: string, random: () => number): Uint8Array {
  return encodeOnnx({
    name: 'text',
    inputs: [{ name: 'input_ids', type: 'int64', shape: ['batch', 'length'] }],
    outputs: [{ name: output, type: 'float32', shape: ['batch', dim] }],
    weights: [matrix('tokens', [vocabulary, HIDDEN], random), matrix('text_projection', [HIDDEN, dim], random)],
    nodes: [
      { op: 'Gather', inputs: ['tokens', 'input_ids'], outputs: ['embedded'], attributes: { axis: 0 } },
      { op: 'ReduceMean', inputs: ['embedded'], outputs: ['pooled'], attributes: { axes: [1], keepdims: 0 } },
      { op: 'MatMul', inputs: ['pooled', 'text_projection'], outputs: [output] },
    ],
  });
}

function visionTower(imageSize: number, dim: number, output: string, random: () => number): Uint8Array {
  const grid = Math.floor(imageSize / PATCH / 2);
  return encodeOnnx({
    name: 'vision',
    inputs: [{ name: 'pixel_values', type: 'float32', shape: ['batch', 3, imageSize, imageSize] }],
    outputs: [{ name: output, type: 'float32', shape: ['batch', dim] }],
    weights: [
      matrix('patches', [HIDDEN, 3, PATCH, PATCH], random),
      matrix('visual_projection', [HIDDEN * grid * grid, dim], random),
    ],
    nodes: [
      {
        op: 'Conv',
        inputs: ['pixel_values', 'patches'],
        outputs: ['seen'],
        attributes: { kernel_shape: [PATCH, PATCH], strides: [PATCH, PATCH] },
      },
      { op: 'Relu', inputs: ['seen'], outputs: ['active'] },
      {
        op: 'AveragePool',
        inputs: ['active'],
        outputs: ['means'],
        attributes: { kernel_shape: [2, 2], strides: [2, 2] },
      },
      { op: 'Flatten', inputs: ['means'], outputs: ['flat'], attributes: { axis: 1 } },
      { op: 'MatMul', inputs: ['flat', 'visual_projection'], outputs: [output] },
    ],
  });
}

function matrix(name: string, dims: readonly number[], random: () => number): OnnxTensor {
  const size = dims.reduce((product, length) => product * length, 1);
  return { name, dims, data: Float32Array.from({ length: size }, () => random() * 0.1) };
}

/** Standard normal numbers (Box & Muller 1958) from a linear congruential generator (Numerical Recipes). */
function gaussian(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 1) / (2 ** 32 + 1);
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

async function writeJson(file: string, value: unknown): Promise<void> {
  await writeFile(file, `${JSON.stringify(value, null, 2)}\n`);
}
