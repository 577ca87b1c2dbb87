/// <reference path="../runtime/onnxruntime.d.ts" />
/** Reading what a text tower is loaded from, apart from the code that loads it: that comes at the same time. */

import { onnxruntime } from 'virtual:onnxruntime';
import type { CollectionManifest } from '../../engine/collection/types.ts';
import type { ModelFile } from '../../engine/model/model.ts';
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
}

/** Begin to read the model for the collection, beside the `runtime`; whoever loads the tower is told of failures. */
export function readTower(
  source: HttpSource,
  collection: CollectionManifest,
  device: Device,
  runtime: Promise<WebAssembly.Module>,
  onEvent: OnEvent,
): TowerFiles {
  const model = readTextModel(source, collection, device, onEvent);
  for (const reading of [runtime, model]) reading.catch(() => undefined);
  return { device, runtime, model };
}

/** What queries need of the model that made `collection`. */
export function readTextModel(
  source: HttpSource,
  collection: CollectionManifest,
  device: Device,
  onEvent: OnEvent,
): Promise<ModelWithFiles> {
  const progress = createStages(onEvent);
  const folder = MODELS + collection.model.id;
  return readNewestModel(source, collection, {
    needed: (model) => textFiles(model, device),
    readFile: (file, all) =>
      readModelFile(source, folder, file, { onProgress: (loaded) => progress(file, loaded, all) }),
    onEvent,
  });
}

/**
 * onnxruntime's wasm, kept like a model file so that it works offline and is verified. Where the browser has it in its own
 * cache it is compiled from there: with it the browser keeps the machine code of an earlier visit.
 */
export async function readRuntime(source: HttpSource, device: Device, onEvent: OnEvent): Promise<WebAssembly.Module> {
  const { wasm } = onnxruntime[device];
  const onLine = lineBytes(wasm);
  const onProgress = (loaded: number, total: number) =>
    onEvent({ type: 'progress', stage: 'runtime', loaded: Math.floor((loaded / total) * onLine), total: onLine });
  const compiled = (await source.isKept(wasm)) ? await compileCached(wasm.url, wasm) : undefined;
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

/** Adds up the progress of files by stage: the tower, and what belongs to the tokenizer. */
function createStages(onEvent: OnEvent) {
  const loaded = new Map<ModelFile, number>();
  const stageOf = (file: ModelFile): LoadStage => (file.path.startsWith('onnx/') ? 'text encoder' : 'tokenizer');
  return (file: ModelFile, bytes: number, all: readonly ModelFile[]) => {
    loaded.set(file, file.bytes === 0 ? 0 : Math.floor((bytes / file.bytes) * onLine(file)));
    const stage = stageOf(file);
    const files = all.filter((other) => stageOf(other) === stage);
    const sum = files.reduce((total, other) => total + (loaded.get(other) ?? 0), 0);
    const total = files.reduce((all, other) => all + onLine(other), 0);
    onEvent({ type: 'progress', stage, loaded: sum, total });
  };
}
