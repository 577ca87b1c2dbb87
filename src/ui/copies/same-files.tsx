import { createMemo, createResource, createSignal, For, type JSX, Show } from 'solid-js';
import { toAfterimageError } from '../../engine/errors.ts';
import type { PicturePlace, PictureWithCopies } from '../../protocol/library-files.ts';
import { Failure } from '../common/failure.tsx';
import { formatCount, formatPictures } from '../common/format.ts';
import { useApp } from '../context.ts';
import { InternalLink } from '../shell/header.tsx';
import './same-files.css';

/** Pictures that are shown at first, and with each “Show more”. */
const SHOWN = 100;

type Place = PictureWithCopies['places'][number];

const keyOf = ({ itemId, folder, path }: PicturePlace) => JSON.stringify([itemId, folder, path]);

/** Files of the visitor's own that have the same content: each picture with all its places, of which all but one can be deleted. */
export function SameFiles(props: { onEmpty: () => void }): JSX.Element {
  const app = useApp();
  const [chosen, setChosen] = createSignal<ReadonlySet<string>>(new Set());
  const [limit, setLimit] = createSignal(SHOWN);
  const [found, { refetch }] = createResource(async () => (await app.library.load()).withCopies());
  const pictures = () => (found.state === 'ready' || found.state === 'refreshing' ? (found.latest ?? []) : undefined);
  const places = createMemo(() => pictures()?.flatMap((one) => one.places) ?? []);
  const wanted = createMemo(() => places().filter((place) => chosen().has(keyOf(place))));
  const canDelete = () => places().some((place) => place.canDelete);
  const choose = (place: Place, isChosen: boolean) => {
    const next = new Set(chosen());
    if (isChosen) next.add(keyOf(place));
    else next.delete(keyOf(place));
    setChosen(next);
  };
  const chooseOthers = () =>
    setChosen(new Set((pictures() ?? []).flatMap((one) => othersOf(one)).map((place) => keyOf(place))));
  const remove = async () => {
    const { disk } = await app.library.load();
    await disk.askFor({ places: wanted().map(({ itemId, folder, path }) => ({ itemId, folder, path })) }, () => {
      setChosen(new Set<string>());
      void refetch();
      props.onEmpty();
    });
  };

  return (
    <>
      <div class="copies-state">
        <p role="status">{pictures() ? sentence(pictures() ?? [], places().length) : 'Looking for them'}</p>
      </div>
      <Show when={found.state === 'errored'}>
        <Failure
          title="The files could not be compared"
          error={toAfterimageError(found.error)}
          onRetry={() => void refetch()}
        />
      </Show>
      <Show when={places().length > 0}>
        <Show
          when={canDelete()}
          fallback={
            <p class="copies-note quiet">
              Nothing can be deleted here: only files in a folder that was opened by “Choose a folder”, in a browser
              that keeps it open, can be deleted from the disk.
            </p>
          }
        >
          <div class="copies-tools">
            <button type="button" class="button" onClick={chooseOthers}>
              Select all but the first of each
            </button>
            <button
              type="button"
              class="button"
              disabled={wanted().length === 0}
              onClick={() => setChosen(new Set<string>())}
            >
              Select none
            </button>
            <button
              type="button"
              class="button"
              data-kind="danger"
              disabled={wanted().length === 0}
              onClick={() => void remove()}
            >
              {wanted().length === 0 ? 'Delete from the disk' : `Delete ${copiesText(wanted().length)} from the disk`}
            </button>
          </div>
        </Show>
        <ul class="same-files">
          <For each={pictures()?.slice(0, limit())}>
            {(picture) => <SameFile picture={picture} chosen={chosen()} onChoose={choose} />}
          </For>
        </ul>
        <Show when={(pictures()?.length ?? 0) > limit()}>
          <p>
            <button type="button" class="button" onClick={() => setLimit(limit() + SHOWN)}>
              Show more
            </button>
          </p>
        </Show>
      </Show>
    </>
  );
}

/** Those that can be deleted so that one stays: one that cannot be, or else the first. */
function othersOf({ places }: PictureWithCopies): Place[] {
  const stays = places.find((place) => !place.canDelete) ?? places[0];
  return places.filter((place) => place.canDelete && place !== stays);
}

function copiesText(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'copy' : 'copies'}`;
}

function sentence(pictures: readonly PictureWithCopies[], places: number): string {
  if (pictures.length === 0) return 'No two files have the same content.';
  const each = pictures.length === 1 ? 'is' : 'are';
  return `${formatPictures(pictures.length)} ${each} in several places: ${formatCount(places)} files.`;
}

function SameFile(props: {
  picture: PictureWithCopies;
  chosen: ReadonlySet<string>;
  onChoose: (place: Place, isChosen: boolean) => void;
}): JSX.Element {
  const left = () => props.picture.places.filter((place) => !props.chosen.has(keyOf(place)));
  /** The last one stays. */
  const isLast = (place: Place) => left().length === 1 && left()[0] === place;
  return (
    <li>
      <InternalLink class="same-files-picture" patch={{ view: 'search', item: props.picture.itemId }}>
        <Thumbnail itemId={props.picture.itemId} />
        <span class="visually-hidden">{`Show ${props.picture.places[0]?.name ?? ''}`}</span>
      </InternalLink>
      <ul>
        <For each={props.picture.places}>
          {(place) => (
            <li>
              <label class="same-files-place">
                <input
                  type="checkbox"
                  checked={props.chosen.has(keyOf(place))}
                  disabled={!place.canDelete || isLast(place)}
                  onChange={(event) => props.onChoose(place, event.currentTarget.checked)}
                />
                <bdi translate="no">{place.name}</bdi>
                <Show when={!place.canDelete}>
                  <span class="quiet">cannot be deleted from here</span>
                </Show>
              </label>
            </li>
          )}
        </For>
      </ul>
    </li>
  );
}

/** By its bytes, so that it is there whatever collection is open. */
function Thumbnail(props: { itemId: string }): JSX.Element {
  const app = useApp();
  const [url] = createResource(
    () => props.itemId,
    async (id) => {
      const blob = await (await app.library.load()).thumbnail(id).catch(() => undefined);
      return blob && URL.createObjectURL(blob);
    },
  );
  return (
    <span class="picture" data-state={url.state === 'ready' && url() ? 'shown' : 'none'}>
      <Show when={url.state === 'ready' && url()}>
        {(source) => <img src={source()} alt="" width="96" height="96" onLoad={() => URL.revokeObjectURL(source())} />}
      </Show>
    </span>
  );
}
