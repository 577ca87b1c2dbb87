import { memoise } from '../../../engine/async/cached/memoise.ts';
import { createStaticSource } from '../../../engine/collection/source/static-source.ts';
import type { IndexKind, PartKind } from '../../../engine/collection/types.ts';
import { toAfterimageError } from '../../../engine/errors.ts';
import type { IndexPreference } from '../../../protocol/query-worker.ts';
import { type OpenCollection, openNewestCollection } from '../../collections/collection-source.browser.ts';
import type { Connection } from '../../encoders/encoders.browser.ts';
import { openIndex } from '../../indexes/open-index.browser.ts';
import { type Device, readTextModel } from '../../models/tower-files.browser.ts';
import type { Opened } from './opened.browser.ts';

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
  const index = memoise(() => openIndex(open, preference, calm));
  const { manifest } = open.collection;
  const { parts: _parts, ...shown } = manifest;
  return {
    manifest,
    info: { manifest: shown, fromCache: open.fromCache },
    items: open.items,
    index,
    source: createStaticSource({
      ...{ manifest, items: open.items, baseUrl },
      vectorsOf: async (rows, options) => (await index.get()).vectors.vectorsOf(rows, options),
    }),
    searchFiles: SEARCHED[manifest.index].flatMap((kind) => open.collection.parts(kind)),
    keep: ({ versions }) => keepTogether(files, open, index.get(), versions),
    release: () => open.release(),
  };
}

type Versions = Parameters<Connection['source']['commit']>[0];

async function keepTogether(
  files: Connection['source'],
  open: OpenCollection,
  index: ReturnType<typeof openIndex>,
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
