import { fitsModel } from '../../../engine/collection/assert-model.ts';
import type { CollectionManifest } from '../../../engine/collection/types.ts';
import type { EncoderRequest } from '../../../protocol/query-worker.ts';
import type { LoadedEncoder } from '../../indexes/compose-search.ts';
import type { EncoderPool, HeldEntry, PoolEntry, Pooled } from './encoder-pool.ts';

/** The text encoder of the open collection: held, so that the pool does not dispose of it. */
export interface CurrentEncoder<Loaded> {
  /** The newest that was asked for. Undefined before `load`, and after it failed: asking again tries again. */
  current(): Promise<PoolEntry<Loaded>> | undefined;
  /**
   * Take the encoder of the model that made `collection` in place of the one before: one that is there, else a new one,
   * begun when this resolves.
   */
  load(collection: CollectionManifest, request: EncoderRequest): Promise<PoolEntry<Loaded>>;
  /**
   * The encoder of the model that made `collection` beside the current one, held: one that is there, else a new one.
   * @param start loads it, in place of how the current one is loaded
   */
  beside(collection: Made, request: EncoderRequest, start: Start<Loaded>): Promise<HeldEntry<Loaded>>;
}

type Made = Pick<CollectionManifest, 'name' | 'model' | 'dim'>;
type Start<Loaded> = Parameters<EncoderPool<Loaded>['get']>[1];

/** @param start loads an encoder; for `makeRoom` see `StartEncoder` */
export function createCurrentEncoder<Loaded extends LoadedEncoder & Pooled>(
  pool: EncoderPool<Loaded>,
  start: (
    collection: CollectionManifest,
    request: EncoderRequest,
    makeRoom: (bytes: number) => Promise<void>,
  ) => Promise<Loaded>,
): CurrentEncoder<Loaded> {
  let current: Promise<PoolEntry<Loaded>> | undefined;
  let release = () => {};

  async function choose(collection: Made, request: EncoderRequest, begin: Start<Loaded>): Promise<HeldEntry<Loaded>> {
    const { device } = request;
    // One model may have several vision towers, and a collection remembers the one that made it.
    const known = await pool.find(
      (key, { manifest }) => key.tower === 'text' && key.device === device && fitsModel(collection, manifest),
    );
    const key = { model: collection.model.sha256, tower: 'text', device, dtype: 'auto' } as const;
    if (known) return known;
    const entry = pool.get(key, begin);
    return { entry, release: entry.hold() };
  }

  function hold(entry: PoolEntry<Loaded>): void {
    const releaseFormer = release;
    release = entry.hold();
    releaseFormer();
  }

  return {
    current: () => current,
    load(collection, request) {
      const begin: Start<Loaded> = (makeRoom) => start(collection, request, makeRoom);
      const mine = choose(collection, request, begin).then(({ entry, release: releaseFound }) => {
        if (current === mine) hold(entry);
        releaseFound();
        entry.loaded.catch(() => {
          if (current === mine) current = undefined;
        });
        return entry;
      });
      current = mine;
      return mine;
    },
    beside: choose,
  };
}
