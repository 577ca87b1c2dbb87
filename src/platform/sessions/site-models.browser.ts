import { parseCollectionList } from '../../engine/collection/manifest.ts';
import { AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import { DEFAULT_MODEL, type ModelFile, type ModelManifest } from '../../engine/model/model.ts';
import { MODEL_LIST, type ModelFacts, parseModelList } from '../../engine/model/model-list.ts';
import type { EncoderRequest, ModelBytes, QueryWorkerApi, SiteModel } from '../../protocol/query-worker.ts';
import type { HttpSource } from '../bytes/http-source.browser.ts';
import type { Connection } from '../encoders/encoders.browser.ts';
import { bytesOfFiles, keepModel, piecesOf } from '../models/keep-model.browser.ts';
import { textFiles, towerFile, visionDtype, visionFiles } from '../models/model-files.ts';
import { readNewestManifest } from '../models/model-source.browser.ts';
import { MODELS } from '../models/models-folder.ts';

type Device = EncoderRequest['device'];
type SiteModels = Pick<QueryWorkerApi, 'siteModels' | 'keepModel' | 'stopKeeping' | 'removeModel'>;

/** The models of a site: what they are, and what this browser keeps of them. */
export function createSiteModels(connected: () => Connection): SiteModels {
  let keeping = new AbortController();
  return {
    async siteModels(device) {
      const { source } = connected();
      const models = (await factsOf(source)).map((facts) => siteModelOf(source, facts, device));
      const read = await Promise.allSettled(models);
      const found = read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      if (found.length > 0) return found;
      const failed = read.find((one) => one.status === 'rejected');
      throw failed
        ? toAfterimageError(failed.reason)
        : new AfterimageError('model-not-found', 'There are no models on this site.');
    },
    async keepModel(id, device) {
      const { source, emit } = connected();
      keeping.abort(new DOMException('Another model is downloaded.', 'AbortError'));
      keeping = new AbortController();
      const { signal } = keeping;
      const onProgress = (loaded: number, total: number) => {
        emit({ type: 'heartbeat' }); // a call waits for it
        emit({ type: 'model-download', id, loaded, total });
      };
      try {
        await keepModel(source, id, (manifest) => textFiles(manifest, device), { signal, onProgress });
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        throw error;
      }
    },
    stopKeeping: async () => keeping.abort(new DOMException('It was stopped.', 'AbortError')),
    async removeModel(id) {
      const { source } = connected();
      const manifest = await readNewestManifest(source, id);
      const others = (await factsOf(source)).filter((facts) => facts.id !== id);
      const manifests = await Promise.allSettled(others.map((facts) => readNewestManifest(source, facts.id)));
      const shared = manifests.flatMap((one) => (one.status === 'fulfilled' ? piecesOf(one.value.files) : []));
      const elsewhere = new Set(shared.map(({ sha256 }) => sha256));
      const own = piecesOf(manifest.files).filter(({ sha256 }) => !elsewhere.has(sha256));
      await source.forget([`${MODELS}${id}/model.json`, `vision/${id}`], own);
    },
  };
}

/** What is known of the site's models: those of its list, and those that its collections name. */
async function factsOf(source: Pick<HttpSource, 'newest'>): Promise<readonly ModelFacts[]> {
  const read = async (path: string) => (await source.newest(path).catch(() => undefined))?.text;
  const [list, collections] = await Promise.all([read(MODEL_LIST), read('collections/index.json')]);
  const listed = list === undefined ? [] : parseModelList(list).models;
  const named = collections === undefined ? [] : parseCollectionList(collections).collections.map(({ model }) => model);
  const known = new Set(listed.map(({ id }) => id));
  const others = [...new Set([DEFAULT_MODEL, ...named])].filter((id) => !known.has(id));
  const unknown = { for: null, languages: [], commercial: null, quality: [] };
  return [...listed, ...others.map((id) => ({ id, ...unknown }))];
}

/** @throws AfterimageError `model-not-found`, `model-invalid`, `offline`, `network` */
async function siteModelOf(source: HttpSource, facts: ModelFacts, device: Device): Promise<SiteModel> {
  const manifest = await readNewestManifest(source, facts.id);
  const { title, can, cannot, licence, files } = manifest;
  const { kept } = await bytesOfFiles(source, files);
  return {
    ...{ ...facts, title, can, cannot, licence },
    text: await bytesOf(source, textFiles(manifest, device)),
    ...(await picturesOf(source, manifest, device)),
    kept,
  };
}

async function picturesOf(
  source: HttpSource,
  manifest: ModelManifest,
  device: Device,
): Promise<Pick<SiteModel, 'pictures' | 'library'>> {
  try {
    const files = [...new Set([...textFiles(manifest, device), ...visionFiles(manifest, device)])];
    const { sha256 } = towerFile(manifest, 'vision', visionDtype(manifest, device));
    const library = { model: { id: manifest.id, sha256 }, dim: manifest.dim };
    return { pictures: await bytesOf(source, files), library };
  } catch {
    return { pictures: null, library: null }; // it is here without the part that looks at pictures
  }
}

async function bytesOf(source: HttpSource, files: readonly ModelFile[]): Promise<ModelBytes> {
  const { bytes, missing } = await bytesOfFiles(source, files);
  return { bytes, missing };
}
