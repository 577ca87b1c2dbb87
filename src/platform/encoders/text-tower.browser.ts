/**
 * The text tower in a browser worker, on onnxruntime-web itself: transformers.js would come with all that it can besides,
 * 390 kB more.
 */
import { env, InferenceSession, Tensor } from 'onnxruntime-web/webgpu';
import { toAfterimageError } from '../../engine/errors.ts';
import type { Device } from '../models/tower-files.browser.ts';
import type { TextModel, TextTokenizer } from './clip-text.ts';
import { needed, readTokenizer } from './tokenizer.ts';

export interface TowerOptions {
  readonly device: Device;
  readonly threads: number;
  readonly runtime: WebAssembly.Module;
  /** Address of the runtime's JavaScript half. */
  readonly start: string;
  /** Path of the graph among the model's files. */
  readonly path: string;
  readonly graphOptimizationLevel?: 'disabled';
  /** Weights beside the graph. */
  readonly externalData?: readonly { readonly path: string; readonly data: Uint8Array }[];
}

/** onnxruntime's level for what ends a session. */
const ERROR = 3;

/** In one realm sessions are made and run one after the other, as onnxruntime wants it. */
let last: Promise<unknown> = Promise.resolve();
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work, work);
  last = mine.catch(() => undefined);
  return mine;
}

/** @throws AfterimageError `model-invalid` where a file is missing; `internal` for what onnxruntime says */
export async function loadTextTower(
  files: ReadonlyMap<string, Uint8Array>,
  options: TowerOptions,
): Promise<{ tokenizer: TextTokenizer; model: TextModel }> {
  const { wasm } = env;
  const { threads, start, runtime } = options;
  env.logLevel = 'error';
  // A module that is compiled already is taken for bytes by the types alone: see scripts/vite/vite-onnxruntime.ts.
  Object.assign(wasm, { wasmPaths: { mjs: start }, wasmBinary: runtime, numThreads: threads, proxy: false });
  try {
    const tokenizer = readTokenizer(files);
    return { tokenizer, model: await inTurn(() => createModel(files, options)) };
  } catch (error) {
    throw toAfterimageError(error);
  } finally {
    // Not needed again.
    Reflect.deleteProperty(wasm, 'wasmBinary');
  }
}

/** A GPU that went away: this realm cannot encode any more. */
export function watchDevice(onLost: (reason: string) => void): void {
  Promise.resolve(env.webgpu.device as Promise<GPUDevice> | GPUDevice | undefined)
    .then((gpu) => gpu?.lost)
    .then((lost) => onLost(lost?.message || 'The GPU was reset.'))
    .catch(() => undefined);
}

async function createModel(
  files: ReadonlyMap<string, Uint8Array>,
  { device, path, graphOptimizationLevel, externalData }: TowerOptions,
): Promise<TextModel> {
  if (device === 'webgpu') env.webgpu.powerPreference = 'high-performance';
  const session = await InferenceSession.create(needed(files, path), {
    executionProviders: [device],
    logSeverityLevel: ERROR,
    ...(graphOptimizationLevel && { graphOptimizationLevel }),
    ...(externalData && { externalData }),
  });
  return {
    inputNames: session.inputNames,
    run: (inputs) => inTurn(() => session.run(mapValues(inputs, int64))),
    dispose: () => inTurn(() => session.release()),
  };
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

function int64(values: readonly number[]): Tensor {
  return new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
}
