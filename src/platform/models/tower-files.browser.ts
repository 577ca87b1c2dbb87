/// <reference path="../runtime/onnxruntime.d.ts" />
/** Reading what a text tower is loaded from, apart from the code that loads it: that comes at the same time. */

import { onnxruntime } from 'virtual:onnxruntime';
import { createDeferred } from '../../engine/async/deferred.ts';
import type { CollectionManifest } from '../../engine/collection/types.ts';
import type { ModelFile, ModelManifest } from '../../engine/model/model.ts';
import { lineBytes } from '../../engine/ports.ts';
import type { EncoderRequest, LoadStage, WorkerEvent } from '../../protocol/query-worker.ts';
import type { HttpSource, Version } from '../bytes/http-source.browser.ts';
import { compileCached } from '../runtime/compile-cached.browser.ts';
import { textFiles } from './model-files.ts';
import { type ModelWithFiles, readModelFile, readNewestModel } from './model-source.browser.ts';
import { MODELS } from './models-folder.ts';

export type Device = EncoderRequest['device'];
export type OnEvent = (event: WorkerEvent) => void;

/** What a text tower is loaded from, on its way. */
export interface TowerFiles {
  readonly device: Device;
  readonly runtime: Promise<WebAssembly.Module>;
  readonly model: Promise<ModelWithFiles>;
  /** The first version of the model that fits: most often that of `model`, and there before its files. */
  readonly manifest: Promise<ModelManifest>;
}

/** So much of the runtime is here when the tower is asked for: the rest comes before the first byte of that. */
const NEARLY = 0.95;

/** A runtime on its way. */
export interface RuntimeReading {
  readonly compiled: Promise<WebAssembly.Module>;
  /** Nearly all of it is here, or no more will come; never rejects. */
  readonly arrived: Promise<void>;
}

/** Begin to read the model for the collection, beside the `runtime`; whoever loads the tower is told of failures. */
export function readTower(
  source: HttpSource,
  collection: CollectionManifest,
  device: Device,
  { compiled, arrived }: RuntimeReading,
  onEvent: OnEvent,
): TowerFiles {
  const manifest = createDeferred<ModelManifest>();
  const model = readTextModel(source, collection, device, onEvent, { turn: arrived, onManifest: manifest.resolve });
  model.catch(manifest.reject);
  for (const reading of [compiled, model, manifest.promise]) reading.catch(() => undefined);
  return { device, runtime: compiled, model, manifest: manifest.promise };
}

/**
 * What queries need of the model that made `collection`.
 * @param options.turn the tower, which is large, is not asked for before this: the runtime is compiled while it comes
 * @param options.onManifest see `ModelReading`
 */
export function readTextModel(
  source: HttpSource,
  collection: CollectionManifest,
  device: Device,
  onEvent: OnEvent,
  { turn, onManifest }: { readonly turn?: Promise<void>; readonly onManifest?: (manifest: ModelManifest) => void } = {},
): Promise<ModelWithFiles> {
  const progress = createStages(onEvent);
  const folder = MODELS + collection.model.id;
  return readNewestModel(source, collection, {
    needed: (model) => textFiles(model, device),
    onManifest,
    async readFile(file, all) {
      if (isOfTower(file)) await turn;
      return readModelFile(source, folder, file, { onProgress: (loaded) => progress(file, loaded, all) });
    },
    onEvent,
  });
}

/** Begin to read onnxruntime's wasm. Whoever loads the tower is told of failures. */
export function beginRuntime(source: HttpSource, device: Device, onEvent: OnEvent): RuntimeReading {
  const { promise: arrived, resolve } = createDeferred<void>();
  const compiled = readRuntime(source, device, onEvent, resolve);
  compiled.catch(() => resolve());
  // Its other half, in two small files one behind the other, is there when it is asked for.
  void arrived.then(() => import(/* @vite-ignore */ onnxruntime[device].start)).catch(() => undefined);
  return { compiled, arrived };
}

/**
 * onnxruntime's wasm, kept like a model file so that it works offline and is verified. Where the browser has it in its own
 * cache, or the service worker answers with what is kept, it is compiled from there: with it the browser keeps the machine
 * code of an earlier visit.
 */
export async function readRuntime(
  source: HttpSource,
  device: Device,
  onEvent: OnEvent,
  onArrived: () => void = () => {},
): Promise<WebAssembly.Module> {
  const { wasm } = onnxruntime[device];
  const onLine = lineBytes(wasm);
  const onProgress = (loaded: number, total: number) => {
    if (loaded >= NEARLY * total) onArrived();
    onEvent({ type: 'progress', stage: 'runtime', loaded: Math.floor((loaded / total) * onLine), total: onLine });
  };
  const isKept = await source.isKept(wasm);
  if (isKept) onArrived();
  const compiled = isKept
    ? ((await compileCached(wasm.url, wasm)) ?? (await compileCached(source.keptUrl(wasm), wasm)))
    : undefined;
  if (compiled) {
    onProgress(wasm.bytes, wasm.bytes);
    return compiled;
  }
  const bytes = await source.read(wasm.url, wasm, { onProgress });
  return (await compileCached(wasm.url, wasm)) ?? WebAssembly.compile(bytes as Uint8Array<ArrayBuffer>);
}

/** Under a name of its own, so that the build of an older version of the app is deleted. */
export function runtimeVersion(device: Device): Version {
  const { wasm } = onnxruntime[device];
  return { path: `runtime/${device}`, text: wasm.sha256, files: [wasm] };
}

/** What is downloaded for a file, in parts or not. */
export function onLine(file: ModelFile): number {
  return (file.parts ?? [file]).reduce((sum, part) => sum + lineBytes(part), 0);
}

function isOfTower({ path }: ModelFile): boolean {
  return path.startsWith('onnx/');
}

/** Adds up the progress of files by stage: the tower, and what belongs to the tokenizer. */
function createStages(onEvent: OnEvent) {
  const loaded = new Map<ModelFile, number>();
  const stageOf = (file: ModelFile): LoadStage => (isOfTower(file) ? 'text encoder' : 'tokenizer');
  return (file: ModelFile, bytes: number, all: readonly ModelFile[]) => {
    loaded.set(file, file.bytes === 0 ? 0 : Math.floor((bytes / file.bytes) * onLine(file)));
    const stage = stageOf(file);
    const files = all.filter((other) => stageOf(other) === stage);
    const sum = files.reduce((total, other) => total + (loaded.get(other) ?? 0), 0);
    const total = files.reduce((all, other) => all + onLine(other), 0);
    onEvent({ type: 'progress', stage, loaded: sum, total });
  };
}
