import { createMemo, createResource, createSignal, For, type JSX, Show } from 'solid-js';
import { AfterimageError } from '../../engine/errors.ts';
import { type Query, textQuery } from '../../engine/query/query.ts';
import { parseQuery } from '../../engine/query/serialise.ts';
import { createPictureUrl } from '../../state/collection/picture-url.ts';
import type { LoggedResult, LoggedSearch } from '../../state/log/log.ts';
import { createRatings, type Ratings } from '../../state/log/ratings.ts';
import {
  formatCollection,
  formatCount,
  formatDate,
  formatDevice,
  formatMs,
  formatPictures,
  formatScore,
} from '../common/format.ts';
import { Icon } from '../common/icons.tsx';
import { useApp } from '../context.ts';
import { SearchRating } from '../ratings/search-rating.tsx';
import { Thumbs } from '../ratings/thumbs.tsx';
import { InternalLink } from '../shell/header.tsx';

/** One search of the log; what it found opens below it. */
export function LogEntry(props: { search: LoggedSearch; onRemove: () => void }): JSX.Element {
  const app = useApp();
  const ratings = createRatings(app.log, () => props.search);
  const [isOpen, setOpen] = createSignal(false);
  return (
    <li class="log-entry">
      <div class="log-line">
        <InternalLink
          class="log-query"
          patch={{ query: queryOf(props.search), collection: props.search.collection, view: 'search', item: null }}
          onFollow={() => app.commit()}
        >
          {props.search.text}
        </InternalLink>
        <Show when={ratings.rating()}>
          {(rating) => (
            <span class="log-rating numbers">
              <span class="visually-hidden">Rated </span>
              {rating()}
              <span class="visually-hidden"> of 10</span>
            </span>
          )}
        </Show>
        <button
          type="button"
          class="icon-button"
          aria-label={`Delete the search “${props.search.text}”`}
          title="Delete"
          onClick={() => props.onRemove()}
        >
          <Icon name="close" size={18} />
        </button>
      </div>
      <p class="quiet numbers">
        <time datetime={props.search.time}>{formatDate(props.search.time)}</time>
        {`, ${formatCollection(props.search.collection)}, ${facts(props.search)}`}
      </p>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          Rating and results<span class="visually-hidden"> of “{props.search.text}”</span>
        </summary>
        <Show when={isOpen()}>
          <SearchRating ratings={ratings} label={`Rate “${props.search.text}”, 1 to 10`} />
          <Results search={props.search} ratings={ratings} />
        </Show>
      </details>
    </li>
  );
}

/** What it asked; where a newer page wrote that, its words. */
function queryOf({ query, text }: LoggedSearch): Query {
  const parsed = parseQuery(query);
  return parsed instanceof AfterimageError ? textQuery(text) : parsed;
}

function facts(search: LoggedSearch): string {
  // All of them: nobody could tell which match.
  const matches =
    search.good < search.total
      ? `${formatCount(search.good)} of ${formatCount(search.total)} may match`
      : formatPictures(search.total);
  return `${matches}, ${formatMs(search.encodeMs + search.searchMs)} on ${formatDevice(search.device)}, ${search.model}`;
}

/** A small picture of what was found, where it is in the collection that is open; else an empty place. */
function ResultPicture(props: { collection: string; id: string }): JSX.Element {
  const app = useApp();
  const sought = () => app.session.collection()?.manifest.name === props.collection && props.id;
  const [item] = createResource(sought, (id) => app.itemOf(id).catch(() => undefined)); // without it the entry is whole too
  const known = () => (item.state === 'ready' ? item() : undefined);
  const url = createPictureUrl(app.pictureSource, known, 'thumbnail');
  return (
    <span class="log-picture">
      <Show when={url()}>{(src) => <img src={src()} alt="" width="40" height="40" loading="lazy" />}</Show>
    </span>
  );
}

function Results(props: { search: LoggedSearch; ratings: Ratings }): JSX.Element {
  const judged = (result: LoggedResult) => props.ratings.judgement(result.id);
  /** Of filters alone, to which nothing was compared. */
  const isList = createMemo(() => queryOf(props.search).terms.length === 0);
  return (
    <ol class="log-results">
      <For each={props.search.results}>
        {(result, rank) => (
          <li data-below={rank() >= props.search.good ? '' : undefined}>
            <span class="quiet numbers">{rank() + 1}</span>
            <ResultPicture collection={props.search.collection} id={result.id} />
            <span class="log-result-name">{result.title || result.name}</span>
            <span class="quiet numbers">{isList() ? '' : formatScore(result.score)}</span>
            <Thumbs
              title={result.title || result.name}
              value={judged(result)}
              onChange={(judgement) => void props.ratings.judge(result.id, judgement)}
            />
          </li>
        )}
      </For>
    </ol>
  );
}
