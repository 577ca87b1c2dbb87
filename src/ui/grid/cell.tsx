import { createEffect, createSignal, type JSX, on, Show } from 'solid-js';
import type { Item } from '../../engine/collection/types.ts';
import { createItem } from '../../state/collection/items.ts';
import { createPictureUrl } from '../../state/collection/picture-url.ts';
import { originOf } from '../../state/collection/together.ts';
import { formatCount, formatScore } from '../common/format.ts';
import { Icon } from '../common/icons.tsx';
import { useApp } from '../context.ts';
import { Thumbs } from '../ratings/thumbs.tsx';
import { createSelecting } from './selecting.ts';

/** One picture of the grid: a link to its detail view, and thumbs when it is a result. */
export function Cell(props: {
  cell: number;
  column: number;
  active: boolean;
  onActivate: (cell: number) => void;
  onOpen: (cell: number, item: Item) => void;
  /** More pictures like this one are asked for. */
  onLike: (item: Item) => void;
}): JSX.Element {
  const app = useApp();
  const ranked = () => app.pictures.at(props.cell);
  const item = createItem(app.items, () => ranked()?.row);
  const score = () => ranked()?.similarity ?? null;
  const [touched, setTouched] = createSignal(false);

  const href = () => {
    const shown = item();
    return shown && app.pictures.href(shown.id);
  };
  const place = () => `${formatCount(props.cell + 1)} of ${formatCount(app.pictures.total())}`;
  const selecting = createSelecting(app.selection, () => ({ cell: props.cell, item: item() }));
  const isOn = app.selection.isOn;
  const isSelected = () => {
    const shown = item();
    return shown !== undefined && app.selection.has(shown);
  };
  const open = (event: MouseEvent) => {
    if (selecting.takesClick(event)) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const opened = item();
    if (opened) props.onOpen(props.cell, opened);
  };

  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the focus is on the link in the cell.
    <div
      class="cell"
      role="gridcell"
      aria-colindex={props.column + 1}
      aria-selected={isOn() ? isSelected() : undefined}
      onPointerDown={selecting.onPointerDown}
      onContextMenu={selecting.onContextMenu}
      onPointerEnter={(event) => setTouched(event.pointerType === 'mouse')}
      onPointerLeave={(event) => setTouched(event.currentTarget.contains(document.activeElement))}
      onFocusIn={() => setTouched(true)}
      onFocusOut={(event) => setTouched(event.currentTarget.contains(event.relatedTarget as Node | null))}
    >
      <a
        href={href()}
        data-cell={props.cell}
        tabindex={props.active ? 0 : -1}
        title={touched() ? itemTitle(item()) : undefined}
        onFocus={() => props.onActivate(props.cell)}
        onClick={open}
      >
        <Picture item={item()} />
        <Show when={originOf(app.session, item())}>
          {(origin) => (
            <span class="cell-from">
              <span class="visually-hidden">From </span>
              {origin().title}
              <span class="visually-hidden">: </span>
            </span>
          )}
        </Show>
        <span class="cell-caption">
          <span class="cell-title" dir="auto">
            {itemTitle(item())}
          </span>
          <span class="visually-hidden">{`, ${place()}${isOn() && isSelected() ? ', selected' : ''}`}</span>
          <Show when={ranked()?.named}>
            <span class="visually-hidden">, found by name</span>
          </Show>
          <Show when={score() !== null}>
            <span class="visually-hidden">, score </span>
            <span class="cell-score numbers">{formatScore(score() ?? 0)}</span>
          </Show>
        </span>
        <Show when={ranked()?.named}>
          <span class="cell-named" aria-hidden="true">
            name
          </span>
        </Show>
      </a>
      <Show when={isOn()}>
        <span class="cell-mark" aria-hidden="true">
          <Show when={isSelected()}>
            <Icon name="check" size={16} />
          </Show>
        </span>
      </Show>
      <Show when={!isOn() && item()}>
        {(shown) => (
          <CellTools
            item={shown()}
            judged={score() !== null && !app.ratings.off()}
            touched={touched()}
            active={props.active}
            onLike={props.onLike}
          />
        )}
      </Show>
    </div>
  );
}

/**
 * Above the picture while the cell has the pointer or the keyboard: thumbs, where it is a result, and “More like this”.
 * Thumbs are there too where one is given, and below the picture while all are judged.
 */
function CellTools(props: {
  item: Item;
  judged: boolean;
  touched: boolean;
  active: boolean;
  onLike: (item: Item) => void;
}): JSX.Element {
  const {
    commit,
    ratings,
    judging: [judging],
  } = useApp();
  const value = () => (props.judged ? ratings.judgement(props.item.id) : null);
  const isJudging = () => props.judged && judging();
  return (
    <Show when={props.touched || value() || isJudging()}>
      <div class="cell-tools">
        <Show when={props.judged}>
          <Thumbs
            title={itemTitle(props.item)}
            value={value()}
            tabbable={!judging() || props.active}
            onChange={(judgement) => {
              commit();
              void ratings.judge(props.item.id, judgement);
            }}
          />
        </Show>
        <Show when={props.touched && !isJudging()}>
          <button
            type="button"
            class="icon-button"
            aria-label={`More like this: ${itemTitle(props.item)}`}
            title="More like this"
            onClick={() => props.onLike(props.item)}
          >
            <Icon name="like" size={18} />
          </button>
        </Show>
      </div>
    </Show>
  );
}

/** A thumbnail, or the name where there is none. */
export function Picture(props: { item: Item | undefined }): JSX.Element {
  const app = useApp();
  const [state, setState] = createSignal<'loading' | 'shown' | 'failed'>('loading');
  let image: HTMLImageElement | undefined;
  const thumbnail = () => props.item?.thumbnail ?? undefined;
  const source = createPictureUrl(app.pictureSource, () => props.item, 'thumbnail');
  // The picture before must not stay under another name; one that the browser has at hand is shown at once.
  createEffect(on(source, () => setState(image?.complete ? 'shown' : 'loading')));
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

/** What a picture is called: its title, else its file name. */
export function itemTitle(item: Item | undefined): string {
  return item ? (item.title ?? (item.name.slice(item.name.lastIndexOf('/') + 1) || item.name)) : '';
}
