/** transformers.js on onnxruntime-web, set up so that it gets files that were read and verified, and fetches nothing. */
import { env, LogLevel } from '@huggingface/transformers';
import { AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import { MODELS } from '../models/models-folder.ts';

/** Everything that transformers.js and onnxruntime fetch by default is turned off; they get what was read already. */
export function configure(wasmBinary: WebAssembly.Module, start: string, threads: number): void {
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
export async function withFiles<T>(
  id: string,
  files: ReadonlyMap<string, Uint8Array>,
  load: () => Promise<T>,
): Promise<T> {
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
export function watchDevice(onLost: (reason: string) => void): void {
  const device = env.backends.onnx.webgpu?.device as Promise<GPUDevice> | GPUDevice | undefined;
  Promise.resolve(device)
    .then((gpu) => gpu?.lost)
    .then((lost) => onLost(lost?.message || 'The GPU was reset.'))
    .catch(() => undefined);
}
