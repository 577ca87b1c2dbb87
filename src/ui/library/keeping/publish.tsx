import { createSignal, type JSX } from 'solid-js';
import type { LibraryExportOptions } from '../../../protocol/library-worker.ts';

/** What a folder of a site may be called. */
const NAME = '[A-Za-z0-9][A-Za-z0-9_\\-]{0,63}';

/** The library as a collection for a site, where others can see it: a question first what is to be in it. */
export function Publish(props: { isBusy: boolean; onPublish: (options: LibraryExportOptions) => void }): JSX.Element {
  const [name, setName] = createSignal('my-pictures');
  const [title, setTitle] = createSignal('My pictures');
  const [withPlaces, setWithPlaces] = createSignal(false);
  return (
    <details class="library-publish">
      <summary>Make a collection for a site</summary>
      <p class="quiet">
        A zip file to unpack into <code>public/collections</code> of a copy of this site. Whoever can open that site
        sees these pictures, small, with their names and dates.
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          props.onPublish({ name: name(), title: title().trim() || name(), vectors: 'int8', withPlaces: withPlaces() });
        }}
      >
        <label>
          Title
          <input type="text" value={title()} onInput={(event) => setTitle(event.currentTarget.value)} />
        </label>
        <label>
          Name of its folder
          <input
            type="text"
            required
            pattern={NAME}
            title="Up to 64 letters, digits, - and _, the first a letter or digit"
            value={name()}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label class="library-check">
          <input
            type="checkbox"
            checked={withPlaces()}
            onChange={(event) => setWithPlaces(event.currentTarget.checked)}
          />
          Say where pictures were taken
        </label>
        <button type="submit" class="button" disabled={props.isBusy}>
          Save the collection
        </button>
      </form>
    </details>
  );
}
