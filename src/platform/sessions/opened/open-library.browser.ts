import { memoise } from '../../../engine/async/cached/memoise.ts';
import { fitsModel } from '../../../engine/collection/assert-model.ts';
import {
  type CollectionManifest,
  FORMAT_VERSION,
  type Item,
  LIBRARY,
  LIBRARY_TITLE,
} from '../../../engine/collection/types.ts';
import { AfterimageError, toAfterimageError } from '../../../engine/errors.ts';
import { DEFAULT_MODEL, type ModelManifest } from '../../../engine/model/model.ts';
import { createIndexRetriever } from '../../../engine/search/retriever.ts';
import type { LiveState } from '../../../protocol/query-worker.ts';
import type { Connection } from '../../encoders/encoders.browser.ts';
import type { OpenIndex } from '../../indexes/open-index.browser.ts';
import type { LibraryModel, LibraryStore } from '../../library/library-store.ts';
import { type LiveLibrary, openLiveLibrary } from '../../library/live-library.ts';
import { visionHash } from '../../models/model-files.ts';
import { readNewestManifest } from '../../models/model-source.browser.ts';
import { createLibrarySignatures } from './library-signatures.browser.ts';
import type { Opened } from './opened.browser.ts';

/**
 * Open the visitor's own pictures as a collection that changes while it is open. No file of the site is read but the
 * description of its model, and that only while there are no pictures.
 * @throws what the store throws; of an empty library `model-not-found`, `model-invalid`, `offline`, `network`
 */
export async function openLibrary(
  { source: files, emit }: Pick<Connection, 'source' | 'emit'>,
  store: LibraryStore,
  signal: AbortSignal,
): Promise<Opened> {
  const made = await store.model();
  const site = made ? undefined : await readDefaultModel(files);
  const model = made ?? (site as DefaultModel).model;
  const numbering = Math.random();
  const started = performance.now();
  const library = await openLiveLibrary(store, model, {
    fits: site && ((now) => fitsModel({ name: LIBRARY, ...now }, site.manifest)),
    onChange: ({ changed }) => emit({ type: 'collection-changed', name: LIBRARY, changed, ...state() }),
    onOutdated: () => emit({ type: 'collection-outdated', name: LIBRARY }),
  });
  const loadMs = performance.now() - started;
  const state = (): LiveState => ({ numbering, count: library.count, order: library.order() });
  if (signal.aborted) library.close();
  signal.throwIfAborted();
  const manifest = libraryManifest(library);
  const { parts: _parts, ...shown } = manifest;
  return {
    manifest,
    info: { manifest: shown, fromCache: false, live: state() },
    items: library.items,
    index: memoise(async () => indexOf(library, manifest, loadMs)),
    source: {
      ...{ name: LIBRARY, dim: model.dim, model: model.model },
      get count() {
        return library.items.count;
      },
      order: library.order,
      items: (rows) => Promise.all(Array.from(rows, library.items.get)),
      rowOf: library.items.rowOf,
      vectorsOf: library.vectors.vectorsOf,
      makeSignature: createLibrarySignatures(store),
      picture: (item, size) => (size === 'original' ? undefined : storedPicture(store, item, size)),
    },
    keep: ({ versions }) => files.commit(versions),
    release() {},
    close: library.close,
  };
}

interface DefaultModel {
  readonly manifest: ModelManifest;
  readonly model: LibraryModel;
}

/** The model that will make the vectors of pictures that are added. */
async function readDefaultModel(files: Connection['source']): Promise<DefaultModel> {
  const manifest = await readNewestManifest(files, DEFAULT_MODEL);
  const sha256 = visionHash(manifest);
  return { manifest, model: { model: { id: manifest.id, sha256 }, dim: manifest.dim } };
}

/** A smaller copy of a picture, from where it is stored; undefined where there is none. */
export async function storedPicture(store: LibraryStore, item: Item, size: 'thumbnail' | 'preview') {
  const file = item[size];
  return file ? await store.rendition(file.path) : undefined;
}

/**
 * What is wrong with the model of the library, for visitors: its vectors are of no use without that model, and those of
 * another one are never compared with them.
 */
export function libraryModelError(cause: unknown, { model }: Pick<CollectionManifest, 'model'>): AfterimageError {
  const error = toAfterimageError(cause);
  if (error.code !== 'collection-model-mismatch' && error.code !== 'model-not-found') return error;
  const now = error.code === 'model-not-found' ? 'which this site does not have any more' : 'which has changed since';
  return new AfterimageError(
    'library-model-changed',
    `Your pictures were embedded with the model ${model.id}, ${now}. ` +
      'They have to be embedded again before they can be searched.',
    { cause },
  );
}

function indexOf(library: LiveLibrary, manifest: CollectionManifest, loadMs: number): OpenIndex {
  const { index, vectors } = library;
  const reason = 'Your own pictures are all compared with each search.';
  return {
    ...{ manifest, index, vectors, reason },
    retriever: createIndexRetriever({ index, rankAll: index.rankAll }),
    get sample() {
      return library.sample;
    },
    live: { revision: library.revision, has: index.has },
    onDemand: false,
    arrived: Promise.resolve(),
    info: { kind: index.kind, reason, count: index.size, dim: index.dim, onDemand: false, loadMs },
  };
}

/** As a collection of static files would say it, without the files. */
function libraryManifest({ model: { model, dim }, count }: LiveLibrary): CollectionManifest {
  return {
    format: 'afterimage-collection',
    version: FORMAT_VERSION,
    name: LIBRARY,
    title: LIBRARY_TITLE,
    description: 'They are kept in this browser and are never sent anywhere.',
    licence: null,
    examples: [],
    created: new Date().toISOString(),
    ...{ model, dim, count },
    fingerprint: '',
    metric: 'cosine',
    quantiser: { encoding: 'f16', rowBytes: 2 * dim, rowsPerBlock: 1 },
    index: 'exact',
    hnsw: { M: 16, efConstruction: 200, efSearch: 48 },
    pictures: { mode: 'preview', bytes: 0 },
    parts: [],
    sha256: '',
  };
}
