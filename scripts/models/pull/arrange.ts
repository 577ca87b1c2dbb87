/** From a model as it lies at its source to the folder that add-model takes. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extractTower, type GraphValue, graphValues, isFloat } from '../hf/edit-graph.ts';
import { invalid } from '../hf/hf-folder.ts';
import { NotOnnx } from '../hf/protobuf.ts';
import type { RegistryEntry } from '../registry/registry.ts';

const OUTPUTS = { text: 'text_embeds', vision: 'image_embeds' } as const;
type Tower = keyof typeof OUTPUTS;

/** @throws AfterimageError `model-invalid` */
export async function arrange(folder: string, entry: RegistryEntry): Promise<void> {
  try {
    if (entry.layout === 'combined') await takeApart(folder);
    if (entry.layout === 'open-clip') await fromOpenClip(folder, entry);
  } catch (error) {
    if (!(error instanceof NotOnnx)) throw error;
    throw invalid(folder, `its graphs are not what the registry says (${error.message})`);
  }
}

/** `onnx/model.onnx` has both towers: each becomes a file, with its own weights only. */
async function takeApart(folder: string): Promise<void> {
  const path = join(folder, 'onnx/model.onnx');
  const model = await readFile(path);
  for (const tower of ['text', 'vision'] as const)
    await writeTower(folder, tower, extractTower(model, OUTPUTS[tower], new Map()));
  await rm(path);
}

/** What open_clip exports: `textual.onnx` and `visual.onnx`, each with one input and one output of any name. */
async function fromOpenClip(folder: string, entry: RegistryEntry): Promise<void> {
  for (const [file, tower, input] of [
    ['textual.onnx', 'text', 'input_ids'],
    ['visual.onnx', 'vision', 'pixel_values'],
  ] as const) {
    const model = await readFile(join(folder, file));
    const { inputs, outputs } = graphValues(model);
    const from = only(inputs, (value) => isFloat(value) === (tower === 'vision'), `${file}: input`);
    const to = only(outputs, isFloat, `${file}: output`);
    const names = new Map<string, string>([
      [from.name, input],
      [to.name, OUTPUTS[tower]],
    ]);
    await writeTower(folder, tower, extractTower(model, to.name, names));
    await rm(join(folder, file));
  }
  await writeJson(folder, 'config.json', {
    model_type: 'clip',
    projection_dim: entry.dim,
    text_config: { max_position_embeddings: entry.text.length },
    vision_config: { image_size: entry.imageSize },
  });
  await writeJson(folder, 'preprocessor_config.json', clipPreprocessor(entry.imageSize));
}

function only(values: readonly GraphValue[], fits: (value: GraphValue) => boolean, what: string): GraphValue {
  const [first, ...others] = values.filter(fits);
  if (first && others.length === 0) return first;
  throw new NotOnnx(`${what} is not one of ${values.map(({ name }) => `“${name}”`).join(', ') || 'none'}`);
}

/** What open_clip does with pictures of the models of LAION (open_clip/constants.py, transform.py). */
function clipPreprocessor(size: number) {
  return {
    image_processor_type: 'CLIPImageProcessor',
    do_convert_rgb: true,
    do_resize: true,
    size: { shortest_edge: size },
    resample: 3,
    do_center_crop: true,
    crop_size: { height: size, width: size },
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: [0.48145466, 0.4578275, 0.40821073],
    image_std: [0.26862954, 0.26130258, 0.27577711],
  };
}

async function writeTower(folder: string, tower: Tower, pieces: readonly Uint8Array[]): Promise<void> {
  await writeFile(join(folder, 'onnx', `${tower}_model.onnx`), pieces);
}

async function writeJson(folder: string, name: string, value: unknown): Promise<void> {
  await writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
}
