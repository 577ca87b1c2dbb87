import { createSignal, type JSX, Show } from 'solid-js';
import { ALL, collectionOf, type Item, LIBRARY, type PictureSource } from '../../engine/collection/types.ts';
import { MAX_TERMS, type Query } from '../../engine/query/query.ts';
import { MOST_SELECTED } from '../../state/collection/selection.ts';
import { formatCount } from '../common/format.ts';
import { useApp } from '../context.ts';
import { copyPicture, download } from '../detail/file/actions.ts';
import { canShareFiles, share } from './share.ts';

/** How many pictures are selected, and what can be done with them. */
export default function SelectionBar(): JSX.Element {
  const app = useApp();
  const { selection, session, pictures } = app;
  const [problem, setProblem] = createSignal('');
  const [isBusy, setBusy] = createSignal(false);
  const none = () => selection.count() === 0 || isBusy();
  /** Only what the visitor added can be deleted, and not what a site shows. */
  const isOwn = () => {
    const name = session.collection()?.manifest.name;
    if (name !== ALL) return name === LIBRARY;
    return selection.count() > 0 && selection.items().every((item) => collectionOf(item) === LIBRARY);
  };

  const run = async (what: string, act: (source: PictureSource, items: readonly Item[]) => Promise<void>) => {
    const source = app.pictureSource();
    if (!source) return;
    setBusy(true);
    setProblem('');
    await act(source, selection.items()).catch((cause: unknown) => setProblem(`${what}: ${reasonOf(cause)}`));
    setBusy(false);
  };
  const remove = () =>
    run('Nothing was deleted', async (_, items) => {
      const library = await app.library.load();
      if (await library.remove(items.map(({ id }) => id))) selection.stop();
    });
  const save = () =>
    run('Not all were saved', async (source, items) => {
      // One after the other: browsers drop downloads that begin all at once.
      for (const item of items) await download(source, item);
    });
  const copy = () =>
    run('The picture was not copied', async (source, [item]) => {
      if (!item) return;
      await copyPicture(source, item);
      app.notices.say('copied', 'The picture was copied.');
    });
  const like = () => {
    app.address.go({ query: likeAll(selection.items()) });
    app.commit();
  };

  return (
    <section class="selection-bar" aria-label="Selected pictures">
      <p class="numbers" role="status">
        {selection.count() === 0 ? 'Select pictures' : `${formatCount(selection.count())} selected`}
      </p>
      <div>
        <Show when={isOwn()}>
          <button type="button" class="button" data-kind="danger" disabled={none()} onClick={() => void remove()}>
            Delete
          </button>
        </Show>
        <button type="button" class="button" disabled={none()} onClick={() => void save()}>
          Save copies
        </button>
        <button type="button" class="button" disabled={none() || selection.count() > 1} onClick={() => void copy()}>
          Copy
        </button>
        <Show when={canShareFiles()}>
          <button type="button" class="button" disabled={none()} onClick={() => void run('Nothing was shared', share)}>
            Share
          </button>
        </Show>
        <button type="button" class="button" disabled={none() || selection.count() > MAX_TERMS} onClick={like}>
          {selection.count() > 1 ? 'More like these' : 'More like this'}
        </button>
        <button type="button" class="button" disabled={isBusy()} onClick={() => void selection.selectAll()}>
          {pictures.total() > MOST_SELECTED ? `Select the first ${formatCount(MOST_SELECTED)}` : 'Select all'}
        </button>
        <button type="button" class="button" onClick={() => selection.stop()}>
          Done
        </button>
      </div>
      <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
    </section>
  );
}

/** Pictures like all of these together. */
function likeAll(items: readonly Item[]): Query {
  return {
    terms: items.map((item) => ({ kind: 'item', id: item.id, collection: collectionOf(item) ?? null, weight: 1 })),
    filters: [],
  };
}

function reasonOf(cause: unknown): string {
  if (cause instanceof DOMException && cause.name === 'NotAllowedError') return 'the browser does not allow it.';
  return cause instanceof Error ? cause.message : String(cause);
}
