/// <reference path="./onnxruntime.d.ts" />
/** The text tower in a browser worker, through transformers.js on onnxruntime-web. */

import { onnxruntime } from 'virtual:onnxruntime';
import { env, LogLevel } from '@huggingface/transformers';
import { AfterimageError, toAfterimageError } from '../engine/errors.ts';
import { type Dtype, GOLDEN_COSINE, type ModelFile, type ModelManifest } from '../engine/model.ts';
import type { EncoderRequest, LoadStage } from '../protocol.ts';
import { type ClipTextEncoder, goldenCosine, loadTextEncoder } from './clip-text.ts';
import type { HttpSource } from './http-source.browser.ts';
import { towerFiles } from './model-files.ts';
import { readNewestModel } from './model-source.browser.ts';

export interface BrowserTextEncoder {
  readonly encoder: ClipTextEncoder;
  readonly manifest: ModelManifest;
  readonly dtype: Dtype;
  readonly threads: number;
  /** Lowest cosine to the golden vectors; at least GOLDEN_COSINE. */
  readonly golden: number;
}

export interface EncoderEvents {
  onProgress(stage: LoadStage, loaded: number, total: number): void;
  /** The GPU went away; this realm cannot encode any more. */
  onDeviceLost(reason: string): void;
}

/**
 * Load the text tower and compare it with the model's golden vectors. All bytes are read and verified before
 * transformers.js sees them, because a load that fails inside it leaves the realm unusable: after an error other than
 * of the network or of a file, throw the worker away.
 * @throws AfterimageError `model-not-found`, `model-invalid`, `device-unavailable`, `device-nonsense`, `part-missing`,
 * `part-corrupt`, `offline`, `network`; `internal` for what onnxruntime says.
 */
export async function loadBrowserTextEncoder(
  source: HttpSource,
  request: EncoderRequest,
  events: EncoderEvents,
): Promise<BrowserTextEncoder> {
  const { device } = request;
  const runtime = readRuntime(source, device, events);
  runtime.catch(() => undefined); // Awaited below; until then a failure of the model comes first.
  const { manifest, files } = await readNewestModel(source, request.modelId, (model) =>
    readTextTower(source, model, model.dtypes[device], events),
  );
  const dtype = manifest.dtypes[device];
  if (device === 'webgpu') await requireShaders(dtype);
  const threads = globalThis.crossOriginIsolated ? request.threads : 1;
  configure(await runtime, onnxruntime[device].glue, threads, files);
  const encoder = await loadTextEncoder(manifest, { device, dtype }).catch((error: unknown) => {
    throw toAfterimageError(error);
  });
  if (device === 'webgpu') watchDevice(events);
  return { encoder, manifest, dtype, threads, golden: await checkGolden(encoder, manifest, dtype) };
}

/** onnxruntime's wasm, kept like a model file so that it works offline and is verified. */
async function readRuntime(
  source: HttpSource,
  device: 'webgpu' | 'wasm',
  events: EncoderEvents,
): Promise<Uint8Array<ArrayBuffer>> {
  const { wasm } = onnxruntime[device];
  const bytes = await source.read(wasm.url, wasm, {
    onProgress: (loaded, total) => events.onProgress('runtime', loaded, total),
  });
  // Kept under a name of its own, so that the build of an older version of the app is deleted.
  source.commit(`runtime/${device}`, wasm.sha256, [wasm]).catch(() => undefined);
  return bytes as Uint8Array<ArrayBuffer>;
}

/** The text tower's files by the path under which transformers.js asks for them. */
async function readTextTower(
  source: HttpSource,
  manifest: ModelManifest,
  dtype: Dtype,
  events: EncoderEvents,
): Promise<Map<string, Uint8Array>> {
  const files = towerFiles(manifest, 'text', dtype);
  const isTower = (file: ModelFile) => file.path.startsWith('onnx/');
  const read = (stage: LoadStage, wanted: readonly ModelFile[]) => {
    const report = sumProgress(wanted, (loaded, total) => events.onProgress(stage, loaded, total));
    return wanted.map(async (file, index) => {
      const path = `${MODELS}${manifest.id}/${file.path}`;
      return [path, await source.read(path, file, { onProgress: (loaded) => report(index, loaded) })] as const;
    });
  };
  const reads = [
    ...read(
      'tokenizer',
      files.filter((file) => !isTower(file)),
    ),
    ...read('text encoder', files.filter(isTower)),
  ];
  return new Map(await Promise.all(reads));
}

/** Folder of the models, relative to the app's base. */
const MODELS = 'models/';

function sumProgress(files: readonly ModelFile[], report: (loaded: number, total: number) => void) {
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const loaded = new Float64Array(files.length);
  return (index: number, bytes: number) => {
    loaded[index] = bytes;
    report(
      loaded.reduce((sum, one) => sum + one, 0),
      total,
    );
  };
}

/** @throws AfterimageError `device-unavailable`: transformers.js checks fp16, but not q4f16. */
async function requireShaders(dtype: Dtype): Promise<void> {
  if (dtype !== 'fp16' && dtype !== 'q4f16') return;
  const adapter = await navigator.gpu?.requestAdapter();
  if (adapter?.features.has('shader-f16')) return;
  throw new AfterimageError('device-unavailable', `This GPU has no 16-bit shaders, which a ${dtype} model needs.`);
}

/** Everything that transformers.js and onnxruntime fetch by default is turned off; they get what was read already. */
function configure(wasmBinary: Uint8Array, glue: string, threads: number, files: Map<string, Uint8Array>): void {
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.localModelPath = MODELS;
  env.useBrowserCache = false;
  // It would import the glue from a blob: address, which the Content-Security-Policy forbids.
  env.useWasmCache = false;
  env.logLevel = LogLevel.ERROR;
  env.fetch = async (input) => {
    const bytes = files.get(String(input));
    return bytes
      ? new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { 'content-length': String(bytes.length) } })
      : new Response(null, { status: 404 });
  };
  const { wasm } = env.backends.onnx;
  if (!wasm) throw new AfterimageError('internal', 'transformers.js came without onnxruntime-web.');
  // Without the address of the glue, a given binary hangs as soon as there are two threads.
  wasm.wasmPaths = { mjs: glue };
  wasm.wasmBinary = wasmBinary;
  wasm.numThreads = threads;
  wasm.proxy = false;
}

function watchDevice(events: EncoderEvents): void {
  const device = env.backends.onnx.webgpu?.device as Promise<GPUDevice> | GPUDevice | undefined;
  Promise.resolve(device)
    .then((gpu) => gpu?.lost)
    .then((lost) => events.onDeviceLost(lost?.message || 'The GPU was reset.'))
    .catch(() => undefined);
}

async function checkGolden(encoder: ClipTextEncoder, manifest: ModelManifest, dtype: Dtype): Promise<number> {
  const golden = await goldenCosine(encoder, manifest.golden, dtype);
  if (golden >= GOLDEN_COSINE) return golden;
  throw new AfterimageError(
    'device-nonsense',
    `This device computes other embeddings than it should (cosine ${golden.toFixed(4)} instead of ${GOLDEN_COSINE} or more).`,
  );
}
