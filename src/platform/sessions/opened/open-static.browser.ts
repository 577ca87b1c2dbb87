import { memoise } from '../../../engine/async/cached/memoise.ts';
import { adapterParts } from '../../../engine/collection/extensions/adapter.ts';
import { originOf, remoteOf, SAMPLE } from '../../../engine/collection/extensions/remote.ts';
import { createStaticSource } from '../../../engine/collection/source/static-source.ts';
import type { IndexKind, PartKind } from '../../../engine/collection/types.ts';
import { toAfterimageError } from '../../../engine/errors.ts';
import type { IndexPreference, RemoteState } from '../../../protocol/query-worker.ts';
import { REMOTE_ORIGINS } from '../../../site/remote-origins.ts';
import { loadCode } from '../../bytes/load-code.browser.ts';
import { type OpenCollection, openNewestCollection } from '../../collections/collection-source.browser.ts';
import type { Connection } from '../../encoders/encoders.browser.ts';
import { type Device, readTextModel } from '../../models/tower-files.browser.ts';
import type { Opened, OpenedIndex } from './opened.browser.ts';

/** The files without which a collection is not searched. */
const SEARCHED: Readonly<Record<IndexKind, readonly PartKind[]>> = {
  hnsw: ['vectors', 'graph'],
  exact: ['vectors'],
  codes: ['vectors', 'codes'],
  cells: ['cells'],
};

export interface OpenStaticOptions {
  readonly name: string;
  readonly preference: IndexPreference;
  readonly device: () => Promise<Device>;
  /** See `CodesParts`. */
  readonly calm: Promise<void>;
  readonly signal: AbortSignal;
}

/** Open a collection of static files. @throws what `openNewestCollection` throws */
export async function openStatic(
  { source: files, emit, baseUrl }: Connection,
  { name, preference, device, calm, signal }: OpenStaticOptions,
): Promise<Opened> {
  const open = await openNewestCollection(files, name, {
    signal,
    onDemand: preference === 'blocks',
    onEvent: emit,
    readModel: async (made) => readTextModel(files, made, await device(), emit),
  });
  signal.throwIfAborted();
  const { manifest } = open.collection;
  const location = preference === 'auto' ? remoteOf(manifest) : undefined;
  const origin = location && originOf(location);
  const openLocal = async () => {
    const { openIndex } = await loadCode(() => import('../../indexes/open-index.browser.ts'));
    return openIndex(open, preference, calm);
  };
  const index = memoise(async (): Promise<OpenedIndex> => {
    if (!location || !origin) return openLocal();
    const onState = (state: RemoteState) => emit({ type: 'remote', name, origin, ...state });
    const { openRemote } = await loadCode(() => import('../../indexes/remote/open-remote.browser.ts'));
    return openRemote(open, { location, allowed: REMOTE_ORIGINS, openLocal, onState });
  });
  const { parts: _parts, ...shown } = manifest;
  return {
    manifest,
    info: { manifest: shown, fromCache: open.fromCache, ...(origin && { searchedAt: [origin] }) },
    items: open.items,
    index,
    source: createStaticSource({
      ...{ manifest, items: open.items, baseUrl },
      vectorsOf: async (rows, options) => (await index.get()).vectors.vectorsOf(rows, options),
    }),
    searchFiles: [
      ...(location ? [] : SEARCHED[manifest.index].flatMap((kind) => open.collection.parts(kind))),
      ...[...(location ? manifest.parts.filter(({ kind }) => kind === SAMPLE) : []), ...adapterParts(manifest)].map(
        (part) => ({ ...part, path: `collections/${name}/${part.path}` }),
      ),
    ],
    keep: ({ versions }) =>
      location ? keepModel(files, open, versions) : keepTogether(files, open, index.get(), versions),
    release: () => open.release(),
  };
}

/** Without the vectors, nothing could be found; the model is kept, so that the next visit need not load it. */
async function keepModel(files: Connection['source'], open: OpenCollection, versions: Versions): Promise<string> {
  open.release();
  const problem = await files.commit([...versions]);
  return problem ?? 'A server searches these pictures, so a visit without a network could not.';
}

type Versions = Parameters<Connection['source']['commit']>[0];

async function keepTogether(
  files: Connection['source'],
  open: OpenCollection,
  index: Promise<OpenedIndex>,
  versions: Versions,
): Promise<string | undefined> {
  try {
    const { arrived, onDemand } = await index;
    await arrived;
    const problem = await files.commit([await open.readAll(onDemand), ...versions]);
    if (problem === undefined) await files.sweep();
    return problem;
  } catch (error) {
    return toAfterimageError(error).message;
  } finally {
    open.release();
  }
}
