import { createEffect, type JSX, lazy, Match, onCleanup, onMount, Show, Switch } from 'solid-js';
import type { View } from '../state/search/address.ts';
import './app.css';
import './grid/grid.css';
import './grid/picture.css';
import { Drawer } from './common/drawer.tsx';
import { itemTitle } from './common/item-title.ts';
import { Part } from './common/part.tsx';
import { useApp } from './context.ts';
import { DropListener } from './library/drop/drop-listener.tsx';
import { SearchView } from './search/search-view.tsx';
import { Header } from './shell/header.tsx';
import { NoticeLines } from './shell/notices.tsx';
import { OtherModelLines } from './shell/other-models.tsx';
import { RerankLine } from './shell/rerank-line.tsx';

const loadDetail = () => import('./detail/detail.tsx');
const Detail = lazy(loadDetail);
const StatusPanel = lazy(() => import('./status/status-panel.tsx'));
const CopiesView = lazy(() => import('./copies/copies-view.tsx'));
const LibraryView = lazy(() => import('./library/library-view.tsx'));
const AlbumsView = lazy(() => import('./albums/albums-view.tsx'));
const DeleteFiles = lazy(() => import('./library/disk/delete-files.tsx'));
const LogView = lazy(() => import('./log/log-view.tsx'));
const AboutView = lazy(() => import('./about/about.tsx'));

/** The whole page: one view at a time, and what opens above it. */
export function AppView(): JSX.Element {
  const app = useApp();
  const view = () => app.address.current().view;
  const onSearchPage = () => view() === 'search' || view() === 'status';
  const closeStatus = () => app.address.close({ view: 'search' });
  createTitle();
  // So that the first picture opens at once, and offline too.
  createEffect(() => {
    if (app.session.ready()) loadDetail().catch(() => {}); // opening a picture asks again
  });

  return (
    <>
      <a class="skip" href="#content">
        {onSearchPage() ? 'To the pictures' : 'To the content'}
      </a>
      <Header />
      <Switch>
        <Match when={onSearchPage()}>
          <SearchView />
        </Match>
        <Match when={view() === 'copies'}>
          <Page>
            <CopiesView />
          </Page>
        </Match>
        <Match when={view() === 'library'}>
          <Page>
            <LibraryView />
          </Page>
        </Match>
        <Match when={view() === 'albums'}>
          <Page>
            <AlbumsView />
          </Page>
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
      <Show when={app.opened.id() && app.session.collection() && onSearchPage()}>
        <Part frame={(failure) => <FailedDialog onClose={app.opened.close}>{failure}</FailedDialog>}>
          <Detail />
        </Part>
      </Show>
      <Show when={view() === 'status'}>
        <Part frame={(failure) => <FailedDialog onClose={closeStatus}>{failure}</FailedDialog>}>
          <StatusPanel />
        </Part>
      </Show>
      <Show when={app.library.library()?.disk}>
        {(disk) => (
          <Show when={disk().now()}>
            <Part frame={(failure) => <FailedDialog onClose={disk().close}>{failure}</FailedDialog>}>
              <DeleteFiles disk={disk()} />
            </Part>
          </Show>
        )}
      </Show>
      <NoticeLines>
        <OtherModelLines />
        <RerankLine />
      </NoticeLines>
      <DropListener />
    </>
  );
}

function Page(props: { children: JSX.Element }): JSX.Element {
  onMount(() => scrollTo(0, 0));
  return (
    <main id="content" class="page" tabindex="-1">
      <Part waiting={<p class="quiet">Loading</p>}>{props.children}</Part>
    </main>
  );
}

/** In the place of a dialog whose code could not be loaded. */
function FailedDialog(props: { onClose: () => void; children: JSX.Element }): JSX.Element {
  return (
    <Drawer title="Not loaded" onClose={props.onClose}>
      {props.children}
    </Drawer>
  );
}

const VIEW_TITLES: Record<Exclude<View, 'search'>, string> = {
  copies: 'Duplicates',
  library: 'Your pictures',
  albums: 'Albums',
  log: 'Search log',
  about: 'About',
  status: 'Status',
};

/** What the tab and the history call this page. */
function createTitle(): void {
  const app = useApp();
  const part = () => {
    const { view } = app.address.current();
    if (view !== 'search') return VIEW_TITLES[view];
    const item = app.opened.item();
    return item ? itemTitle(item) : app.search.text();
  };
  // A browser takes a millisecond for it, which the query that has just been typed need not wait for.
  let timer: ReturnType<typeof setTimeout> | undefined;
  createEffect(() => {
    const title = part() ? `${part()} · Afterimage` : 'Afterimage';
    clearTimeout(timer);
    timer = setTimeout(() => {
      document.title = title;
    });
  });
  onCleanup(() => {
    clearTimeout(timer);
    document.title = 'Afterimage';
  });
}
