import { createEffect, createSignal, type JSX, on, onCleanup, Show } from 'solid-js';
import { LIBRARY } from '../../engine/collection/types.ts';
import type { AlbumPicture } from '../../protocol/albums.ts';
import type { Library } from '../../state/library/library.ts';
import { Icon } from '../common/icons.tsx';
import { useApp } from '../context.ts';

/** The first picture of an album, or a sign where there is none. */
export function AlbumCover(props: {
  cover: AlbumPicture | undefined;
  isSearch: boolean;
  library: Library;
}): JSX.Element {
  const url = createCoverUrl(
    () => props.cover,
    (id) => props.library.thumbnail(id),
  );
  const [isBroken, setBroken] = createSignal(false);
  createEffect(on(url, () => setBroken(false)));
  return (
    <span class="album-cover">
      <Show when={!isBroken() && url()} fallback={<Icon name={props.isSearch ? 'search' : 'pictures'} size={32} />}>
        {(src) => <img src={src()} alt="" loading="lazy" onError={() => setBroken(true)} />}
      </Show>
    </span>
  );
}

/** Of a picture of the site its file there, of the visitor's own what is kept. */
function createCoverUrl(
  cover: () => AlbumPicture | undefined,
  thumbnail: (id: string) => Promise<Blob | undefined>,
): () => string | undefined {
  const { baseUrl } = useApp();
  const [own, setOwn] = createSignal<string>();
  const forget = () => {
    const url = own();
    if (url) URL.revokeObjectURL(url);
    setOwn(undefined);
  };
  let newest: string | undefined;
  createEffect(
    on(
      () => (cover()?.collection === LIBRARY ? cover()?.id : undefined),
      (id) => {
        newest = id;
        forget();
        if (id === undefined) return;
        const show = (blob: Blob | undefined) => blob && newest === id && setOwn(URL.createObjectURL(blob));
        thumbnail(id).then(show, () => undefined); // the sign stands in its place
      },
    ),
  );
  onCleanup(() => {
    newest = undefined;
    forget();
  });
  return () => {
    const shown = cover();
    if (shown?.collection === LIBRARY) return own();
    if (shown?.thumbnail === undefined) return undefined;
    return new URL(`collections/${shown.collection}/${shown.thumbnail}`, baseUrl).href;
  };
}
