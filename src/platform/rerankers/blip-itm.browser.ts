/// <reference path="../runtime/onnxruntime.d.ts" />
/** A reranker in a browser worker, on onnxruntime-web itself: transformers.js has no class for it. */

import { onnxruntime } from 'virtual:onnxruntime';
import { Tensor } from 'onnxruntime-web/webgpu';
import type { RerankerManifest } from '../../engine/model/reranker.ts';
import type { Pixels } from '../../engine/ports.ts';
import { needed, readTokenizer } from '../encoders/tokenizer.ts';
import { checkGpuDtype } from '../encoders/tower-options.browser.ts';
import type { Preprocessor } from '../models/preprocessor.ts';
import type { Device } from '../models/tower-files.browser.ts';
import { drawn, flattened } from '../pictures/decoding/canvas.browser.ts';
import { WHITE } from '../pictures/decoding/shown/ground.ts';
import { resampleSquare } from '../pictures/square/resample.ts';
import { squareIn } from '../pictures/square/square.ts';
import { inTurn, openSession, withRuntime } from '../runtime/sessions.browser.ts';
import { createReranker, type LoadedReranker, type MatchSession, preprocessorOf } from './blip-itm.ts';
import { matchingPath } from './reranker-files.ts';
import { type SelfTest, selfTest } from './self-test.ts';

/** Pictures a run: a GPU works on them side by side; a processor takes a newer query between two runs. */
const BATCH: Readonly<Record<Device, number>> = { webgpu: 10, wasm: 1 };

export interface BrowserReranker {
  readonly reranker: LoadedReranker;
  readonly batchSize: number;
  readonly test: SelfTest;
}

export interface RerankerRun {
  readonly manifest: RerankerManifest;
  /** Verified bytes by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly runtime: WebAssembly.Module;
  readonly device: Device;
  readonly threads: number;
}

/**
 * Load a reranker and compare it with its golden matches. After an error the realm is good for nothing: throw the worker away.
 * @throws AfterimageError `model-invalid`, `device-unavailable`, `device-nonsense`; `internal` for what onnxruntime says
 */
export async function loadBrowserReranker(run: RerankerRun): Promise<BrowserReranker> {
  const { manifest, files, runtime, device } = run;
  const dtype = manifest.dtypes[device];
  if (device === 'webgpu') await checkGpuDtype(dtype);
  const threads = globalThis.crossOriginIsolated ? run.threads : 1;
  const options = { device, threads, runtime, start: onnxruntime[device].start };
  const session = await withRuntime(options, () => openMatching(needed(files, matchingPath(dtype)), device));
  const batchSize = BATCH[device];
  const parts = { manifest, tokenizer: readTokenizer(files), preprocessor: preprocessorOf(files), session };
  const reranker = createReranker({ ...parts, batchSize });
  return { reranker, batchSize, test: await selfTest(reranker, manifest.golden, dtype) };
}

async function openMatching(graph: Uint8Array, device: Device): Promise<MatchSession> {
  const session = await openSession(graph, device);
  const [output = ''] = session.outputNames;
  return {
    run: ({ count, pixels, size, ids, mask, length }) =>
      inTurn(async () => {
        const result = await session.run({
          pixel_values: new Tensor('float32', pixels, [count, 3, size, size]),
          input_ids: new Tensor('int64', ids, [count, length]),
          attention_mask: new Tensor('int64', mask, [count, length]),
        });
        return result[output]?.data as Float32Array;
      }),
    dispose: () => inTurn(() => session.release()),
  };
}

/** What a reranker takes of a picture file; undefined where the browser cannot read it. */
export async function pixelsOf(picture: Blob, preprocessor: Preprocessor): Promise<Pixels | undefined> {
  try {
    const bitmap = await createImageBitmap(picture);
    const { raw } = flattened(drawn(bitmap, bitmap), WHITE);
    bitmap.close();
    const rgb = resampleSquare(raw, squareIn(raw, preprocessor), preprocessor.resample);
    return { size: preprocessor.imageSize, rgb };
  } catch {
    return undefined;
  }
}
