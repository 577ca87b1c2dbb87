import { Index, type JSX, Show } from 'solid-js';
import { type CollectionEntry, LIBRARY } from '../../engine/collection/types.ts';
import { textQuery } from '../../engine/query/query.ts';
import type { View } from '../../state/search/address.ts';
import { createTheme, THEMES } from '../../state/shell/theme.ts';
import { formatCount } from '../common/format.ts';
import { Icon, type IconName, Logo } from '../common/icons.tsx';
import { type App, useApp } from '../context.ts';
import { LibraryLink } from '../library/library-link.tsx';
import { isKept } from '../status/how-it-stands.ts';
import { overall } from './loading.tsx';
import './header.css';

/** Name of the app, collection picker, ways to the other views. */
export function Header(): JSX.Element {
  const app = useApp();
  /** The first screen, of this collection where it can be shown. */
  const home = () => ({
    view: 'search' as const,
    query: textQuery(''),
    item: null,
    collection: app.session.collectionError() ? null : app.address.current().collection,
  });
  /** Another collection than the one in the address can be chosen. */
  const hasOthers = () => app.session.collections()?.some(({ name }) => name !== app.session.name());
  return (
    <header class="top">
      <InternalLink class="brand" patch={home()}>
        <Logo />
        <span>Afterimage</span>
      </InternalLink>
      <Show when={hasOthers()}>
        <CollectionPicker />
      </Show>
      <nav class="top-nav" aria-label="Views">
        <LibraryLink />
        <StatusChip />
        <Show when={['library', 'albums', 'copies', 'log', 'about'].includes(app.address.current().view)}>
          <ViewLink view="search" icon="search" label="Back to the search" />
        </Show>
        <ViewLink view="library" icon="pictures" label="Your pictures" />
        <ViewLink view="log" icon="log" label="Search log" />
        <ViewLink view="about" icon="about" label="About and licences" />
        <ThemeButton />
      </nav>
    </header>
  );
}

/** A real link that this page follows itself, so that it opens in a new tab too. */
export function InternalLink(props: {
  patch: Parameters<ReturnType<typeof useApp>['address']['go']>[0];
  class?: string;
  /** Of a link that looks like a button. */
  kind?: 'primary' | undefined;
  onFollow?: () => void;
  children: JSX.Element;
}): JSX.Element {
  const app = useApp();
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    app.address.go(props.patch);
    props.onFollow?.();
  };
  return (
    <a class={props.class} data-kind={props.kind} href={app.address.href(props.patch)} onClick={follow}>
      {props.children}
    </a>
  );
}

function ViewLink(props: { view: View; icon: IconName; label: string }): JSX.Element {
  const app = useApp();
  const here = () => app.address.current().view === props.view;
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (!here()) app.address.go({ view: props.view, item: null });
  };
  return (
    <a
      class="icon-button"
      data-view={props.view}
      href={app.address.href({ view: props.view, item: null })}
      aria-label={props.label}
      aria-current={here() ? 'page' : undefined}
      title={props.label}
      onClick={follow}
    >
      <Icon name={props.icon} />
    </a>
  );
}

function CollectionPicker(): JSX.Element {
  const app = useApp();
  return (
    <label class="select">
      <span class="visually-hidden">Collection</span>
      <select
        value={app.session.name() ?? ''}
        onChange={(event) => app.address.go({ collection: event.currentTarget.value, item: null, view: 'search' })}
      >
        <Show when={!app.session.collections()?.some(({ name }) => name === app.session.name())}>
          <option value={app.session.name() ?? ''} selected disabled>
            Choose a collection
          </option>
        </Show>
        <Index each={app.session.collections()}>
          {(entry) => (
            <option value={entry().name} selected={entry().name === app.session.name()}>
              {optionTitle(entry())}
            </option>
          )}
        </Index>
      </select>
      <Icon name="down" size={16} />
    </label>
  );
}

/** With the count of what grows while one looks. */
function optionTitle({ name, title, count }: CollectionEntry): string {
  return name === LIBRARY ? `${title} (${formatCount(count)})` : title;
}

/** In a word or two how things stand; opens the status panel, which says it in full. */
function StatusChip(): JSX.Element {
  const app = useApp();
  const state = () => {
    if (app.session.collectionError() || app.session.modelError()) return 'failed';
    if (!app.session.ready()) return 'loading';
    return app.offline.online() ? 'ready' : 'offline';
  };
  const label = () => {
    switch (state()) {
      case 'failed':
        return 'Not working';
      case 'loading':
        return app.session.collections()?.length === 0 ? 'No pictures' : loadingLabel(app);
      case 'offline':
        return 'Offline ready';
      default:
        return isKept(app) ? 'Offline ready' : 'Ready';
    }
  };
  return (
    <button
      type="button"
      class="status-chip"
      data-state={state()}
      aria-haspopup="dialog"
      title="Status"
      onClick={() => app.address.go({ view: 'status' }, { overlay: true })}
    >
      <span class="dot" aria-hidden="true" />
      <span class="visually-hidden">Status: </span>
      <span class="status-label">{label()}</span>
    </button>
  );
}

function loadingLabel({ session, loading }: App): string {
  if (loading.stopped()) return 'Not loaded';
  const share = overall(session.progress, loading.bytes());
  return share === undefined ? 'Loading' : `Loading ${Math.floor(share * 100)} %`;
}

function ThemeButton(): JSX.Element {
  const { theme, setTheme } = createTheme();
  const next = () => THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length] ?? 'system';
  const label = () => `Theme: ${theme() === 'system' ? 'as the system' : theme()}`;
  return (
    <button type="button" class="icon-button" aria-label={label()} title={label()} onClick={() => setTheme(next())}>
      <Icon name={theme()} />
    </button>
  );
}
