/** Both towers of a model in Node, through transformers.js on onnxruntime-node. Nothing is ever fetched. */
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { env, LogLevel } from '@huggingface/transformers';
import type { Dtype, ModelManifest } from '../../engine/model/model.ts';
import { createFolderSource } from '../bytes/bytes.node.ts';
import { type Tower, towerFiles } from '../models/model-files.ts';
import { readModelManifest, readPreprocessor } from '../models/model-folder.node.ts';
import { loadTextEncoder } from './clip-text.node.ts';
import type { ClipTextEncoder } from './clip-text.ts';
import { createImageEncoder, loadVisionTower, type TowerImageEncoder } from './vision/clip-vision.ts';

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

export type NodeImageEncoder = TowerImageEncoder;

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
  const tower = { device: 'cpu', dtype, sessionOptions: sessionOptions(options.threads) } as const;
  const model = await loadVisionTower(manifest.id, manifest.family, tower);
  return createImageEncoder(manifest, model, preprocessor, options.batchSize ?? DEFAULT_BATCH);
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
