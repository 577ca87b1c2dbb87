/** Reading what a vision tower is loaded from. */
import { parseCollectionList } from '../../engine/collection/manifest.ts';
import type { CollectionManifest } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import { DEFAULT_MODEL, type ModelFile, type ModelManifest, parseModelManifest } from '../../engine/model/model.ts';
import type { HttpSource } from '../bytes/http-source.browser.ts';
import { towerFile, visionDtype, visionFiles } from './model-files.ts';
import { readModelFile, readNewestModel } from './model-source.browser.ts';
import { MODELS } from './models-folder.ts';
import { PREPROCESSOR, PROCESSOR, type Preprocessor, parsePreprocessors } from './preprocessor.ts';
import { type Device, readRuntime } from './tower-files.browser.ts';

/** What is being loaded, and how far: for visitors. */
export type OnVisionProgress = (stage: 'runtime' | 'vision encoder', loaded: number, total: number) => void;

export interface VisionFiles {
  readonly device: Device;
  readonly runtime: WebAssembly.Module;
  readonly manifest: ModelManifest;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly preprocessor: Preprocessor;
}

/** The model and the file that made vectors, by which collections know it. */
export type VisionModel = Pick<CollectionManifest, 'model' | 'dim'>;

/**
 * The model for pictures of a library that has none yet: the one that the site was made with, else the one of its first
 * collection that can encode pictures on this device.
 * @throws AfterimageError `model-not-found`, `model-invalid`, `offline`, `network`
 */
export async function chooseVisionModel(source: HttpSource, device: Device): Promise<VisionModel> {
  const list = await source.newest('collections/index.json').catch(() => undefined);
  const others = list ? parseCollectionList(list.text).collections.map(({ model }) => model) : [];
  let failure: unknown;
  for (const id of new Set([DEFAULT_MODEL, ...others])) {
    const newest = await source.newest(`${MODELS}${id}/model.json`);
    if (!newest) continue;
    try {
      const manifest = parseModelManifest(newest.text);
      const { sha256 } = towerFile(manifest, 'vision', visionDtype(manifest, device));
      return { model: { id: manifest.id, sha256 }, dim: manifest.dim };
    } catch (error) {
      failure = error;
    }
  }
  if (failure !== undefined) throw failure;
  throw new AfterimageError('model-not-found', 'This site has no model that looks at pictures, so none can be added.');
}

/**
 * The vision tower of the model that made a library's vectors, verified.
 * @throws AfterimageError what `readNewestModel` throws
 */
export async function readVisionFiles(
  source: HttpSource,
  library: VisionModel,
  device: Device,
  onProgress: OnVisionProgress,
): Promise<VisionFiles> {
  const progress = createSum((loaded, total) => onProgress('vision encoder', loaded, total));
  const folder = MODELS + library.model.id;
  const [runtime, { manifest, files }] = await Promise.all([
    readRuntime(source, device, (event) => {
      if (event.type === 'progress') onProgress('runtime', event.loaded, event.total);
    }),
    readNewestModel(
      source,
      { name: 'library', ...library },
      {
        needed: (model) => visionFiles(model, device),
        readFile: (file, all) =>
          readModelFile(source, folder, file, { onProgress: (loaded) => progress(file, loaded, all) }),
        onEvent: () => {},
      },
    ),
  ]);
  return { device, runtime, manifest, files, preprocessor: preprocessorIn(files) };
}

function preprocessorIn(files: ReadonlyMap<string, Uint8Array>): Preprocessor {
  const text = (name: string) => {
    const bytes = files.get(name);
    return bytes && new TextDecoder().decode(bytes);
  };
  const [processor, preprocessor] = [text(PROCESSOR), text(PREPROCESSOR)];
  return parsePreprocessors({
    ...(processor !== undefined && { processor }),
    ...(preprocessor !== undefined && { preprocessor }),
  });
}

function createSum(tell: (loaded: number, total: number) => void) {
  const loaded = new Map<string, number>();
  return (file: ModelFile, bytes: number, all: readonly ModelFile[]) => {
    loaded.set(file.path, bytes);
    const sum = [...loaded.values()].reduce((total, one) => total + one, 0);
    const total = all.reduce((bytesOfAll, one) => bytesOfAll + one.bytes, 0);
    tell(sum, total);
  };
}
