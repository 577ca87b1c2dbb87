import { memoise } from '../../engine/async/cached/memoise.ts';
import { adapterParts } from '../../engine/collection/extensions/adapter.ts';
import type { ItemStore } from '../../engine/collection/items/items.ts';
import { isCollectionName } from '../../engine/collection/manifest.ts';
import { type Collection, readCollection } from '../../engine/collection/reader.ts';
import type { CollectionManifest, Part, PartKind } from '../../engine/collection/types.ts';
import type { StoredVectors } from '../../engine/collection/vectors/stored-vectors.ts';
import { toAfterimageError } from '../../engine/errors.ts';
import type { LoadStage, WorkerEvent } from '../../protocol/query-worker.ts';
import type { HttpSource, Newest, Version } from '../bytes/http-source.browser.ts';
import { sha256 } from '../hashes/sha256.ts';

/** One version of a collection, of which manifest and items were read. */
export interface OpenCollection {
  readonly collection: Collection;
  readonly items: ItemStore;
  readonly fromCache: boolean;
  /** All of them. Memoised until `release`. */
  vectors(): Promise<StoredVectors>;
  /** What the index wrote. Memoised until `release`. */
  graph(): Promise<Uint8Array>;
  codes(): Promise<Uint8Array>;
  cells(): Promise<Uint8Array>;
  streamVectors: Collection['streamVectors'];
  inRanges: HttpSource['inRanges'];
  /**
   * Read what was not yet read, so that the next visit has all of this version once it is committed; of a collection that
   * is larger than `KEPT_BYTES`, read `onDemand` or of cells, what is needed to search it, while items and blocks are kept as they
   * are looked at.
   */
  readAll(onDemand: boolean): Promise<Version>;
  /** Forget vectors and graph, which whoever asked for them holds by now. */
  release(): void;
}

interface Reading {
  readonly signal: AbortSignal;
  /** Items and vectors of single blocks are read as they are needed: see `readAll`. */
  readonly onDemand: boolean;
  readonly onEvent: (event: WorkerEvent) => void;
  /** Reads what queries need of the model that made a newer version, with which alone that version is of use. */
  readonly readModel: (manifest: CollectionManifest) => Promise<unknown>;
}

/**
 * The newest version of a collection that can be read. Where an earlier visit kept another version, the new one is read
 * as a whole (or what `readAll` reads of it) before it is shown, with its model where that changed too: if a part of it is
 * missing or damaged, or the network goes, the kept one stays in use, and nobody ever sees half of each.
 * @throws AfterimageError `collection-not-found`, `collection-invalid`, `collection-version`, `part-missing`,
 * `part-corrupt`, `offline`, `network`, `collection-too-large`; the signal's reason.
 */
export async function openNewestCollection(
  source: HttpSource,
  name: string,
  reading: Reading,
): Promise<OpenCollection> {
  const { signal, onEvent } = reading;
  const newest = isCollectionName(name) ? await source.newest(manifestPath(name), { signal }) : undefined;
  const kept = newest?.kept;
  if (newest === undefined || kept === undefined || kept === newest.text) {
    const reads = readVersion(source, name, newest?.text, newest?.problem !== undefined, reading);
    const version = await (newest?.problem ? unlessOutdated(reads, newest.problem) : reads);
    if (newest?.problem) onEvent({ type: 'collection-kept', name, reason: keptBecause(newest.problem) });
    return version;
  }
  try {
    const version = await readVersion(source, name, newest.text, false, reading);
    await version.readAll(reading.onDemand);
    const { manifest } = version.collection;
    if (!kept.includes(manifest.model.sha256)) await reading.readModel(manifest);
    onEvent({ type: 'collection-updated', name });
    return version;
  } catch (error) {
    signal.throwIfAborted();
    const version = await unlessOutdated(readVersion(source, name, kept, true, reading), error);
    const reason =
      'There are newer pictures, but they could not be read completely, so the last complete state is shown. ' +
      toAfterimageError(error).message;
    onEvent({ type: 'collection-kept', name, reason });
    return version;
  }
}

/** What was kept before an update of the app may be of a format that is read no more: then the newest one's problem counts. */
async function unlessOutdated<T>(kept: Promise<T>, problem: unknown): Promise<T> {
  return kept.catch((error: unknown) => {
    throw toAfterimageError(error).code === 'collection-version' ? problem : error;
  });
}

async function readVersion(
  source: HttpSource,
  name: string,
  text: string | undefined,
  fromCache: boolean,
  { signal, onEvent }: Reading,
): Promise<OpenCollection> {
  const options = (stage: LoadStage) => ({
    signal,
    onProgress: (loaded: number, total: number) => onEvent({ type: 'progress', stage, loaded, total }),
  });
  // Single blocks are read for somebody who waits, and the page counts on hearing of it, also that they do not come.
  const heartbeat = () => onEvent({ type: 'heartbeat' });
  const readRange: HttpSource['readRange'] = (path, expected, range) =>
    source.readRange(path, expected, range, { onProgress: heartbeat }).finally(heartbeat);
  const pinned = { read: source.read, readRange, readText: async () => text };
  const collection = await readCollection(pinned, sha256, name);
  const items = await collection.items(options('items'));
  const vectors = memoise(() => collection.vectors(options('vectors')));
  const graph = memoise(() => collection.graph(options('graph')));
  return {
    collection,
    items,
    fromCache,
    vectors: vectors.get,
    graph: graph.get,
    codes: () => collection.codes(options('codes')),
    cells: () => collection.cells(options('codes')),
    inRanges: source.inRanges,
    streamVectors: (take, given) => collection.streamVectors(take, { ...options('vectors'), ...given }),
    async readAll(onDemand) {
      const adapter = adapterParts(collection.manifest).map((part) => ({
        ...part,
        path: `collections/${name}/${part.path}`,
      }));
      const files = [...partsToKeep(collection, onDemand), ...adapter];
      const { onProgress } = options('collection');
      const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
      let loaded = 0;
      for (const file of files) {
        await source.prefetch(file.path, file, { signal });
        loaded += file.bytes;
        onProgress(loaded, total);
      }
      return { path: manifestPath(name), text: text as string /* or readCollection had thrown */, files };
    },
    release() {
      vectors.forget();
      graph.forget();
    },
  };
}

/** Larger collections are not kept as a whole. */
const KEPT_BYTES = 256 * 2 ** 20;

function partsToKeep(collection: Collection, onDemand: boolean): readonly Part[] {
  const parts = collection.parts();
  const staysAway = onDemand || collection.has('cells');
  if (!staysAway && parts.reduce((sum, { bytes }) => sum + bytes, 0) <= KEPT_BYTES) return parts;
  const readsVectors = collection.has('codes') || collection.has('cells');
  const inBlocks: readonly PartKind[] = ['items', 'ids', 'members', ...(readsVectors ? (['vectors'] as const) : [])];
  return collection.has('blocks') ? parts.filter(({ kind }) => !inBlocks.includes(kind)) : parts;
}

function keptBecause({ code, message }: NonNullable<Newest['problem']>): string {
  if (code === 'offline') return 'No network: these are the pictures that the last visit kept.';
  return `These are the pictures that the last visit kept. ${message}`;
}

function manifestPath(name: string): string {
  return `collections/${name}/manifest.json`;
}
