import { type Accessor, createMemo, createSignal, onCleanup } from 'solid-js';
import type { Item, Picture, PictureSize, PictureSource } from '../../engine/collection/types.ts';

/**
 * The address of the picture of an item that changes, for an `<img>`: undefined while it is not known, where there is no
 * picture of that size and where it cannot be read.
 * @param source of the collection that is shown
 */
export function createPictureUrl(
  source: Accessor<PictureSource | undefined>,
  item: Accessor<Item | undefined>,
  size: PictureSize,
): Accessor<string | undefined> {
  const known = createMemo((): string | undefined | Accessor<string | undefined> => {
    const shown = item();
    const picture = shown && source()?.picture(shown, size);
    return picture instanceof Promise ? createPromisedUrl(picture) : picture && urlOf(picture);
  });
  return () => {
    const url = known();
    return typeof url === 'function' ? url() : url;
  };
}

function createPromisedUrl(promise: Promise<Picture | undefined>): Accessor<string | undefined> {
  const [picture, setPicture] = createSignal<Picture>();
  promise.then(setPicture, () => {});
  return createMemo(() => {
    const read = picture();
    return read && urlOf(read);
  });
}

/** Of bytes it holds until whatever asked for it is made anew or gone. */
function urlOf(picture: Picture): string {
  if ('url' in picture) return picture.url;
  const url = URL.createObjectURL(new Blob([picture.bytes], { type: picture.type }));
  onCleanup(() => URL.revokeObjectURL(url));
  return url;
}
