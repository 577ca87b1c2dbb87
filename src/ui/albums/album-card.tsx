import { createResource, createSignal, type JSX, Show } from 'solid-js';
import { AfterimageError, toAfterimageError } from '../../engine/errors.ts';
import { queryText } from '../../engine/query/query.ts';
import { parseQuery } from '../../engine/query/serialise.ts';
import type { AlbumSummary } from '../../protocol/albums.ts';
import type { Albums } from '../../state/albums/albums.ts';
import { openingOf } from '../../state/albums/open-album.ts';
import type { FoundNow } from '../../state/albums/saved-searches.ts';
import type { Library } from '../../state/library/library.ts';
import { formatCount, formatPictures } from '../common/format.ts';
import { useApp } from '../context.ts';
import { InternalLink } from '../shell/header.tsx';
import { AlbumCover } from './album-cover.tsx';

/** One album: its cover and name, which open it, what is in it, and how it is renamed and deleted. */
export function AlbumCard(props: {
  album: AlbumSummary;
  albums: Albums;
  library: Library;
  /** What had the keyboard is gone. */
  onGone: () => void;
}): JSX.Element {
  const [isRenaming, setRenaming] = createSignal(false);
  let rename: HTMLButtonElement | undefined;
  const opening = () => openingOf(props.album);
  const remove = async () => {
    if (await props.albums.delete(props.album)) props.onGone();
  };
  const stop = () => {
    setRenaming(false);
    rename?.focus();
  };
  return (
    <li class="album">
      <Show when={opening()} fallback={<Face album={props.album} library={props.library} />}>
        {(patch) => (
          <InternalLink class="album-link" patch={patch()}>
            <Face album={props.album} library={props.library} />
          </InternalLink>
        )}
      </Show>
      <Show
        when={isRenaming()}
        fallback={
          <div class="album-tools">
            <button
              ref={rename}
              type="button"
              class="button"
              aria-label={`Rename ${props.album.name}`}
              onClick={() => setRenaming(true)}
            >
              Rename
            </button>
            <button
              type="button"
              class="button"
              data-kind="danger"
              aria-label={`Delete ${props.album.name}`}
              onClick={() => void remove()}
            >
              Delete
            </button>
          </div>
        }
      >
        <RenameForm name={props.album.name} onName={(name) => props.albums.rename(props.album, name)} onEnd={stop} />
      </Show>
    </li>
  );
}

function Face(props: { album: AlbumSummary; library: Library }): JSX.Element {
  const { savedSearches, session } = useApp();
  /** Anew where the album or what is searched is another. */
  const asked = () => props.album.search && session.collection() && props.album;
  const [answer] = createResource(asked, (album) => savedSearches(album).catch(() => undefined));
  // Asked before it is there, a resource would take the whole view away.
  const found = () => (answer.state === 'ready' || answer.state === 'refreshing' ? answer.latest : undefined);
  return (
    <>
      <AlbumCover
        cover={found()?.cover ?? props.album.cover}
        isSearch={props.album.search !== undefined}
        library={props.library}
      />
      <bdi class="album-name">{props.album.name}</bdi>
      <span class="album-what quiet numbers">{whatIsIn(props.album, found())}</span>
    </>
  );
}

function whatIsIn({ search, count }: AlbumSummary, found: FoundNow | undefined): string {
  if (!search) return formatPictures(count);
  const query = parseQuery(search.query);
  if (query instanceof AfterimageError) return 'A search of a newer Afterimage. Reload the page to open it.';
  const text = `Saved search: ${queryText(query)}`;
  if (!found) return text;
  return `${found.isOpenEnded ? `${formatCount(found.count)} or more pictures` : formatPictures(found.count)}. ${text}`;
}

function RenameForm(props: { name: string; onName: (name: string) => Promise<void>; onEnd: () => void }): JSX.Element {
  const [problem, setProblem] = createSignal('');
  let input: HTMLInputElement | undefined;
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    try {
      await props.onName(input?.value ?? '');
      props.onEnd();
    } catch (cause) {
      setProblem(toAfterimageError(cause).message);
      input?.focus();
    }
  };
  return (
    <form
      class="album-tools"
      onSubmit={(event) => void save(event)}
      onKeyDown={(event) => event.key === 'Escape' && props.onEnd()}
    >
      <input
        ref={(element) => {
          input = element;
          queueMicrotask(() => {
            element.focus();
            element.select();
          });
        }}
        type="text"
        class="album-field"
        aria-label={`New name of ${props.name}`}
        aria-invalid={problem() ? true : undefined}
        maxlength={100}
        required
        value={props.name}
      />
      <button type="submit" class="button" data-kind="primary">
        Save
      </button>
      <button type="button" class="button" onClick={() => props.onEnd()}>
        Cancel
      </button>
      <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
    </form>
  );
}
