import { type JSX, Show } from 'solid-js';
import type { Item } from '../../engine/collection/types.ts';
import { likeQuery, wordsText } from '../../state/search/like.ts';
import { Icon } from '../common/icons.tsx';
import { useApp } from '../context.ts';

/** The opened picture as a query: in the place of what is searched for, or beside its words. */
export function LikeButtons(props: { item: Item }): JSX.Element {
  const app = useApp();
  const query = () => app.address.current().query;
  const words = () => wordsText(query());
  const search = (keepWords: boolean) => {
    app.address.go({ query: likeQuery(query(), props.item.id, keepWords), item: null });
    app.commit();
  };
  return (
    <div class="detail-buttons">
      <button type="button" class="button" onClick={() => search(false)}>
        <Icon name="like" size={18} />
        More like this
      </button>
      <Show when={words()}>
        <button type="button" class="button" onClick={() => search(true)}>
          <span>{`… and “${words()}”`}</span>
          <span class="visually-hidden">: more like this, with these words</span>
        </button>
      </Show>
    </div>
  );
}
