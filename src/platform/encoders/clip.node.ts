/** Both towers of a model in Node, through transformers.js on onnxruntime-node. Nothing is ever fetched. */
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import {
  CLIPVisionModelWithProjection,
  env,
  LogLevel,
  type PreTrainedModel,
  SiglipVisionModel,
  Tensor,
} from '@huggingface/transformers';
import { AfterimageError } from '../../engine/errors.ts';
import type { Dtype, ModelManifest } from '../../engine/model/model.ts';
import { type Embedding, normalise } from '../../engine/numeric/embedding.ts';
import type { ImageEncoder } from '../../engine/ports.ts';
import { createFolderSource } from '../bytes/bytes.node.ts';
import { type Tower, towerFiles } from '../models/model-files.ts';
import { readModelManifest, readPreprocessor } from '../models/model-folder.node.ts';
import { type Preprocessor, toPlanes } from '../models/preprocessor.ts';
import { embeddingRows } from './clip-output.ts';
import { type ClipTextEncoder, loadTextEncoder } from './clip-text.ts';

export interface NodeEncoderOptions {
  /** The folder that holds one folder a model: `public/models`. */
  readonly modelsFolder: string;
  readonly modelId: string;
  /** What model.json names for `cpu` where absent. */
  readonly dtype?: Dtype;
  /** Threads inside one run; all processors where absent. */
  readonly threads?: number;
}

export interface NodeImageEncoderOptions extends NodeEncoderOptions {
  /** Pictures a run at most: a larger batch is run in pieces. More costs memory and gains little on a processor. */
  readonly batchSize?: number;
}

export interface NodeImageEncoder extends ImageEncoder {
  readonly preprocessor: Preprocessor;
  dispose(): Promise<void>;
}

const DEFAULT_BATCH = 32;

/** Let transformers.js read models out of `modelsFolder` and nowhere else. */
export function useModelsFolder(modelsFolder: string): void {
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = `${resolve(modelsFolder)}/`;
  env.useFSCache = false;
  env.logLevel = LogLevel.NONE; // What goes wrong is thrown; here it would be printed with all inputs.
}

/**
 * The text tower of a model, its files verified against model.json.
 * @throws AfterimageError `model-not-found`, `model-invalid`, `part-missing`, `part-corrupt`.
 */
export async function createNodeQueryEncoder(options: NodeEncoderOptions): Promise<ClipTextEncoder> {
  const manifest = await readModelManifest(options.modelsFolder, options.modelId);
  const dtype = options.dtype ?? manifest.dtypes.cpu;
  await verifyTower(options.modelsFolder, manifest, 'text', dtype);
  useModelsFolder(options.modelsFolder);
  return loadTextEncoder(manifest, { device: 'cpu', dtype, sessionOptions: sessionOptions(options.threads) });
}

/**
 * The vision tower of a model, its files verified against model.json. Runs block the event loop, as onnxruntime-node
 * has it: where other work has to go on meanwhile, it belongs into a worker (vision-session.node.ts).
 * @throws AfterimageError `model-not-found`, `model-invalid`, `part-missing`, `part-corrupt`.
 */
export async function createNodeImageEncoder(options: NodeImageEncoderOptions): Promise<NodeImageEncoder> {
  const manifest = await readModelManifest(options.modelsFolder, options.modelId);
  const dtype = options.dtype ?? manifest.dtypes.cpu;
  await verifyTower(options.modelsFolder, manifest, 'vision', dtype);
  const preprocessor = await readPreprocessor(join(options.modelsFolder, manifest.id));
  useModelsFolder(options.modelsFolder);
  const model = await loadVisionTower(manifest.id, manifest.family, dtype, options.threads);
  const batchSize = options.batchSize ?? DEFAULT_BATCH;
  return {
    modelId: manifest.id,
    dim: manifest.dim,
    imageSize: preprocessor.imageSize,
    preprocessor,
    async encode(batch) {
      const embeddings: Embedding[] = [];
      for (let start = 0; start < batch.length; start += batchSize) {
        const piece = batch.slice(start, start + batchSize);
        const rows = await runVisionTower(model, toPlanes(piece, preprocessor), piece.length, preprocessor.imageSize);
        for (const row of rows) embeddings.push(checkedEmbedding(row, manifest));
      }
      return embeddings;
    },
    dispose: async () => void (await model.dispose()),
  };
}

export async function loadVisionTower(
  id: string,
  family: ModelManifest['family'],
  dtype: Dtype,
  threads?: number,
): Promise<PreTrainedModel> {
  const VisionModel = family === 'clip' ? CLIPVisionModelWithProjection : SiglipVisionModel;
  return VisionModel.from_pretrained(id, {
    device: 'cpu',
    dtype,
    model_file_name: 'vision_model',
    session_options: sessionOptions(threads),
    use_external_data_format: false, // onnxruntime finds weights beside the graph by itself
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

function checkedEmbedding(vector: Float32Array, manifest: ModelManifest): Embedding {
  if (vector.length === manifest.dim) return normalise(vector);
  throw new AfterimageError(
    'dimension-mismatch',
    `The vision tower of ${manifest.id} returned ${vector.length} numbers, its model.json says ${manifest.dim}.`,
  );
}

async function verifyTower(modelsFolder: string, manifest: ModelManifest, tower: Tower, dtype: Dtype): Promise<void> {
  const source = createFolderSource(modelsFolder);
  for (const file of towerFiles(manifest, tower, dtype)) await source.read(`${manifest.id}/${file.path}`, file);
}

/** Spinning threads would take the processor from the decoders between two runs. */
function sessionOptions(threads = availableParallelism()) {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
}
