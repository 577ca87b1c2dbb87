import { createResource, For, Index, type JSX, Show } from 'solid-js';
import { picturesOf, withBox, withoutPart } from '../../../engine/query/box/format-box.ts';
import { type BoxPart, readBox } from '../../../engine/query/box/read-box.ts';
import { filterText, type ItemTerm, type Query, type Term, termText } from '../../../engine/query/query.ts';
import { createPictureUrl } from '../../../state/collection/picture-url.ts';
import { Icon } from '../../common/icons.tsx';
import { itemTitle } from '../../common/item-title.ts';
import { useApp } from '../../context.ts';
import './query-parts.css';

/** What the box was understood to say beside plain words, and pictures; each part can be taken out. */
export default function QueryParts(props: { onRemoved: () => void }): JSX.Element {
  const app = useApp();
  const current = app.address.current;
  const pictures = () => picturesOf(current().query);
  const read = () => readBox(current().text).filter((part) => part.kind === 'term' || part.kind === 'filter');
  const change = (query: Query, text: string) => {
    app.address.go({ query, text });
    app.commit();
    props.onRemoved();
  };
  const removePicture = (picture: Term) => {
    const { query, text } = current();
    change({ ...query, terms: query.terms.filter((term) => term !== picture) }, text);
  };
  const removePart = (part: BoxPart) => {
    const text = withoutPart(current().text, part);
    change(withBox(current().query, text), text);
  };
  return (
    <ul class="chips query-parts" aria-label="Parts of this search">
      <For each={pictures()}>
        {(term) =>
          term.kind === 'item' ? (
            <ItemChip term={term} onRemove={() => removePicture(term)} />
          ) : (
            <PictureChip term={term} onRemove={() => removePicture(term)} />
          )
        }
      </For>
      <Index each={read()}>{(part) => <BoxChip part={part()} onRemove={() => removePart(part())} />}</Index>
    </ul>
  );
}

function BoxChip(props: { part: BoxPart; onRemove: () => void }): JSX.Element {
  const text = () => {
    const { part } = props;
    if (part.kind === 'filter') return filterText(part.filter);
    return part.kind === 'term' ? termText(part.term) : '';
  };
  const isAway = () => props.part.kind === 'term' && props.part.term.weight < 0;
  return <Chip text={text()} away={isAway()} onRemove={props.onRemove} />;
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

/** A picture that is in no collection, where it is at hand. */
function PictureChip(props: { term: Term; onRemove: () => void }): JSX.Element {
  const { asked } = useApp();
  const picture = () => (props.term.kind === 'picture' ? asked.pictures()?.get(props.term.sha256) : undefined);
  const name = () => picture() && `“${picture()?.name}”`;
  return (
    <Chip text={termText(props.term, name())} away={props.term.weight < 0} onRemove={props.onRemove}>
      <Show when={picture()?.thumbnail}>{(src) => <img src={src()} alt="" width="28" height="28" />}</Show>
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
