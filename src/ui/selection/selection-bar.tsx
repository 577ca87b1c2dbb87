import { createSignal, type JSX, lazy, onMount, Show } from 'solid-js';
import { MAX_TERMS } from '../../engine/query/query.ts';
import { MOST_SELECTED } from '../../state/collection/selection.ts';
import { formatCount } from '../common/format.ts';
import { Part } from '../common/part.tsx';
import { type App, useApp } from '../context.ts';
import { type Actions, createActions } from './actions.ts';
import './selection-bar.css';
import { canShareFiles } from './share.ts';

const AddToAlbum = lazy(() => import('../albums/save-album.tsx').then((part) => ({ default: part.AddToAlbum })));

/** How many pictures are selected, and what can be done with them. */
export default function SelectionBar(): JSX.Element {
  const app = useApp();
  const { selection, pictures } = app;
  const actions = createActions(app);
  const none = () => selection.count() === 0 || actions.isBusy();
  const count = () => (selection.count() === 0 ? 'Select pictures' : `${formatCount(selection.count())} selected`);
  return (
    <section class="selection-bar" aria-label="Selected pictures">
      <p class="numbers" role="status">
        {actions.progress() || count()}
      </p>
      <div>
        <Show when={actions.isOwn()}>
          <Action danger disabled={none()} onClick={actions.delete}>
            Delete
          </Action>
        </Show>
        <AlbumActions actions={actions} none={none()} />
        <Action disabled={none()} onClick={actions.save}>
          Save copies
        </Action>
        <Action disabled={none() || selection.count() > 1} onClick={actions.copy}>
          Copy
        </Action>
        <Show when={canShareFiles()}>
          <Action disabled={none()} onClick={actions.share}>
            Share
          </Action>
        </Show>
        <Show when={canJudge(app)}>
          <Action disabled={none()} onClick={() => actions.judge('up')}>
            Good match
          </Action>
          <Action disabled={none()} onClick={() => actions.judge('down')}>
            Bad match
          </Action>
        </Show>
        <Action disabled={none() || selection.count() > MAX_TERMS} onClick={actions.like}>
          {selection.count() > 1 ? 'More like these' : 'More like this'}
        </Action>
        <Action disabled={actions.isBusy()} onClick={selection.selectAll}>
          {pictures.total() > MOST_SELECTED ? `Select the first ${formatCount(MOST_SELECTED)}` : 'Select all'}
        </Action>
        <Action onClick={selection.stop}>Done</Action>
      </div>
      <Show when={actions.problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
    </section>
  );
}

/** Judgements are of what a search found. */
function canJudge({ pictures, ratings }: App): boolean {
  return pictures.good() !== null && !ratings.off();
}

function Action(props: {
  danger?: boolean;
  disabled?: boolean;
  ref?: (button: HTMLButtonElement) => void;
  onClick: () => unknown;
  children: JSX.Element;
}): JSX.Element {
  return (
    <button
      ref={(button) => props.ref?.(button)}
      type="button"
      class="button"
      data-kind={props.danger ? 'danger' : undefined}
      disabled={props.disabled}
      onClick={() => void props.onClick()}
    >
      {props.children}
    </button>
  );
}

/** Puts what is selected into an album; takes it out of the one that is shown. */
function AlbumActions(props: { actions: Actions; none: boolean }): JSX.Element {
  const app = useApp();
  const [isAdding, setAdding] = createSignal(false);
  let opener: HTMLButtonElement | undefined;
  onMount(() => {
    if (!app.search.query().filters.some(({ field }) => field === 'album')) return;
    // Which album is shown. Without knowing it nothing can be taken out, and that is all.
    app.library.load().then(
      ({ albums }) => albums.read(),
      () => undefined,
    );
  });
  const close = () => {
    setAdding(false);
    opener?.focus();
  };
  const saved = (name: string) => {
    setAdding(false);
    app.selection.stop();
    app.notices.say('album', `Added to “${name}”.`, {
      label: 'Show albums',
      run() {
        app.notices.dismiss('album');
        app.address.go({ view: 'albums', item: null });
      },
    });
  };
  return (
    <>
      <Action
        ref={(button) => {
          opener = button;
        }}
        disabled={props.none}
        onClick={() => setAdding(true)}
      >
        Add to album
      </Action>
      <Show when={props.actions.album()}>
        <Action disabled={props.none} onClick={() => props.actions.takeOut()}>
          Remove from album
        </Action>
      </Show>
      <Show when={isAdding()}>
        <Part>
          <AddToAlbum pictures={props.actions.albumPictures()} onClose={close} onSaved={saved} />
        </Part>
      </Show>
    </>
  );
}
