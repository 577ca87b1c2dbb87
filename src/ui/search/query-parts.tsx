import { createResource, For, type JSX, Show } from 'solid-js';
import {
  type Filter,
  fieldTerm,
  filterText,
  type ItemTerm,
  type Query,
  type Term,
  termText,
} from '../../engine/query/query.ts';
import { createPictureUrl } from '../../state/collection/picture-url.ts';
import { Icon } from '../common/icons.tsx';
import { useApp } from '../context.ts';
import { itemTitle } from '../grid/cell.tsx';
import './query-parts.css';

/** What a search consists of beside the words in the field; each part can be taken out. */
export default function QueryParts(props: { onRemoved: () => void }): JSX.Element {
  const app = useApp();
  const query = app.search.query;
  const terms = () => query().terms.filter((term) => term !== fieldTerm(query()));
  const remove = (part: Term | Filter) => {
    app.address.go({ query: without(query(), part) });
    app.commit();
    props.onRemoved();
  };
  return (
    <ul class="chips query-parts" aria-label="Parts of this search">
      <For each={terms()}>
        {(term) =>
          term.kind === 'item' ? (
            <ItemChip term={term} onRemove={() => remove(term)} />
          ) : (
            <Chip text={termText(term)} away={term.weight < 0} onRemove={() => remove(term)} />
          )
        }
      </For>
      <For each={query().filters}>{(filter) => <Chip text={filterText(filter)} onRemove={() => remove(filter)} />}</For>
    </ul>
  );
}

/** A picture of the open collection by its thumbnail and its title, once they are known. */
function ItemChip(props: { term: ItemTerm; onRemove: () => void }): JSX.Element {
  const app = useApp();
  const sought = () => app.session.collection() && props.term.id;
  const [item] = createResource(sought, (id) => app.itemOf(id).catch(() => undefined)); // the search itself says why
  const known = () => (item.state === 'ready' ? item() : undefined);
  const url = createPictureUrl(app.pictureSource, known, 'thumbnail');
  const title = () => {
    const found = known();
    return found && `“${itemTitle(found)}”`;
  };
  return (
    <Chip text={termText(props.term, title())} away={props.term.weight < 0} onRemove={props.onRemove}>
      <Show when={url()}>{(src) => <img src={src()} alt="" width="28" height="28" />}</Show>
    </Chip>
  );
}

/** `away`: pushed away. */
function Chip(props: { text: string; away?: boolean; onRemove: () => void; children?: JSX.Element }): JSX.Element {
  return (
    <li>
      <button
        type="button"
        class="chip"
        data-away={props.away ? '' : undefined}
        title="Take this out of the search"
        onClick={() => props.onRemove()}
      >
        {props.children}
        <span>
          <span class="visually-hidden">Remove </span>
          {props.text}
        </span>
        <Icon name="close" size={16} />
      </button>
    </li>
  );
}

function without({ terms, filters }: Query, part: Term | Filter): Query {
  return { terms: terms.filter((term) => term !== part), filters: filters.filter((filter) => filter !== part) };
}
