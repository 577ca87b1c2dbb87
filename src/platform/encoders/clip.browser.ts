/// <reference path="../runtime/onnxruntime.d.ts" />
/** The text tower in a browser worker, through transformers.js on onnxruntime-web. */

import { onnxruntime } from 'virtual:onnxruntime';
import { env, LogLevel } from '@huggingface/transformers';
import { AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import { type Dtype, GOLDEN_COSINE, type ModelManifest } from '../../engine/model/model.ts';
import { expandTensors } from '../../engine/model/prepared.ts';
import type { Version } from '../bytes/http-source.browser.ts';
import { PREPARED_TEXT, preparedPath, preparedTensors, textEncoderBytes, towerPath } from '../models/model-files.ts';
import { type Device, MODELS, type OnEvent, runtimeVersion, type TowerFiles } from '../models/tower-files.browser.ts';
import { type ClipTextEncoder, goldenCosine, loadTextEncoder, type TextEncoderOptions } from './clip-text.ts';

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
 * transformers.js sees them, because a load that fails inside it leaves the realm unusable: after an error other than
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
  if (device === 'webgpu') await requireShaders(dtype);
  const threads = globalThis.crossOriginIsolated ? wanted : 1;
  const options = { device, dtype, ...weightsBeside(dtype, files), ...preparedOptions(manifest, device, files) };
  configure(await runtime, onnxruntime[device].start, threads);
  const encoder = await withFiles(manifest.id, files, () => loadTextEncoder(manifest, options));
  if (device === 'webgpu') watchDevice(onEvent);
  const versions = [version, runtimeVersion(device)];
  return { encoder, manifest, bytes, dtype, threads, golden: await checkGolden(encoder, manifest, dtype), versions };
}

/** Weights of a tower that are in files beside it, which onnxruntime asks for by name. */
function weightsBeside(dtype: Dtype, files: ReadonlyMap<string, Uint8Array>): Partial<TextEncoderOptions> {
  const path = `${towerPath('text', dtype)}_data`;
  const beside = [...files].filter(([name]) => name.startsWith(path));
  if (beside.length === 0) return {};
  return {
    sessionOptions: { externalData: beside.map(([name, data]) => ({ path: name.replace('onnx/', ''), data })) },
  };
}

/** What loads the prepared text tower, where there is one for this device: nothing is left to optimise. */
function preparedOptions(
  manifest: ModelManifest,
  device: Device,
  files: ReadonlyMap<string, Uint8Array>,
): Partial<TextEncoderOptions> {
  const tensors = preparedTensors(manifest, device);
  const dtype = manifest.dtypes[device];
  const tower = files.get(towerPath('text', dtype));
  if (!tensors || !tower) return {};
  const path = `${preparedPath(dtype).replace('onnx/', '')}_data`;
  const externalData = [{ path, data: expandTensors(tower, tensors) }];
  return { fileName: PREPARED_TEXT, sessionOptions: { graphOptimizationLevel: 'disabled', externalData } };
}

/** @throws AfterimageError `device-unavailable`: transformers.js checks fp16, but not q4f16. */
async function requireShaders(dtype: Dtype): Promise<void> {
  if (dtype !== 'fp16' && dtype !== 'q4f16') return;
  const adapter = await navigator.gpu?.requestAdapter();
  if (adapter?.features.has('shader-f16')) return;
  throw new AfterimageError('device-unavailable', `This GPU has no 16-bit shaders, which a ${dtype} model needs.`);
}

/** Everything that transformers.js and onnxruntime fetch by default is turned off; they get what was read already. */
function configure(wasmBinary: WebAssembly.Module, start: string, threads: number): void {
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = MODELS;
  env.useBrowserCache = false;
  // It would import the glue from a blob: address, which the Content-Security-Policy forbids.
  env.useWasmCache = false;
  env.logLevel = LogLevel.ERROR;
  Object.assign(onnxWasm(), { wasmPaths: { mjs: start }, wasmBinary, numThreads: threads, proxy: false });
}

/** Run `load` while transformers.js finds these files, and nothing else, under the model's id. */
async function withFiles<T>(id: string, files: ReadonlyMap<string, Uint8Array>, load: () => Promise<T>): Promise<T> {
  env.fetch = async (input) => {
    const bytes = files.get(String(input).slice(`${MODELS}${id}/`.length));
    return new Response((bytes as Uint8Array<ArrayBuffer> | undefined) ?? null, { status: bytes ? 200 : 404 });
  };
  try {
    return await load();
  } catch (error) {
    throw toAfterimageError(error);
  } finally {
    // Neither is needed again.
    env.fetch = async () => new Response(null, { status: 404 });
    Reflect.deleteProperty(onnxWasm(), 'wasmBinary');
  }
}

function onnxWasm(): NonNullable<typeof env.backends.onnx.wasm> {
  const { wasm } = env.backends.onnx;
  if (wasm) return wasm;
  throw new AfterimageError('internal', 'transformers.js came without onnxruntime-web.');
}

/** A GPU that went away: this realm cannot encode any more. */
function watchDevice(onEvent: OnEvent): void {
  const device = env.backends.onnx.webgpu?.device as Promise<GPUDevice> | GPUDevice | undefined;
  Promise.resolve(device)
    .then((gpu) => gpu?.lost)
    .then((lost) => onEvent({ type: 'device-lost', reason: lost?.message || 'The GPU was reset.' }))
    .catch(() => undefined);
}

async function checkGolden(encoder: ClipTextEncoder, manifest: ModelManifest, dtype: Dtype): Promise<number> {
  const golden = await goldenCosine(encoder, manifest.golden, dtype);
  if (golden >= GOLDEN_COSINE) return golden;
  throw new AfterimageError(
    'device-nonsense',
    `This device computes other embeddings than it should (cosine ${golden.toFixed(4)} instead of ${GOLDEN_COSINE} or more), so its answers would be wrong. Try another browser.`,
  );
}
