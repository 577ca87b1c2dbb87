import { EMPTY_LIST, parseCollectionList } from '../../engine/collection/manifest.ts';
import { AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import { DEFAULT_MODEL, type ModelFile, type ModelManifest } from '../../engine/model/model.ts';
import { MODEL_LIST, type ModelFacts, parseModelList } from '../../engine/model/model-list.ts';
import type { EncoderRequest, ModelBytes, QueryWorkerApi, SiteModel } from '../../protocol/query-worker.ts';
import type { SiteReranker } from '../../protocol/rerank-worker.ts';
import type { HttpSource } from '../bytes/http-source.browser.ts';
import type { Connection } from '../encoders/encoders.browser.ts';
import { bytesOfFiles, keepModel, piecesOf } from '../models/keep-model.browser.ts';
import { textFiles, towerFile, visionDtype, visionFiles } from '../models/model-files.ts';
import { readNewestManifest } from '../models/model-source.browser.ts';
import { MODELS } from '../models/models-folder.ts';
import {
  describeRerankers,
  keepReranker,
  readRerankerManifest,
  rerankerPath,
} from '../rerankers/reranker-source.browser.ts';

type Device = EncoderRequest['device'];
type SiteModels = Pick<QueryWorkerApi, 'siteModels' | 'keepModel' | 'stopKeeping' | 'removeModel'>;

/** The models of a site: what they are, and what this browser keeps of them. */
export function createSiteModels(connected: () => Connection): SiteModels {
  let keeping = new AbortController();
  return {
    async siteModels(device) {
      const { source } = connected();
      const { models, rerankers } = await listed(source);
      const read = await Promise.allSettled(models.map(({ id }) => readNewestManifest(source, id)));
      const files = read.map((one) => (one.status === 'fulfilled' ? one.value.files : []));
      const found = await Promise.all(
        models.flatMap((facts, i) => {
          const one = read[i];
          if (one?.status !== 'fulfilled') return [];
          return [siteModelOf(source, facts, one.value, ownPieces(one.value.files, files.toSpliced(i, 1)), device)];
        }),
      );
      const others = (await describeRerankers(source, rerankers, device)).map(siteModelOfReranker);
      if (found.length > 0) return [...found, ...others];
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
        const options = { signal, onProgress };
        if ((await listed(source)).rerankers.includes(id)) await keepReranker(source, id, device, options);
        else await keepModel(source, id, (manifest) => textFiles(manifest, device), options);
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        throw error;
      }
    },
    stopKeeping: async () => keeping.abort(new DOMException('It was stopped.', 'AbortError')),
    async removeModel(id) {
      const { source } = connected();
      const { models, rerankers } = await listed(source);
      const isReranker = rerankers.includes(id);
      const filesOf = async (one: string) =>
        rerankers.includes(one)
          ? (await readRerankerManifest(source, one)).manifest.files
          : (await readNewestManifest(source, one)).files;
      const files = await filesOf(id);
      const others = [...models.map((facts) => facts.id), ...rerankers].filter((one) => one !== id);
      const read = await Promise.allSettled(others.map(filesOf));
      const own = ownPieces(
        files,
        read.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
      );
      await source.forget(isReranker ? [rerankerPath(id)] : [`${MODELS}${id}/model.json`, `vision/${id}`], own);
    },
  };
}

const UNKNOWN = { for: null, languages: [], commercial: null, quality: [] };

interface Listed {
  /** What is known of the models of the site's list, and of those that its collections name. */
  readonly models: readonly ModelFacts[];
  /** Ids. */
  readonly rerankers: readonly string[];
}

async function listed(source: Pick<HttpSource, 'newest'>): Promise<Listed> {
  const read = async (path: string) => (await source.newest(path).catch(() => undefined))?.text;
  const [ofModels, ofCollections] = await Promise.all([read(MODEL_LIST), read('collections/index.json')]);
  const models = ofModels === undefined ? [] : parseModelList(ofModels).models;
  const { collections, rerankers = [] } = ofCollections === undefined ? EMPTY_LIST : parseCollectionList(ofCollections);
  const known = new Set(models.map(({ id }) => id));
  const named = new Set([DEFAULT_MODEL, ...collections.map(({ model }) => model)]);
  const others = [...named].filter((id) => !known.has(id));
  return { models: [...models, ...others.map((id) => ({ id, ...UNKNOWN }))], rerankers };
}

/** Among the models of the site, for whoever wants its space back. */
function siteModelOfReranker({ id, title, licence, bytes, missing, kept }: SiteReranker): SiteModel {
  return {
    ...{ ...UNKNOWN, id, title, licence, can: '', cannot: '', kept },
    for: 'a second look at the best pictures of a search',
    ...{ text: { bytes, missing }, pictures: null, library: null },
  };
}

/** What no other model has, and so goes when this one is removed. */
function ownPieces(files: readonly ModelFile[], others: readonly (readonly ModelFile[])[]) {
  const elsewhere = new Set(others.flatMap(piecesOf).map(({ sha256 }) => sha256));
  return piecesOf(files).filter(({ sha256 }) => !elsewhere.has(sha256));
}

async function siteModelOf(
  source: HttpSource,
  facts: ModelFacts,
  manifest: ModelManifest,
  own: ReturnType<typeof ownPieces>,
  device: Device,
): Promise<SiteModel> {
  const { title, can, cannot, licence } = manifest;
  const isKept = await Promise.all(own.map((piece) => source.isKept(piece)));
  const kept = own.reduce((sum, { bytes }, i) => (isKept[i] ? sum + bytes : sum), 0);
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
