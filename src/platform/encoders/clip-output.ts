import type { Tensor } from '@huggingface/transformers';
import { AfterimageError } from '../../engine/errors.ts';

/**
 * The rows of a tower's output, `count` of them, copied so that they outlive the run. CLIP towers call theirs
 * `text_embeds` and `image_embeds`, SigLIP towers `pooler_output`.
 * @throws AfterimageError `model-invalid` when there is no such output or it has another shape than [count, dim].
 */
export function embeddingRows(output: unknown, name: 'text_embeds' | 'image_embeds', count: number): Float32Array[] {
  const outputs = output as Record<string, Tensor | undefined>;
  const tensor = outputs[name] ?? outputs.pooler_output;
  if (!tensor) {
    const found = Object.keys(outputs).join(', ');
    throw new AfterimageError('model-invalid', `The tower has neither ${name} nor pooler_output, but: ${found}.`);
  }
  const [rows, dim] = tensor.dims;
  if (tensor.dims.length !== 2 || rows !== count || !dim) {
    throw new AfterimageError(
      'model-invalid',
      `The tower's ${name} has the shape [${tensor.dims}], not [${count}, dim].`,
    );
  }
  const data = Float32Array.from(tensor.data as Float32Array);
  return Array.from({ length: count }, (_, row) => data.slice(row * dim, (row + 1) * dim));
}
