import { type JSX, Show } from 'solid-js';
import type { Item } from '../../engine/collection/types.ts';
import { Icon } from '../common/icons.tsx';
import { itemTitle } from '../common/item-title.ts';
import { useApp } from '../context.ts';
import { Thumbs } from '../ratings/thumbs.tsx';

/**
 * Above the picture while the cell has the pointer or the keyboard: thumbs, where it is a result, and “More like this”.
 * Thumbs are there too where one is given, and below the picture while all are judged.
 */
export function CellTools(props: {
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
