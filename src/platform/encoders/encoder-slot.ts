import { fitsModel } from '../../engine/collection/assert-model.ts';
import type { CollectionManifest } from '../../engine/collection/types.ts';
import type { EncoderRequest } from '../../protocol/query-worker.ts';
import type { LoadedEncoder } from '../indexes/compose-search.ts';

/** A text encoder that is loaded, or being loaded. */
export interface Encoder<Loaded> {
  readonly request: EncoderRequest;
  readonly loaded: Promise<Loaded>;
}

/** The one text encoder of a worker. */
export interface EncoderSlot<Loaded> {
  /** Undefined before `load`, and after it failed: asking again tries again. */
  current(): Encoder<Loaded> | undefined;
  /** The encoder that is there if it is of the model that made `collection`, else another in its place. */
  load(collection: CollectionManifest, request: EncoderRequest): Promise<Encoder<Loaded>>;
}

type Disposable = LoadedEncoder & { readonly encoder: { dispose(): unknown } };

export function createEncoderSlot<Loaded extends Disposable>(
  start: (collection: CollectionManifest, request: EncoderRequest) => Promise<Loaded>,
): EncoderSlot<Loaded> {
  let encoder: Encoder<Loaded> | undefined;

  function replace(collection: CollectionManifest, request: EncoderRequest): Encoder<Loaded> {
    const previous = encoder;
    const mine = { request, loaded: start(collection, request) };
    encoder = mine;
    mine.loaded.catch(() => {
      if (encoder === mine) encoder = undefined;
    });
    previous?.loaded.then((old) => old.encoder.dispose()).catch(() => undefined);
    return mine;
  }

  return {
    current: () => encoder,
    async load(collection, request) {
      const known = await encoder?.loaded.catch(() => undefined);
      return encoder && known && fitsModel(collection, known.manifest) ? encoder : replace(collection, request);
    },
  };
}
