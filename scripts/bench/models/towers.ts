/**
 * A CLIP folder with the exact shapes of clip-vit-base-patch32 (Radford et al. 2021, table 19) and random weights. It
 * understands nothing: how long a network takes does not depend on its weights.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_MODEL } from '../../../src/engine/model/model.ts';
import { towerPath } from '../../../src/platform/models/model-files.ts';
import { MODELS_FOLDER } from '../../repository/folders.ts';
import { createGraph, type GraphBuilder, type Precision } from './graph.ts';

/** Sizes of both towers. */
export interface ClipSizes {
  /** Of an embedding. */
  readonly dim: number;
  readonly layers: number;
  readonly text: Width & { readonly length: number; readonly vocabulary: number };
  readonly vision: Width & { readonly size: number; readonly patch: number };
}

interface Width {
  readonly dim: number;
  readonly heads: number;
}

export const CLIP_B32: ClipSizes = {
  dim: 512,
  layers: 12,
  text: { dim: 512, heads: 8, length: 77, vocabulary: 49_408 },
  vision: { dim: 768, heads: 12, size: 224, patch: 32 },
};
/** `TensorProto.DataType` */
const INT32 = 6;

/**
 * Write the folder. The tokenizer is the embedded model's, which splits a word into no fewer tokens than CLIP's.
 * @param precisions of both towers
 */
export async function writeClipSizeModel(
  folder: string,
  precisions: readonly Precision[],
  sizes: ClipSizes = CLIP_B32,
): Promise<void> {
  const { text, vision } = sizes;
  await mkdir(join(folder, 'onnx'), { recursive: true });
  const json = (name: string, value: unknown) => writeFile(join(folder, name), JSON.stringify(value, null, 2));
  const read = async (name: string) => JSON.parse(await readFile(join(MODELS_FOLDER, DEFAULT_MODEL, name), 'utf8'));
  await json('tokenizer.json', await read('tokenizer.json'));
  await json('tokenizer_config.json', { ...(await read('tokenizer_config.json')), model_max_length: text.length });
  await json('config.json', {
    model_type: 'clip',
    projection_dim: sizes.dim,
    text_config: { model_type: 'clip_text_model', max_position_embeddings: text.length },
    vision_config: { model_type: 'clip_vision_model', image_size: vision.size },
  });
  await json('preprocessor_config.json', {
    ...(await read('preprocessor_config.json')),
    size: { shortest_edge: vision.size },
    crop_size: { height: vision.size, width: vision.size },
  });
  for (const precision of precisions) {
    await writeFile(join(folder, towerPath('text', precision)), textTower(precision, sizes));
    await writeFile(join(folder, towerPath('vision', precision)), visionTower(precision, sizes));
  }
}

function textTower(precision: Precision, { dim, layers, text }: ClipSizes): Uint8Array {
  const { length: longest, vocabulary } = text;
  const graph = createGraph(precision, 1);
  const { node, integers, tensor, weights } = graph;
  const length = node('Shape', ['input_ids'], { start: 1, end: 2 });
  const positions = node('Slice', [weights(longest, text.dim), integers(0), length, integers(0)]);
  const causal = Float32Array.from({ length: longest ** 2 }, (_, i) =>
    i % longest > Math.floor(i / longest) ? -1e9 : 0,
  );
  const both = node('Concat', [length, length], { axis: 0 });
  const mask = node('Slice', [tensor([longest, longest], causal), integers(0, 0), both, integers(0, 1)]);
  let x = node('Add', [graph.embedding('input_ids', vocabulary, text.dim), positions]);
  for (let layer = 0; layer < layers; layer++) x = block(graph, x, text, mask);
  // The end of a text has the highest id.
  const ids = node('Cast', ['input_ids'], { to: INT32 });
  const end = node('ArgMax', [ids], { axis: 1, keepdims: 1 });
  const ended = node('GatherND', [graph.norm(x, text.dim), end], { batch_dims: 1 });
  return graph.write(
    {
      name: 'text',
      inputs: [{ name: 'input_ids', type: 'int64', shape: ['batch', 'length'] }],
      outputs: [{ name: 'text_embeds', type: 'float32', shape: ['batch', dim] }],
    },
    graph.linear(ended, text.dim, dim, false),
  );
}

function visionTower(precision: Precision, { dim, layers, vision }: ClipSizes): Uint8Array {
  const { dim: width, size, patch } = vision;
  const graph = createGraph(precision, 2);
  const { node, integers, tensor, weights } = graph;
  const count = (size / patch) ** 2;
  const square = [patch, patch];
  const filters = weights(width, 3, patch, patch);
  const seen = node('Conv', ['pixel_values', filters], { kernel_shape: square, strides: square });
  const patches = node('Transpose', [node('Reshape', [seen, integers(0, width, count)])], { perm: [0, 2, 1] });
  const batch = node('Shape', ['pixel_values'], { start: 0, end: 1 });
  const own = node('Expand', [weights(1, 1, width), node('Concat', [batch, integers(1, width)], { axis: 0 })]);
  const placed = node('Add', [node('Concat', [own, patches], { axis: 1 }), weights(count + 1, width)]);
  let x = graph.norm(placed, width);
  for (let layer = 0; layer < layers; layer++) x = block(graph, x, vision);
  const first = node('Gather', [x, tensor([], BigInt64Array.of(0n))], { axis: 1 });
  return graph.write(
    {
      name: 'vision',
      inputs: [{ name: 'pixel_values', type: 'float32', shape: ['batch', 3, size, size] }],
      outputs: [{ name: 'image_embeds', type: 'float32', shape: ['batch', dim] }],
    },
    graph.linear(graph.norm(first, width), width, dim, false),
  );
}

/** Attention and a perceptron with CLIP's approximation of GELU, each behind a norm. */
function block(graph: GraphBuilder, x: string, width: Width, mask?: string): string {
  const { node, linear, norm, constant } = graph;
  const { dim } = width;
  const attended = node('Add', [x, attention(graph, norm(x, dim), width, mask)]);
  const up = linear(norm(attended, dim), dim, 4 * dim);
  const active = node('Mul', [up, node('Sigmoid', [node('Mul', [up, constant(1.702)])])]);
  return node('Add', [attended, linear(active, 4 * dim, dim)]);
}

function attention(graph: GraphBuilder, x: string, { dim, heads }: Width, mask: string | undefined): string {
  const { node, linear, integers, constant } = graph;
  const split = (from: string, perm: readonly number[]) =>
    node('Transpose', [node('Reshape', [from, integers(0, 0, heads, dim / heads)])], { perm });
  const scale = constant((dim / heads) ** -0.5);
  const q = split(node('Mul', [linear(x, dim, dim), scale]), [0, 2, 1, 3]);
  const k = split(linear(x, dim, dim), [0, 2, 3, 1]);
  const v = split(linear(x, dim, dim), [0, 2, 1, 3]);
  const scores = node('MatMul', [q, k]);
  const shares = node('Softmax', [mask === undefined ? scores : node('Add', [scores, mask])], { axis: -1 });
  const together = node('Transpose', [node('MatMul', [shares, v])], { perm: [0, 2, 1, 3] });
  return linear(node('Reshape', [together, integers(0, 0, dim)]), dim, dim);
}
