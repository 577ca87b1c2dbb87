import { type JSX, Show } from 'solid-js';
import type { Item } from '../../engine/collection/types.ts';
import type { Pictures } from '../../state/collection/pictures.ts';
import { originOf } from '../../state/collection/together.ts';
import { formatCount, formatScore } from '../common/format.ts';
import { itemTitle } from '../common/item-title.ts';
import { useApp } from '../context.ts';

/** Which collection a picture is from, where several are shown together. */
export function CellOrigin(props: { item: Item | undefined }): JSX.Element {
  const { session } = useApp();
  return (
    <Show when={originOf(session, props.item)}>
      {(origin) => (
        <span class="cell-from">
          <span class="visually-hidden">From </span>
          {origin().title}
          <span class="visually-hidden">: </span>
        </span>
      )}
    </Show>
  );
}

/** What a picture is called and its score; in words only, where it stands, and whether it is selected or found by name. */
export function CellCaption(props: {
  cell: number;
  item: Item | undefined;
  ranked: ReturnType<Pictures['at']>;
  selected: boolean;
}): JSX.Element {
  const { pictures } = useApp();
  const place = () => `${formatCount(props.cell + 1)} of ${formatCount(pictures.total())}`;
  const score = () => props.ranked?.similarity ?? null;
  return (
    <span class="cell-caption">
      <span class="cell-title" dir="auto">
        {itemTitle(props.item)}
      </span>
      <span class="visually-hidden">{`, ${place()}${props.selected ? ', selected' : ''}`}</span>
      <Show when={props.ranked?.named}>
        <span class="visually-hidden">, found by name</span>
      </Show>
      <Show when={score() !== null}>
        <span class="visually-hidden">, score </span>
        <span class="cell-score numbers">{formatScore(score() ?? 0)}</span>
      </Show>
    </span>
  );
}
