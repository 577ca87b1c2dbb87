import { createSignal, createUniqueId, For, type JSX, onMount, Show } from 'solid-js';
import { toAfterimageError } from '../../engine/errors.ts';
import type { AlbumPicture, AlbumSummary, SavedSearch } from '../../protocol/albums.ts';
import type { Albums } from '../../state/albums/albums.ts';
import { Drawer } from '../common/drawer.tsx';
import { formatCount, formatPictures } from '../common/format.ts';
import { WithLibrary } from '../library/with-library.tsx';
import './albums.css';

interface Saving {
  /** Closed without saving. */
  readonly onClose: () => void;
  /** Saved in the album of this name. */
  readonly onSaved: (name: string) => void;
}

/** Asks for an album, an old or a new one, and puts pictures there. */
export function AddToAlbum(props: Saving & { pictures: readonly AlbumPicture[] }): JSX.Element {
  return (
    <Drawer title={`Add ${formatPictures(props.pictures.length)} to an album`} onClose={props.onClose}>
      <WithLibrary>
        {({ albums }) => (
          <>
            <Choices
              albums={albums}
              onChoose={async (album) => {
                await albums.add(album, props.pictures);
                props.onSaved(album.name);
              }}
            />
            <NameForm
              label="Name of a new album"
              name=""
              button="Make the album"
              onName={async (name) => {
                await albums.create(name, { kind: 'pictures', pictures: props.pictures });
                props.onSaved(name);
              }}
            />
          </>
        )}
      </WithLibrary>
    </Drawer>
  );
}

/** Asks for the name of a search, and saves it. */
export function SaveSearch(props: Saving & { search: SavedSearch; text: string }): JSX.Element {
  return (
    <Drawer title="Save this search" onClose={props.onClose}>
      <p class="quiet">It becomes an album that shows what matches now and later.</p>
      <WithLibrary>
        {({ albums }) => (
          <NameForm
            label="Name of the album"
            name={props.text.slice(0, 60).trim()}
            button="Save the search"
            onName={async (name) => {
              await albums.create(name, { kind: 'search', search: props.search });
              props.onSaved(name);
            }}
          />
        )}
      </WithLibrary>
    </Drawer>
  );
}

/** The albums of pictures that are there. */
function Choices(props: { albums: Albums; onChoose: (album: AlbumSummary) => Promise<void> }): JSX.Element {
  const [problem, setProblem] = createSignal('');
  onMount(() => void props.albums.read());
  const ofPictures = () => props.albums.list()?.filter(({ search }) => !search) ?? [];
  const choose = (album: AlbumSummary) =>
    props.onChoose(album).catch((cause: unknown) => void setProblem(toAfterimageError(cause).message));
  return (
    <Show when={ofPictures().length > 0}>
      <section class="album-save" aria-label="Your albums">
        <ul class="album-choices">
          <For each={ofPictures()}>
            {(album) => (
              <li>
                <button type="button" class="button" onClick={() => void choose(album)}>
                  <bdi>{album.name}</bdi>
                  <span class="quiet numbers">
                    <span class="visually-hidden">, </span>
                    {formatCount(album.count)}
                    <span class="visually-hidden"> pictures</span>
                  </span>
                </button>
              </li>
            )}
          </For>
        </ul>
        <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
      </section>
    </Show>
  );
}

function NameForm(props: {
  label: string;
  name: string;
  button: string;
  onName: (name: string) => Promise<void>;
}): JSX.Element {
  const id = createUniqueId();
  const [problem, setProblem] = createSignal('');
  const [isBusy, setBusy] = createSignal(false);
  let input: HTMLInputElement | undefined;
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await props.onName(input?.value ?? '');
    } catch (cause) {
      setProblem(toAfterimageError(cause).message);
      input?.focus();
    }
    setBusy(false);
  };
  return (
    <form class="album-save" onSubmit={(event) => void save(event)}>
      <label for={id}>{props.label}</label>
      <input
        ref={(element) => {
          input = element;
          queueMicrotask(() => {
            element.focus();
            element.select();
          });
        }}
        id={id}
        type="text"
        class="album-field"
        maxlength={100}
        required
        autocomplete="off"
        aria-invalid={problem() ? true : undefined}
        value={props.name}
      />
      <button type="submit" class="button" data-kind="primary" disabled={isBusy()}>
        {props.button}
      </button>
      <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
    </form>
  );
}
