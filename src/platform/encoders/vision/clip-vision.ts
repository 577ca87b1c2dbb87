/** The vision tower of a CLIP or SigLIP model, the same on every host. */
import {
  CLIPVisionModelWithProjection,
  type PreTrainedModel,
  SiglipVisionModel,
  Tensor,
} from '@huggingface/transformers';
import { AfterimageError } from '../../../engine/errors.ts';
import type { Device, Dtype, ModelManifest } from '../../../engine/model/model.ts';
import { type Embedding, normalise } from '../../../engine/numeric/embedding.ts';
import type { ImageEncoder } from '../../../engine/ports.ts';
import { type Preprocessor, toPlanes } from '../../models/preprocessor.ts';
import { embeddingRows } from '../clip-output.ts';

type PretrainedOptions = NonNullable<Parameters<typeof PreTrainedModel.from_pretrained>[1]>;

export interface VisionTowerOptions {
  readonly device: Device;
  readonly dtype: Dtype;
  /** Path of the graph, without folder, precision and ending; the tower itself where absent. */
  readonly fileName?: string;
  readonly sessionOptions?: NonNullable<PretrainedOptions['session_options']>;
}

/** The vision tower of the model that transformers.js finds under `id`. @throws whatever transformers.js throws */
export async function loadVisionTower(
  id: string,
  family: ModelManifest['family'],
  { device, dtype, fileName = 'vision_model', sessionOptions = {} }: VisionTowerOptions,
): Promise<PreTrainedModel> {
  const VisionModel = family === 'clip' ? CLIPVisionModelWithProjection : SiglipVisionModel;
  return VisionModel.from_pretrained(id, {
    device,
    dtype,
    model_file_name: fileName,
    session_options: sessionOptions,
    // Files are named in model.json, whatever config.json says of weights beside the graph.
    use_external_data_format: false,
  });
}

/** Vectors of `count` pictures, not normalised; `planes` is float32 [count, 3, size, size]. */
export async function runVisionTower(
  model: PreTrainedModel,
  planes: Float32Array,
  count: number,
  size: number,
): Promise<Float32Array[]> {
  const pixel_values = new Tensor('float32', planes, [count, 3, size, size]);
  return embeddingRows(await model({ pixel_values }), 'image_embeds', count);
}

export interface TowerImageEncoder extends ImageEncoder {
  readonly preprocessor: Preprocessor;
  dispose(): Promise<void>;
}

/** @param batchSize pictures a run at most: a larger batch is run in pieces */
export function createImageEncoder(
  manifest: ModelManifest,
  model: PreTrainedModel,
  preprocessor: Preprocessor,
  batchSize: number,
): TowerImageEncoder {
  const { imageSize } = preprocessor;
  return {
    modelId: manifest.id,
    dim: manifest.dim,
    imageSize,
    preprocessor,
    async encode(batch) {
      const embeddings: Embedding[] = [];
      for (let start = 0; start < batch.length; start += batchSize) {
        const piece = batch.slice(start, start + batchSize);
        const rows = await runVisionTower(model, toPlanes(piece, preprocessor), piece.length, imageSize);
        for (const row of rows) embeddings.push(checkedEmbedding(row, manifest));
      }
      return embeddings;
    },
    dispose: async () => void (await model.dispose()),
  };
}

function checkedEmbedding(vector: Float32Array, manifest: ModelManifest): Embedding {
  if (vector.length === manifest.dim) return normalise(vector);
  throw new AfterimageError(
    'dimension-mismatch',
    `The vision tower of ${manifest.id} returned ${vector.length} numbers, its model.json says ${manifest.dim}.`,
  );
}
