/** Whether towers give the vectors that texts and pictures are compared by. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dtype } from '../../../src/engine/model/model.ts';
import { type Tower, towerPath } from '../../../src/platform/models/model-files.ts';
import { graphValues } from './edit-graph.ts';
import { type HfFolder, invalid } from './hf-folder.ts';
import { NotOnnx } from './protobuf.ts';

/**
 * CLIP projects what its towers pool, into `text_embeds` and `image_embeds`: `pooler_output` is in no common space, though
 * it may have the same length. SigLIP has no projection, and `pooler_output` is its vector.
 */
const OUTPUTS = {
  clip: { text: ['text_embeds'], vision: ['image_embeds'] },
  siglip: { text: ['pooler_output', 'text_embeds'], vision: ['pooler_output', 'image_embeds'] },
} as const;
const EXPORTED_AS = { text: 'CLIPTextModelWithProjection', vision: 'CLIPVisionModelWithProjection' } as const;

/** @throws AfterimageError `model-invalid` */
export async function checkOutputs({ folder, family }: HfFolder, dtype: Dtype): Promise<void> {
  for (const tower of ['text', 'vision'] as const) {
    const names = await outputsOf(folder, tower, dtype);
    const wanted: readonly string[] = OUTPUTS[family][tower];
    if (names.length === 0 || wanted.some((name) => names.includes(name))) continue;
    const how = family === 'clip' ? `: export it as ${EXPORTED_AS[tower]}` : '';
    throw invalid(folder, `its ${towerPath(tower, dtype)} gives ${names.join(', ')}, and ${wanted[0]} is needed${how}`);
  }
}

/** None of what is no graph: that is told where it is loaded. */
async function outputsOf(folder: string, tower: Tower, dtype: Dtype): Promise<readonly string[]> {
  try {
    return graphValues(await readFile(join(folder, towerPath(tower, dtype)))).outputs.map(({ name }) => name);
  } catch (error) {
    if (error instanceof NotOnnx) return [];
    throw error;
  }
}
