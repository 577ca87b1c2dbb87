import { createEffect, type JSX, Match, on, onCleanup, onMount, Show, Switch } from 'solid-js';
import type { Item } from '../../engine/collection/types.ts';
import { textQuery } from '../../engine/query/query.ts';
import { MAX_QUERY } from '../../state/search/address.ts';
import { likeQuery } from '../../state/search/like.ts';
import { Failure } from '../common/failure.tsx';
import { formatMonth } from '../common/format.ts';
import { NoCollections } from '../common/no-collections.tsx';
import { useApp } from '../context.ts';
import { Grid, type GridHandle } from '../grid/grid.tsx';
import { InternalLink } from '../shell/header.tsx';
import { BoxLine } from './box/box-line.tsx';
import { createCompletions } from './box/completions.ts';
import { hasKeyboard } from './box/device.ts';
import { SearchField } from './box/search-field.tsx';
import { Hints, Intro } from './intro.tsx';
import { dividerText } from './matches.ts';
import { ResultsHeader } from './results-header.tsx';
import { SortBar } from './sort-bar.tsx';
import './grid-skeleton.css';

/** The search page: field, hints, results. */
export function SearchView(): JSX.Element {
  const app = useApp();
  let input: HTMLInputElement | undefined;
  let grid: GridHandle | undefined;
  const completions = createCompletions(app.values);

  // The button that had the keyboard goes.
  const toField = () => hasKeyboard() && input?.focus({ preventScroll: true });
  const example = (text: string) => {
    app.address.go({ query: textQuery(text) });
    app.commit();
    toField();
  };
  const searchBy = async (file: File) => {
    try {
      (await import('./picture/search-by-picture.ts')).searchByPicture(app, file);
    } catch {
      app.notices.say('query-picture', 'This part could not be loaded. Is there a network?');
    }
  };
  const like = (item: Item) => {
    app.address.go({ query: likeQuery(app.address.current().query, item.id) });
    app.commit();
    toField();
  };
  const open = (cell: number, item: Item) => {
    app.commit();
    app.opened.open(cell, item);
  };

  const sayCut = (cut: boolean) => {
    if (!cut) return app.notices.dismiss('query-cut');
    app.notices.say('query-cut', `The text was cut: only its first ${MAX_QUERY} characters are searched for.`);
  };

  createSlashKey(() => {
    input?.focus();
    input?.select();
  });
  createScrollToResults(() => app.search.text());
  // The picture that was open has the keyboard when the detail view closes; the field, where it closes for another search.
  createEffect(
    on([app.opened.cell, app.search.query], ([cell, asked], before) => {
      const closed = before?.[0];
      if (cell !== undefined || closed === undefined || app.opened.id() !== null) return;
      const giveKeyboard = () => (before?.[1] === asked ? grid?.focus(closed) : toField());
      giveKeyboard();
      // Going Back, the browser then scrolls to where the page was when the first of the pictures was opened.
      requestAnimationFrame(giveKeyboard);
    }),
  );

  return (
    <main>
      <Intro />
      <SearchField
        value={app.address.current().text}
        autofocus={!app.opened.id()}
        busy={app.search.pending()}
        ref={(element) => {
          input = element;
        }}
        onInput={app.address.type}
        onCut={sayCut}
        onComposing={app.composing[1]}
        onCommit={app.commit}
        onLeave={() => grid?.focus(0)}
        onPicture={searchBy}
        completions={completions}
      />
      <BoxLine onRemoved={toField} />
      <Hints onExample={example} />
      <Show when={app.search.text() && !app.session.collectionError()}>
        <ResultsHeader onExample={example} onAsked={toField} />
      </Show>
      <Show when={app.session.collection() && !app.session.collectionError()}>
        <SortBar onYear={(cell) => grid?.show(cell)} />
      </Show>
      <Results
        onOpen={open}
        onLike={like}
        onEscape={() => input?.focus()}
        handle={(handle) => {
          grid = handle;
        }}
      />
    </main>
  );
}

/** A month, or how sure the pictures below are. */
function HeadingText(props: { index: number }): JSX.Element {
  const app = useApp();
  const text = () => {
    const heading = app.pictures.headings()[props.index];
    if (heading?.kind === 'month') return heading.month === null ? 'Without a date' : formatMonth(heading.month);
    const response = app.search.response();
    return response && heading && dividerText(response, heading.certainty);
  };
  return <span>{text()}</span>;
}

/** The pictures, or why there are none. */
function Results(props: Pick<Parameters<typeof Grid>[0], 'onOpen' | 'onLike' | 'onEscape' | 'handle'>): JSX.Element {
  const app = useApp();
  const restoreScroll = () => {
    const top = app.address.scroll();
    // The height of the grid is known in the next frame.
    if (top > 0) requestAnimationFrame(() => scrollTo({ top }));
  };
  return (
    <Switch
      fallback={
        <Content>
          <GridSkeleton />
        </Content>
      }
    >
      <Match when={app.session.collectionError()}>
        {(error) => (
          <Content>
            <Failure title="The pictures could not be loaded" error={error()} onRetry={app.session.retry}>
              <OtherCollection />
            </Failure>
          </Content>
        )}
      </Match>
      <Match when={app.session.collections()?.length === 0 && !app.session.name()}>
        <Content>
          <NoCollections />
        </Content>
      </Match>
      <Match when={app.session.collection()}>
        <Content>
          <Grid
            label={app.search.response() ? 'Results' : 'All pictures'}
            heading={(index) => <HeadingText index={index} />}
            onOpen={props.onOpen}
            onLike={props.onLike}
            onEscape={props.onEscape}
            handle={(handle) => {
              props.handle(handle);
              restoreScroll();
            }}
          />
        </Content>
      </Match>
    </Switch>
  );
}

/** One for each state: what comes above it with the pictures would move one that stays. */
function Content(props: { children: JSX.Element }): JSX.Element {
  return (
    <div id="content" tabindex="-1">
      {props.children}
    </div>
  );
}

/** A way out where the collection in the address cannot be shown. */
function OtherCollection(): JSX.Element {
  const { session } = useApp();
  const other = () => session.collections()?.find(({ name }) => name !== session.name());
  return (
    <Show when={other()}>
      {(entry) => (
        <InternalLink class="button" patch={{ collection: entry().name, item: null }}>
          {`Open “${entry().title}”`}
        </InternalLink>
      )}
    </Show>
  );
}

/** `/` leads to the query from wherever nothing else is being typed. */
function createSlashKey(run: () => void): void {
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (document.querySelector('dialog[open]')) return;
    event.preventDefault();
    run();
  };
  onMount(() => addEventListener('keydown', onKeyDown));
  onCleanup(() => removeEventListener('keydown', onKeyDown));
}

/** Inputs that take letters: not the radio button of a rating, which has the keyboard when it is chosen. */
const TEXT_INPUT = 'input:not([type="radio"], [type="checkbox"], [type="button"], [type="file"])';

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.matches(`${TEXT_INPUT}, textarea, select, [contenteditable]`);
}

/** A new query shows its best results, however far down the page was. */
function createScrollToResults(text: () => string): void {
  createEffect(
    on(
      text,
      () => {
        // In the next frame, whose layout is made anyway.
        requestAnimationFrame(() => {
          const above = document.querySelector('.search-sentinel')?.getBoundingClientRect().top ?? 0;
          if (above < 0) scrollBy({ top: above });
        });
      },
      { defer: true },
    ),
  );
}

function GridSkeleton(): JSX.Element {
  return (
    <div class="grid-skeleton" aria-hidden="true">
      {Array.from({ length: 40 }, () => (
        <span class="picture" />
      ))}
    </div>
  );
}
