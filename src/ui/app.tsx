import { createEffect, type JSX, lazy, Match, onCleanup, onMount, Show, Suspense, Switch } from 'solid-js';
import './app.css';
import './grid/grid.css';
import { useApp } from './context.ts';
import { itemTitle } from './grid/cell.tsx';
import { Header } from './header.tsx';
import { NoticeLines } from './notices.tsx';
import { SearchView } from './search-view.tsx';

const Detail = lazy(() => import('./detail/detail.tsx'));
const StatusPanel = lazy(() => import('./status/status-panel.tsx'));
const LogView = lazy(() => import('./log/log-view.tsx'));
const AboutView = lazy(() => import('./about/about.tsx'));

/** The whole page: one view at a time, and what opens above it. */
export function AppView(): JSX.Element {
  const app = useApp();
  const view = () => app.address.current().view;
  const onSearchPage = () => view() === 'search' || view() === 'status';
  createTitle();
  // So that the first picture opens at once, and offline too.
  createEffect(() => {
    if (app.session.ready()) void Detail.preload();
  });

  return (
    <>
      <a class="skip" href="#content">
        To the pictures
      </a>
      <Header />
      <Switch>
        <Match when={onSearchPage()}>
          <SearchView />
        </Match>
        <Match when={view() === 'log'}>
          <Page>
            <LogView />
          </Page>
        </Match>
        <Match when={view() === 'about'}>
          <Page>
            <AboutView />
          </Page>
        </Match>
      </Switch>
      <Suspense>
        <Show when={app.opened.id() && app.session.collection() && onSearchPage()}>
          <Detail />
        </Show>
        <Show when={view() === 'status'}>
          <StatusPanel />
        </Show>
      </Suspense>
      <NoticeLines />
    </>
  );
}

function Page(props: { children: JSX.Element }): JSX.Element {
  onMount(() => scrollTo(0, 0));
  return (
    <main id="content" class="page">
      <Suspense fallback={<p class="quiet">Loading</p>}>{props.children}</Suspense>
    </main>
  );
}

/** What the tab and the history call this page. */
function createTitle(): void {
  const app = useApp();
  createEffect(() => {
    const item = app.opened.item();
    const part = item ? itemTitle(item) : app.search.text();
    document.title = part ? `${part} · Afterimage` : 'Afterimage';
  });
  onCleanup(() => {
    document.title = 'Afterimage';
  });
}
