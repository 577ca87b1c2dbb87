/// <reference path="../../runtime/onnxruntime.d.ts" />
/** The vision tower in a browser's worker, through transformers.js on onnxruntime-web. */

import { onnxruntime } from 'virtual:onnxruntime';
import { AfterimageError } from '../../../engine/errors.ts';
import { GOLDEN_COSINE } from '../../../engine/model/model.ts';
import { dot, type Embedding } from '../../../engine/numeric/embedding.ts';
import type { Pixels } from '../../../engine/ports.ts';
import { PREPARED_VISION, preparedVision, towerPath, visionDtype } from '../../models/model-files.ts';
import type { Device } from '../../models/tower-files.browser.ts';
import type { VisionFiles } from '../../models/vision-files.browser.ts';
import { checkGpuDtype, weightsBeside } from '../tower-options.browser.ts';
import { configure, watchDevice, withFiles } from '../transformers.browser.ts';
import { createImageEncoder, loadVisionTower, type TowerImageEncoder } from './clip-vision.ts';

/**
 * Pictures a run: a GPU works on them side by side, a processor one after the other. A prepared tower multiplies matrices
 * that have a column a picture, and columns are computed sixteen at a time.
 */
const BATCH: Readonly<Record<Device | 'prepared', number>> = { webgpu: 32, wasm: 8, prepared: 16 };

export interface BrowserImageEncoder extends TowerImageEncoder {
  readonly batchSize: number;
  /** See `LoadedVision`. */
  readonly isSingle: boolean;
}

/**
 * Load a vision tower, of files that were verified. After an error the realm is good for nothing: throw the worker away.
 * @throws AfterimageError `device-unavailable`, `device-nonsense`; `internal` for what onnxruntime says
 */
export async function loadBrowserImageEncoder(
  { device, runtime, manifest, files, preprocessor }: VisionFiles,
  wanted: number,
  onLost: (reason: string) => void,
): Promise<BrowserImageEncoder> {
  const dtype = visionDtype(manifest, device);
  if (device === 'webgpu') await checkGpuDtype(dtype);
  const prepared = preparedOptions({ device, manifest, files });
  const threads = globalThis.crossOriginIsolated && !prepared ? wanted : 1;
  configure(runtime, onnxruntime[device].start, threads);
  const beside = weightsBeside('vision', dtype, files);
  const standard = beside.length > 0 ? { sessionOptions: { externalData: beside } } : {};
  const options = { device, dtype, ...standard, ...prepared };
  const model = await withFiles(manifest.id, files, () => loadVisionTower(manifest.id, manifest.family, options));
  if (device === 'webgpu') watchDevice(onLost);
  const batchSize = BATCH[prepared ? 'prepared' : device];
  const encoder = createImageEncoder(manifest, model, preprocessor, batchSize);
  await checkSelf(encoder);
  return { ...encoder, batchSize, isSingle: prepared !== undefined };
}

/** What loads the prepared vision tower, where there is one for this device. */
function preparedOptions({ device, manifest, files }: Pick<VisionFiles, 'device' | 'manifest' | 'files'>) {
  const path = towerPath('vision', visionDtype(manifest, device));
  const data = files.get(path);
  if (!data || !preparedVision(manifest, device)) return undefined;
  return {
    fileName: PREPARED_VISION,
    sessionOptions: { externalData: [{ path: path.replace('onnx/', ''), data }] },
  };
}

/** Models have golden texts, but no golden pictures. What can be known without them is that the tower agrees with itself. */
async function checkSelf(encoder: TowerImageEncoder): Promise<void> {
  const pictures = [checkers, slope].map((paint) => painted(encoder.imageSize, paint)) as [Pixels, Pixels];
  const [first, second] = pictures;
  const alone = await embedded(encoder, [first]);
  const together = await embedded(encoder, [second, first, second]);
  const [a, b, c, d] = [...alone, ...together];
  const isSound = a && b && c && d && dot(a, c) >= GOLDEN_COSINE && dot(b, d) >= GOLDEN_COSINE && dot(a, b) < SAME;
  if (isSound) return;
  throw new AfterimageError(
    'device-nonsense',
    'This device computes other embeddings each time, so pictures could not be found again. Try another browser.',
  );
}

/** Of two pictures that have nothing in common. */
const SAME = 0.99999;

/** Nothing where it is not finite. */
async function embedded(encoder: TowerImageEncoder, batch: readonly Pixels[]): Promise<Embedding[]> {
  return encoder.encode(batch).catch((error: unknown) => {
    if (error instanceof AfterimageError && error.code === 'embedding-invalid') return [];
    throw error;
  });
}

function painted(size: number, paint: (x: number, y: number, size: number) => readonly number[]): Pixels {
  const rgb = new Uint8Array(3 * size * size);
  for (let i = 0; i < size * size; i++) rgb.set(paint(i % size, Math.floor(i / size), size), 3 * i);
  return { size, rgb };
}

const checkers = (x: number, y: number) => (((x >> 3) + (y >> 3)) % 2 === 0 ? [220, 40, 40] : [20, 30, 120]);
const slope = (x: number, y: number, size: number) => [60, Math.floor((255 * x) / size), Math.floor((255 * y) / size)];
