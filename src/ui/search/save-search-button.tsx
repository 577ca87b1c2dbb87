import { createSignal, type JSX, lazy, Show } from 'solid-js';
import { toAfterimageError } from '../../engine/errors.ts';
import { type Query, queryText } from '../../engine/query/query.ts';
import type { SavedSearch } from '../../protocol/albums.ts';
import { savedSearch } from '../../state/albums/open-album.ts';
import { Part } from '../common/part.tsx';
import { useApp } from '../context.ts';

const SaveSearch = lazy(() => import('../albums/save-album.tsx').then((part) => ({ default: part.SaveSearch })));

/** Saves the search that is shown, as an album; not where it is an album and nothing else. */
export function SaveSearchButton(): JSX.Element {
  const app = useApp();
  const [saving, setSaving] = createSignal<SavedSearch>();
  let button: HTMLButtonElement | undefined;
  const close = () => {
    setSaving(undefined);
    button?.focus();
  };
  const isAlbum = () => {
    const { terms, filters } = app.search.query();
    return terms.length === 0 && filters.length === 1 && filters[0]?.field === 'album';
  };
  const begin = async () => {
    const manifest = app.session.collection()?.manifest;
    if (!manifest) return;
    const [query, names, thumbs] = [app.search.query(), app.names(), app.ratings.thumbs()];
    const isLikeOther = query.terms.some(({ kind }) => kind === 'picture');
    try {
      const pictures = isLikeOther ? await (await app.asked.load()).vectorsOf(query) : undefined;
      setSaving(savedSearch(query, manifest, names, pictures, thumbs));
    } catch (cause) {
      app.notices.say('album', toAfterimageError(cause).message);
    }
  };
  const saved = (name: string) => {
    close();
    app.notices.say('album', `Saved as “${name}”.`, {
      label: 'Show albums',
      run() {
        app.notices.dismiss('album');
        app.address.go({ view: 'albums', item: null });
      },
    });
  };
  return (
    <Show when={!isAlbum()}>
      <button ref={button} type="button" class="link-button" aria-haspopup="dialog" onClick={() => void begin()}>
        Save this search
      </button>
      <Show when={saving()}>
        {(search) => (
          <Part>
            <SaveSearch search={search()} text={nameOf(app.search.query())} onClose={close} onSaved={saved} />
          </Part>
        )}
      </Show>
    </Show>
  );
}

/** What a search may be called: of pictures alone, what it is like, and not what it is unlike. */
function nameOf({ terms, filters }: Query): string {
  const isLikeAlone = terms.length > 0 && terms.every(({ kind }) => kind !== 'words');
  return queryText({ terms: isLikeAlone ? terms.filter(({ weight }) => weight > 0) : terms, filters });
}
