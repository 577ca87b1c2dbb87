import type { ItemStore } from '../engine/collection/items.ts';
import { isCollectionName } from '../engine/collection/manifest.ts';
import { type Collection, readCollection } from '../engine/collection/reader.ts';
import { toAfterimageError } from '../engine/errors.ts';
import type { LoadStage, WorkerEvent } from '../protocol.ts';
import type { HttpSource } from './http-source.browser.ts';
import { memoise } from './memoise.ts';
import { sha256 } from './sha256.ts';

/** One version of a collection, of which manifest and items were read. */
export interface OpenCollection {
  readonly collection: Collection;
  readonly items: ItemStore;
  readonly fromCache: boolean;
  /** count × dim. Memoised until `release`. */
  vectors(): Promise<Float32Array>;
  /** What the index wrote. Memoised until `release`. */
  graph(): Promise<Uint8Array>;
  /** Read what was not yet read, so that the next visit has all of this version, and make it the kept one. */
  keep(): Promise<void>;
  /** Forget vectors and graph, which whoever asked for them holds by now. */
  release(): void;
}

interface Reading {
  readonly signal: AbortSignal;
  readonly onEvent: (event: WorkerEvent) => void;
}

/**
 * The newest version of a collection that can be read. Where an earlier visit kept another version, the new one is read
 * as a whole before it is shown: if a part of it is missing or damaged, or the network goes, the kept one stays in use,
 * and nobody ever sees half of each.
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
    const version = await readVersion(source, name, newest?.text, newest?.fromCache ?? false, reading);
    if (version.fromCache) {
      onEvent({
        type: 'collection-kept',
        name,
        reason: 'No network: these are the pictures that the last visit kept.',
      });
    }
    return version;
  }
  try {
    const version = await readVersion(source, name, newest.text, false, reading);
    await version.keep();
    onEvent({ type: 'collection-updated', name });
    return version;
  } catch (error) {
    signal.throwIfAborted();
    const version = await readVersion(source, name, kept, true, reading);
    const reason =
      'There are newer pictures, but they could not be read completely, so the last complete state is shown. ' +
      toAfterimageError(error).message;
    onEvent({ type: 'collection-kept', name, reason });
    return version;
  }
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
  const pinned = { read: source.read, readText: async () => text };
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
    async keep() {
      await Promise.all([vectors.get(), graph.get()]);
      if (text !== undefined) await source.commit(manifestPath(name), text, collection.parts());
    },
    release() {
      vectors.forget();
      graph.forget();
    },
  };
}

function manifestPath(name: string): string {
  return `collections/${name}/manifest.json`;
}
