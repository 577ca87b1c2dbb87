import { createEffect, createSignal, type JSX, on, Show } from 'solid-js';
import type { Item } from '../../engine/collection/types.ts';
import { createPictureUrl } from '../../state/collection/picture-url.ts';
import { itemTitle } from '../common/item-title.ts';
import { useApp } from '../context.ts';

/** A thumbnail, or the name where there is none. */
export function Picture(props: { item: Item | undefined }): JSX.Element {
  const app = useApp();
  const [state, setState] = createSignal<'loading' | 'shown' | 'failed'>('loading');
  let image: HTMLImageElement | undefined;
  const thumbnail = () => props.item?.thumbnail ?? undefined;
  const source = createPictureUrl(app.pictureSource, () => props.item, 'thumbnail');
  // The picture before must not stay under another name; one that the browser has at hand is shown at once.
  // Without an address, and where it is broken, an image is complete too.
  const isAtHand = () => image?.complete && image.naturalWidth > 0;
  createEffect(on(source, (url) => setState(url !== undefined && isAtHand() ? 'shown' : 'loading')));
  const nothingToShow = () => props.item?.thumbnail === null;
  return (
    <span class="picture" data-state={nothingToShow() ? 'none' : state()}>
      <Show when={thumbnail()}>
        {(picture) => (
          <img
            ref={image}
            src={source()}
            alt=""
            width={picture().width}
            height={picture().height}
            decoding="async"
            draggable={false}
            onLoad={() => setState('shown')}
            onError={() => setState('failed')}
          />
        )}
      </Show>
      <Show when={state() === 'failed' || nothingToShow()}>
        <span class="picture-name" dir="auto" aria-hidden="true">
          {itemTitle(props.item)}
        </span>
      </Show>
    </span>
  );
}
