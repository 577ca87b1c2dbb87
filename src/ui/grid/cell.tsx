import { createSignal, type JSX, Show } from 'solid-js';
import type { Item } from '../../engine/collection/types.ts';
import { createItem } from '../../state/collection/items.ts';
import type { Pictures } from '../../state/collection/pictures.ts';
import { Icon } from '../common/icons.tsx';
import { itemTitle } from '../common/item-title.ts';
import { useApp } from '../context.ts';
import { CellCaption, CellOrigin } from './cell-text.tsx';
import { CellTools } from './cell-tools.tsx';
import { Picture } from './picture.tsx';
import { createSelecting } from './selecting.ts';

/** What a cell of the grid is given. */
interface CellProps {
  cell: number;
  column: number;
  active: boolean;
  onActivate: (cell: number) => void;
  onOpen: (cell: number, item: Item) => void;
  /** More pictures like this one are asked for. */
  onLike: (item: Item) => void;
}

/** One picture of the grid: a link to its detail view, and thumbs when it is a result. */
export function Cell(props: CellProps): JSX.Element {
  const app = useApp();
  const ranked = () => app.pictures.at(props.cell);
  const item = createItem(app.items, () => ranked()?.row);
  const isResult = () => ranked() !== undefined && app.pictures.good() !== null;
  const touching = createTouching();
  const selecting = createSelecting(app.selection, () => ({ cell: props.cell, item: item() }));
  const isOn = app.selection.isOn;
  const isSelected = () => {
    const shown = item();
    return isOn() && shown !== undefined && app.selection.has(shown);
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
      onPointerEnter={touching.onPointerEnter}
      onPointerLeave={touching.onPointerLeave}
      onFocusIn={touching.onFocusIn}
      onFocusOut={touching.onFocusOut}
    >
      <CellLink
        cell={props}
        item={item()}
        ranked={ranked()}
        selected={isSelected()}
        touched={touching.isTouched()}
        takesClick={selecting.takesClick}
      />
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
            judged={isResult() && !app.ratings.off()}
            touched={touching.isTouched()}
            active={props.active}
            onLike={props.onLike}
          />
        )}
      </Show>
    </div>
  );
}

/** Leads to the detail view; takes part in the selection. */
function CellLink(props: {
  cell: CellProps;
  item: Item | undefined;
  ranked: ReturnType<Pictures['at']>;
  selected: boolean;
  touched: boolean;
  takesClick: (event: MouseEvent) => boolean;
}): JSX.Element {
  const { pictures } = useApp();
  const href = () => props.item && pictures.href(props.item.id);
  const open = (event: MouseEvent) => {
    if (props.takesClick(event)) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (props.item) props.cell.onOpen(props.cell.cell, props.item);
  };
  return (
    <a
      href={href()}
      data-cell={props.cell.cell}
      tabindex={props.cell.active ? 0 : -1}
      title={props.touched ? itemTitle(props.item) : undefined}
      onFocus={() => props.cell.onActivate(props.cell.cell)}
      onClick={open}
    >
      <Picture item={props.item} />
      <CellOrigin item={props.item} />
      <CellCaption cell={props.cell.cell} item={props.item} ranked={props.ranked} selected={props.selected} />
      <Show when={props.ranked?.named}>
        <span class="cell-named" aria-hidden="true">
          name
        </span>
      </Show>
    </a>
  );
}

/** Whether a cell has the pointer or the keyboard. */
function createTouching() {
  const [isTouched, setTouched] = createSignal(false);
  return {
    isTouched,
    onPointerEnter: (event: PointerEvent) => setTouched(event.pointerType === 'mouse'),
    onPointerLeave: (event: OfCell<PointerEvent>) => setTouched(event.currentTarget.contains(document.activeElement)),
    onFocusIn: () => setTouched(true),
    onFocusOut: (event: OfCell<FocusEvent>) =>
      setTouched(event.currentTarget.contains(event.relatedTarget as Node | null)),
  };
}

type OfCell<E extends Event> = E & { readonly currentTarget: HTMLElement };
