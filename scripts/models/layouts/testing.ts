/** A folder as Transformers lays it out, laid out as other exporters do. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { extractTower } from '../hf/edit-graph.ts';
import { fieldsOf, head } from '../hf/protobuf.ts';

const TOWERS = ['onnx/text_model.onnx', 'onnx/vision_model.onnx'] as const;

/**
 * Both towers in one graph, in place of the two.
 * @param path of the graph
 * @param names what its outputs are called, by what they are called before
 * @returns bytes of the graph
 */
export async function combineTowers(
  folder: string,
  path = 'onnx/model.onnx',
  names: Readonly<Record<string, string>> = {},
): Promise<number> {
  const graphs = await Promise.all(
    TOWERS.map(async (tower, i) => {
      const output = (['text_embeds', 'image_embeds'] as const)[i] as string;
      const model = await readFile(join(folder, tower));
      return Buffer.concat(extractTower(model, output, new Map([[output, names[output] ?? output]])));
    }),
  );
  // Repeated fields of protobuf messages that stand one behind the other are one list.
  const bodies = graphs.map((model) => fieldsOf(model).find(({ number }) => number === 7)?.body ?? Buffer.alloc(0));
  const [first = Buffer.alloc(0)] = graphs;
  const heads = fieldsOf(first)
    .filter(({ number }) => number !== 7)
    .map(({ start, end }) => first.subarray(start, end));
  const length = bodies.reduce((sum, body) => sum + body.length, 0);
  for (const tower of TOWERS) await rm(join(folder, tower));
  await writeFile(join(folder, path), Buffer.concat([...heads, head(7, length), ...bodies]));
  return length;
}

/** Graphs and configuration as open_clip exports have them, in place of those of Transformers. */
export async function toOpenClip(
  folder: string,
  { text = 'textual.onnx', vision = 'visual.onnx' }: { readonly text?: string; readonly vision?: string } = {},
  config?: object,
): Promise<void> {
  for (const [index, file, input, output] of [
    [0, text, 'input_ids', 'text_embeds'],
    [1, vision, 'pixel_values', 'image_embeds'],
  ] as const) {
    const names = new Map<string, string>([
      [input, 'x.1'],
      [output, '907'],
    ]);
    const tower = await readFile(join(folder, TOWERS[index]));
    await writeFile(join(folder, file), extractTower(tower, output, names));
  }
  for (const name of ['onnx', 'config.json', 'preprocessor_config.json']) {
    await rm(join(folder, name), { recursive: true });
  }
  if (config) await writeFile(join(folder, 'open_clip_config.json'), JSON.stringify(config));
}
