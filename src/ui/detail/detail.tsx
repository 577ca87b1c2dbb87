import { createSignal, type JSX, Match, Show, Switch } from 'solid-js';
import type { Item, PictureFile } from '../../engine/collection/types.ts';
import { createPictureUrl } from '../../state/collection/picture-url.ts';
import { Dialog } from '../common/dialog.tsx';
import { Fact } from '../common/fact.tsx';
import { Failure } from '../common/failure.tsx';
import { formatBytes, formatCount, formatScore } from '../common/format.ts';
import { Icon } from '../common/icons.tsx';
import { useApp } from '../context.ts';
import { itemTitle } from '../grid/cell.tsx';
import { RatingError } from '../ratings/search-rating.tsx';
import { Thumbs } from '../ratings/thumbs.tsx';
import { matchText } from '../search/matches.ts';
import './detail.css';
import { dateFact } from './date-fact.ts';
import { LikeButtons } from './like-buttons.tsx';
import { type Point, swipe } from './swipe.ts';

/** The opened picture, large, above the page. */
export default function Detail(): JSX.Element {
  const { opened } = useApp();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || isOwnKeys(event.target)) return;
    if (event.key === 'ArrowRight') void opened.step(1);
    else if (event.key === 'ArrowLeft') void opened.step(-1);
  };

  return (
    <Dialog class="detail" label={itemTitle(opened.item()) || 'Picture'} onKeyDown={onKeyDown} onClose={opened.close}>
      <Stage />
      <aside class="detail-side">
        <button
          type="button"
          class="icon-button detail-close"
          autofocus
          aria-label="Close"
          title="Close"
          onClick={opened.close}
        >
          <Icon name="close" />
        </button>
        <Switch>
          <Match when={opened.item()}>{(item) => <Facts item={item()} />}</Match>
          <Match when={opened.missing()}>
            <Missing />
          </Match>
          <Match when={opened.error()}>
            {(error) => <Failure title="This picture could not be read" error={error()} />}
          </Match>
        </Switch>
      </aside>
    </Dialog>
  );
}

/** The picture with the ways to the ones beside it. */
function Stage(): JSX.Element {
  const { opened } = useApp();
  let from: Point | undefined;
  const onPointerUp = (event: PointerEvent) => {
    const asked = from && swipe(from, event);
    from = undefined;
    if (asked === 'close') opened.close();
    else if (asked) void opened.step(asked);
  };
  return (
    <div
      class="stage"
      onPointerDown={(event) => {
        // Of a page that is magnified, a finger moves the part that is seen; two fingers magnify.
        const isMagnified = (visualViewport?.scale ?? 1) > 1.01;
        if (event.pointerType === 'mouse' || isMagnified || !event.isPrimary) from = undefined;
        else from = { x: event.clientX, y: event.clientY };
      }}
      onPointerUp={onPointerUp}
      onPointerCancel={() => {
        from = undefined;
      }}
    >
      {/* Made anew for each, or the picture before would stay in the frame until the next one is here. */}
      <Show when={opened.item()} keyed>
        {(item) => (
          <Show when={item.thumbnail} fallback={<p class="stage-empty">{itemTitle(item)}</p>}>
            {(thumbnail) => <LargePicture item={item} thumbnail={thumbnail()} />}
          </Show>
        )}
      </Show>
      {/* Not `disabled`, which takes the keyboard away from a button that has it. */}
      <button
        type="button"
        class="icon-button stage-step"
        aria-label="Previous picture"
        aria-disabled={!opened.canStep(-1)}
        onClick={() => void opened.step(-1)}
      >
        <Icon name="left" size={24} />
      </button>
      <button
        type="button"
        class="icon-button stage-step"
        aria-label="Next picture"
        aria-disabled={!opened.canStep(1)}
        onClick={() => void opened.step(1)}
      >
        <Icon name="right" size={24} />
      </button>
    </div>
  );
}

/** The preview over its thumbnail, which stays where the preview cannot be loaded. */
function LargePicture(props: { item: Item; thumbnail: PictureFile }): JSX.Element {
  const app = useApp();
  const [shown, setShown] = createSignal<string>();
  const preview = () => props.item.preview ?? props.thumbnail;
  const item = () => props.item;
  const thumbnailUrl = createPictureUrl(app.pictureSource, item, 'thumbnail');
  const previewUrl = createPictureUrl(app.pictureSource, item, 'preview');
  return (
    <div class="stage-frame" style={{ '--width': preview().width, '--height': preview().height }}>
      <img class="stage-thumbnail" src={thumbnailUrl()} alt={itemTitle(props.item)} draggable={false} />
      <Show when={preview().path !== props.thumbnail.path}>
        <img
          src={previewUrl()}
          alt=""
          data-shown={shown() === preview().path ? '' : undefined}
          draggable={false}
          onLoad={() => setShown(preview().path)}
        />
      </Show>
    </div>
  );
}

function Facts(props: { item: Item }): JSX.Element {
  const app = useApp();
  const cell = app.opened.cell;
  const score = () => {
    const shown = cell();
    return shown === undefined ? null : (app.pictures.at(shown)?.score ?? null);
  };
  return (
    <>
      {/* Stepping with the keys leaves the focus where it is, so the new picture is said. */}
      <h2 aria-live="polite">
        <bdi>{itemTitle(props.item)}</bdi>
      </h2>
      <Show when={score() !== null}>
        <Show when={app.search.response()}>
          {(response) => <p class="detail-match">{matchText(response(), cell() ?? 0)}</p>}
        </Show>
        <Show when={!app.ratings.off()}>
          <Thumbs
            labelled
            title={itemTitle(props.item)}
            value={app.ratings.judgement(props.item.id)}
            onChange={(judgement) => {
              app.commit();
              void app.ratings.judge(props.item.id, judgement);
            }}
          />
          <RatingError ratings={app.ratings} />
        </Show>
      </Show>
      <LikeButtons item={props.item} />
      <dl class="facts numbers">
        <Show when={score() !== null}>
          <Fact name="Score">{formatScore(score() ?? 0)}</Fact>
        </Show>
        <Show when={cell() !== undefined}>
          <Fact name={score() === null ? 'Place' : 'Rank'}>
            {formatCount((cell() ?? 0) + 1)} of {formatCount(app.pictures.total())}
          </Fact>
        </Show>
        <Fact name="File">
          <bdi translate="no">{props.item.name}</bdi>
        </Fact>
        <Show when={sizeOf(props.item)}>{(size) => <Fact name="Size">{size()}</Fact>}</Show>
        <Show when={dateFact(props.item)}>{(date) => <Fact name={date().name}>{date().text}</Fact>}</Show>
        <Show when={props.item.licence ?? app.session.collection()?.manifest.licence}>
          {(licence) => <Fact name="Licence">{licence()}</Fact>}
        </Show>
      </dl>
    </>
  );
}

/** What is known of the source's size: nothing where only its vector was given. */
function sizeOf({ width, height, bytes }: Item): string {
  return [...(width > 0 ? [`${width} × ${height}`] : []), ...(bytes > 0 ? [formatBytes(bytes)] : [])].join(', ');
}

function Missing(): JSX.Element {
  return (
    <>
      <h2>Not here</h2>
      <p>
        This link leads to a picture that is not in this collection, or no longer. Close this, or choose another
        collection.
      </p>
    </>
  );
}

/** Controls inside that use the arrow keys themselves. */
function isOwnKeys(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, select, textarea, [role="radiogroup"]') !== null;
}
