/** Sessions of onnxruntime-web itself: transformers.js would come with all that it can besides, 390 kB more. */
import { env, InferenceSession } from 'onnxruntime-web/webgpu';
import { toAfterimageError } from '../../engine/errors.ts';
import type { Device } from '../models/tower-files.browser.ts';

export interface RuntimeOptions {
  readonly device: Device;
  readonly threads: number;
  readonly runtime: WebAssembly.Module;
  /** Address of the runtime's JavaScript half. */
  readonly start: string;
}

export type SessionOptions = Pick<InferenceSession.SessionOptions, 'graphOptimizationLevel' | 'externalData'>;

/** onnxruntime's level for what ends a session. */
const ERROR = 3;

/** In one realm sessions are made and run one after the other, as onnxruntime wants it. */
let last: Promise<unknown> = Promise.resolve();
export function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work, work);
  last = mine.catch(() => undefined);
  return mine;
}

/** Run `load`, which opens sessions, while onnxruntime has this runtime. @throws AfterimageError `internal` for what it says */
export async function withRuntime<T>({ threads, start, runtime }: RuntimeOptions, load: () => Promise<T>): Promise<T> {
  const { wasm } = env;
  env.logLevel = 'error';
  // A module that is compiled already is taken for bytes by the types alone: see scripts/vite/vite-onnxruntime.ts.
  Object.assign(wasm, { wasmPaths: { mjs: start }, wasmBinary: runtime, numThreads: threads, proxy: false });
  try {
    return await load();
  } catch (error) {
    throw toAfterimageError(error);
  } finally {
    // Not needed again.
    Reflect.deleteProperty(wasm, 'wasmBinary');
  }
}

export function openSession(
  graph: Uint8Array,
  device: Device,
  options: SessionOptions = {},
): Promise<InferenceSession> {
  if (device === 'webgpu') env.webgpu.powerPreference = 'high-performance';
  return inTurn(() =>
    InferenceSession.create(graph, { executionProviders: [device], logSeverityLevel: ERROR, ...options }),
  );
}

/** A GPU that went away: this realm cannot compute any more. */
export function watchDevice(onLost: (reason: string) => void): void {
  Promise.resolve(env.webgpu.device as Promise<GPUDevice> | GPUDevice | undefined)
    .then((gpu) => gpu?.lost)
    .then((lost) => onLost(lost?.message || 'The GPU was reset.'))
    .catch(() => undefined);
}
