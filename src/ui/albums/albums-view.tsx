import { For, type JSX, onMount, Show } from 'solid-js';
import type { Albums } from '../../state/albums/albums.ts';
import type { Library } from '../../state/library/library.ts';
import { Failure } from '../common/failure.tsx';
import { WithLibrary } from '../library/with-library.tsx';
import { AlbumCard } from './album-card.tsx';
import './albums.css';

/** The albums and saved searches of the visitor. */
export default function AlbumsView(): JSX.Element {
  return <WithLibrary>{(library) => <Page library={library} albums={library.albums} />}</WithLibrary>;
}

function Page(props: { library: Library; albums: Albums }): JSX.Element {
  let title: HTMLHeadingElement | undefined;
  onMount(() => void props.albums.read());
  return (
    <div class="albums">
      <header>
        <h1 ref={title} class="page-title" tabindex={-1}>
          Albums
        </h1>
        <p class="quiet">Pictures that you put together, and searches that you saved. They stay on this device.</p>
      </header>
      <Show when={props.albums.error()}>
        {(error) => (
          <Failure title="Your albums cannot be read" error={error()} onRetry={() => void props.albums.read()} />
        )}
      </Show>
      <Show when={props.albums.list()?.length === 0}>
        <NoAlbums />
      </Show>
      <ul class="album-list">
        <For each={props.albums.list()?.map(({ id }) => id)}>
          {(id) => (
            <Show when={props.albums.list()?.find((album) => album.id === id)}>
              {(album) => (
                <AlbumCard
                  album={album()}
                  albums={props.albums}
                  library={props.library}
                  onGone={() => title?.focus()}
                />
              )}
            </Show>
          )}
        </For>
      </ul>
    </div>
  );
}

function NoAlbums(): JSX.Element {
  return (
    <div class="albums-none">
      <p>There are no albums yet.</p>
      <ul>
        <li>
          <b>An album of pictures</b>: choose “Select” above the pictures, select some, then “Add to album”.
        </li>
        <li>
          <b>A saved search</b>: search for something, then choose “Save this search”. It shows what matches now and
          later.
        </li>
      </ul>
    </div>
  );
}
