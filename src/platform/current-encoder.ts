import { fitsModel } from '../engine/collection/assert-model.ts';
import type { CollectionManifest } from '../engine/collection/types.ts';
import type { EncoderRequest } from '../protocol.ts';
import type { LoadedEncoder } from './compose-search.ts';
import type { EncoderPool, PoolEntry, Pooled } from './encoder-pool.ts';

/** The text encoder of the open collection: held, so that the pool does not dispose of it. */
export interface CurrentEncoder<Loaded> {
  /** Undefined before `load`, and after it failed: asking again tries again. */
  current(): PoolEntry<Loaded> | undefined;
  /**
   * Take the encoder of the model that made `collection` in place of the one before: one that is there, else a new one,
   * begun when this resolves. The newest call counts.
   */
  load(collection: CollectionManifest, request: EncoderRequest): Promise<PoolEntry<Loaded>>;
}

/** @param start loads an encoder; for `makeRoom` see `StartEncoder` */
export function createCurrentEncoder<Loaded extends LoadedEncoder & Pooled>(
  pool: EncoderPool<Loaded>,
  start: (
    collection: CollectionManifest,
    request: EncoderRequest,
    makeRoom: (bytes: number) => Promise<void>,
  ) => Promise<Loaded>,
): CurrentEncoder<Loaded> {
  let current: { readonly entry: PoolEntry<Loaded>; readonly release: () => void } | undefined;
  let newest = 0;

  function take(entry: PoolEntry<Loaded>): void {
    if (current?.entry === entry) return;
    const before = current;
    current = { entry, release: entry.hold() };
    before?.release();
    entry.loaded.catch(() => {
      if (current?.entry === entry) current = undefined;
    });
  }

  return {
    current: () => current?.entry,
    async load(collection, request) {
      const mine = ++newest;
      const { device } = request;
      const key = { model: collection.model.sha256, tower: 'text', device, dtype: 'auto' } as const;
      // One model may have several vision towers, and a collection remembers the one that made it.
      const known = await pool.find(
        (other, { manifest }) =>
          other.tower === key.tower && other.device === device && fitsModel(collection, manifest),
      );
      const entry = known ?? pool.get(key, (makeRoom) => start(collection, request, makeRoom));
      if (mine === newest) take(entry);
      return entry;
    },
  };
}
