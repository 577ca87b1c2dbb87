import { createSignal, type JSX, Show } from 'solid-js';
import type { Item } from '../../engine/collection/types.ts';
import { createItem } from '../../state/items.ts';
import { pictureUrl, useApp } from '../context.ts';
import { formatCount, formatScore } from '../format.ts';

/** One picture of the grid: a link to its detail view. */
export function Cell(props: {
  cell: number;
  column: number;
  active: boolean;
  onActivate: (cell: number) => void;
  onOpen: (cell: number, item: Item) => void;
}): JSX.Element {
  const app = useApp();
  const ranked = () => app.pictures.at(props.cell);
  const item = createItem(app.items, () => ranked()?.row);
  const score = () => ranked()?.score ?? null;

  const name = () => {
    const place = `${formatCount(props.cell + 1)} of ${formatCount(app.pictures.total())}`;
    const shown = score();
    const title = itemTitle(item());
    return shown === null ? `${title}, ${place}` : `${title}, ${place}, score ${formatScore(shown)}`;
  };
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    const opened = item();
    if (opened) props.onOpen(props.cell, opened);
  };

  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the focus is on the link in the cell.
    <div class="cell" role="gridcell" aria-colindex={props.column + 1}>
      <a
        href={app.address.href({ item: item()?.id ?? null })}
        data-cell={props.cell}
        tabindex={props.active ? 0 : -1}
        aria-label={name()}
        title={itemTitle(item())}
        onFocus={() => props.onActivate(props.cell)}
        onClick={open}
      >
        <Picture item={item()} />
        <Show when={score() !== null}>
          <span class="cell-caption">
            <span class="cell-title">{itemTitle(item())}</span>
            <span class="numbers">{formatScore(score() ?? 0)}</span>
          </span>
        </Show>
      </a>
    </div>
  );
}

function Picture(props: { item: Item | undefined }): JSX.Element {
  const app = useApp();
  const [failed, setFailed] = createSignal(false);
  return (
    <span class="picture" data-empty={props.item ? undefined : ''}>
      <Show when={props.item}>
        {(item) => (
          <Show when={!failed()} fallback={<span class="picture-failed">{itemTitle(item())}</span>}>
            <img
              src={pictureUrl(app, item().thumbnail.path)}
              alt=""
              width={item().thumbnail.width}
              height={item().thumbnail.height}
              decoding="async"
              draggable={false}
              onError={() => setFailed(true)}
            />
          </Show>
        )}
      </Show>
    </span>
  );
}

/** What a picture is called: its title, else its file name. */
export function itemTitle(item: Item | undefined): string {
  return item ? (item.title ?? item.name.slice(item.name.lastIndexOf('/') + 1)) : '';
}
