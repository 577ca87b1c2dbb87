import { type Accessor, createSignal } from 'solid-js';
import type { AskedPictures } from './asked-pictures.ts';

/** The way to the pictures that were searched for. Nothing of it is loaded where nobody searches by picture. */
export interface AskedAccess {
  /** Undefined until it was loaded. */
  readonly pictures: Accessor<AskedPictures | undefined>;
  /** What failed is tried again by the next call. */
  load(): Promise<AskedPictures>;
}

export function createAskedAccess(create: () => Promise<AskedPictures>): AskedAccess {
  const [pictures, setPictures] = createSignal<AskedPictures>();
  let loading: Promise<AskedPictures> | undefined;
  return {
    pictures,
    load() {
      loading ??= create().then(
        (made) => {
          setPictures(() => made);
          return made;
        },
        (error: unknown) => {
          loading = undefined;
          throw error;
        },
      );
      return loading;
    },
  };
}
