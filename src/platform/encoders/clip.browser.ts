/// <reference path="../runtime/onnxruntime.d.ts" />
/** The text encoder in a browser worker, checked by its golden vectors. */

import { onnxruntime } from 'virtual:onnxruntime';
import { AfterimageError } from '../../engine/errors.ts';
import { type Dtype, GOLDEN_COSINE, type ModelManifest } from '../../engine/model/model.ts';
import { expandTensors } from '../../engine/model/prepared.ts';
import type { Version } from '../bytes/http-source.browser.ts';
import { preparedPath, preparedTensors, textEncoderBytes, towerPath } from '../models/model-files.ts';
import { type Device, type OnEvent, runtimeVersion, type TowerFiles } from '../models/tower-files.browser.ts';
import { type ClipTextEncoder, createTextEncoder, goldenCosine } from './clip-text.ts';
import { loadTextTower, type TowerOptions, watchDevice } from './text-tower.browser.ts';
import { checkGpuDtype, weightsBeside } from './tower-options.browser.ts';

export interface BrowserTextEncoder {
  readonly encoder: ClipTextEncoder;
  readonly manifest: ModelManifest;
  /** Memory that it takes, about. */
  readonly bytes: number;
  readonly dtype: Dtype;
  readonly threads: number;
  /** Lowest cosine to the golden vectors; at least GOLDEN_COSINE. */
  readonly golden: number;
  /** Model and runtime, to be committed together with the collection. */
  readonly versions: readonly Version[];
}

/**
 * Load a text tower and compare it with the model's golden vectors. All bytes are read and verified before
 * onnxruntime sees them, because a load that fails inside it leaves the realm unusable: after an error other than
 * of the network or of a file, throw the worker away.
 * @param makeRoom see `StartEncoder`
 * @throws AfterimageError `model-not-found`, `model-invalid`, `collection-model-mismatch`, `device-unavailable`,
 * `device-nonsense`, `part-missing`, `part-corrupt`, `offline`, `network`; `internal` for what onnxruntime says.
 */
export async function loadBrowserTextEncoder(
  { device, runtime, model }: TowerFiles,
  wanted: number,
  onEvent: OnEvent,
  makeRoom: (bytes: number) => Promise<void>,
): Promise<BrowserTextEncoder> {
  const { manifest, files, version } = await model;
  const bytes = textEncoderBytes(manifest, device);
  await makeRoom(bytes);
  const dtype = manifest.dtypes[device];
  if (device === 'webgpu') await checkGpuDtype(dtype);
  const threads = globalThis.crossOriginIsolated ? wanted : 1;
  const { tokenizer, model: tower } = await loadTextTower(files, {
    ...{ device, threads, runtime: await runtime, start: onnxruntime[device].start },
    ...(preparedTower(manifest, device, files) ?? standardTower(dtype, files)),
  });
  const encoder = createTextEncoder(manifest, tokenizer, tower);
  if (device === 'webgpu') watchDevice((reason) => onEvent({ type: 'device-lost', reason }));
  const versions = [version, runtimeVersion(device)];
  return { encoder, manifest, bytes, dtype, threads, golden: await checkGolden(encoder, manifest, dtype), versions };
}

type Graph = Pick<TowerOptions, 'path' | 'graphOptimizationLevel' | 'externalData'>;

function standardTower(dtype: Dtype, files: ReadonlyMap<string, Uint8Array>): Graph {
  return { path: towerPath('text', dtype), externalData: weightsBeside('text', dtype, files) };
}

/** The prepared text tower, where there is one for this device: nothing is left to optimise. */
function preparedTower(
  manifest: ModelManifest,
  device: Device,
  files: ReadonlyMap<string, Uint8Array>,
): Graph | undefined {
  const tensors = preparedTensors(manifest, device);
  const dtype = manifest.dtypes[device];
  const tower = files.get(towerPath('text', dtype));
  if (!tensors || !tower) return undefined;
  const path = preparedPath(dtype);
  const externalData = [{ path: `${path.replace('onnx/', '')}_data`, data: expandTensors(tower, tensors) }];
  return { path, graphOptimizationLevel: 'disabled', externalData };
}

async function checkGolden(encoder: ClipTextEncoder, manifest: ModelManifest, dtype: Dtype): Promise<number> {
  const golden = await goldenCosine(encoder, manifest.golden, dtype);
  if (golden >= GOLDEN_COSINE) return golden;
  throw new AfterimageError(
    'device-nonsense',
    `This device computes other embeddings than it should (cosine ${golden.toFixed(4)} instead of ${GOLDEN_COSINE} or more), so its answers would be wrong. Try another browser.`,
  );
}
