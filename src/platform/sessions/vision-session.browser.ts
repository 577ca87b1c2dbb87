import { AfterimageError } from '../../engine/errors.ts';
import type { Embedding } from '../../engine/numeric/embedding.ts';
import type { Pixels } from '../../engine/ports.ts';
import { createHttpSource } from '../bytes/http-source.browser.ts';
import type { BrowserImageEncoder } from '../encoders/vision/clip-vision.browser.ts';
import { visionDtype, visionFiles } from '../models/model-files.ts';
import type { Preprocessor } from '../models/preprocessor.ts';
import { type Device, runtimeVersion } from '../models/tower-files.browser.ts';
import {
  chooseVisionModel,
  type OnVisionProgress,
  readVisionFiles,
  type VisionModel,
} from '../models/vision-files.browser.ts';

export interface VisionRequest {
  readonly baseUrl: string;
  /** What made the vectors that are there; undefined where there are none. */
  readonly library: VisionModel | undefined;
  readonly device: Device;
  /** On WebAssembly. */
  readonly threads: number;
}

/** What is known of a vision tower once it is loaded. */
export interface LoadedVision extends VisionModel {
  readonly preprocessor: Preprocessor;
  readonly batchSize: number;
  /** It takes one thread, however many there are: several such workers get more done. */
  readonly isSingle: boolean;
}

/** Surface of `workers/vision.worker.ts`, exposed with Comlink. Errors carry their code in `name` (engine/errors.ts). */
export interface VisionWorkerApi {
  /**
   * Call first, once. @throws AfterimageError what `readVisionFiles` and `loadBrowserImageEncoder` throw; after a failure
   * throw the worker away
   */
  load(request: VisionRequest, onProgress: OnVisionProgress, onLost: (reason: string) => void): Promise<LoadedVision>;
  /** One embedding a picture, in order. */
  encode(batch: readonly Pixels[]): Promise<Embedding[]>;
}

/** What the vision worker does: one vision tower. Its runs are serialised in their realm, so it has one to itself. */
export function createBrowserVisionSession(): VisionWorkerApi {
  let encoder: BrowserImageEncoder | undefined;
  return {
    async load({ baseUrl, library, device, threads }, onProgress, onLost) {
      const source = createHttpSource(baseUrl);
      const code = import('../encoders/vision/clip-vision.browser.ts');
      const made = library ?? (await chooseVisionModel(source, device));
      const files = await readVisionFiles(source, made, device, calmed(onProgress));
      encoder = await (await code).loadBrowserImageEncoder(files, threads, onLost);
      const { manifest, preprocessor } = files;
      // Under names of their own: those of the query worker stand for other files.
      const kept = { path: `vision/${manifest.id}`, text: textOf(manifest, device), files: partsOf(manifest, device) };
      void source.commit([kept, runtimeVersion(device)]);
      const { batchSize, isSingle } = encoder;
      return { ...made, preprocessor, batchSize, isSingle };
    },
    async encode(batch) {
      if (!encoder) throw new AfterimageError('internal', 'The vision tower was asked before it was loaded.');
      return encoder.encode(batch);
    },
  };
}

type Manifest = Parameters<typeof visionFiles>[0];

function partsOf(manifest: Manifest, device: Device) {
  return visionFiles(manifest, device).flatMap((file) => file.parts ?? [file]);
}

/** Names every file, so that none of them is swept away. */
function textOf(manifest: Manifest, device: Device): string {
  return [visionDtype(manifest, device), ...partsOf(manifest, device).map(({ sha256 }) => sha256)].join('\n');
}

/** Bytes arrive thousands of times a second; a person sees twenty. */
const INTERVAL_MS = 50;

function calmed(tell: OnVisionProgress): OnVisionProgress {
  let last = -INTERVAL_MS;
  return (stage, loaded, total) => {
    const now = performance.now();
    if (now - last < INTERVAL_MS && loaded < total) return;
    last = now;
    tell(stage, loaded, total);
  };
}
