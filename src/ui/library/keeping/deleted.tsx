import { createResource, type JSX, Show } from 'solid-js';
import type { Library } from '../../../state/library/library.ts';
import { formatPictures } from '../../common/format.ts';

/** Pictures that were deleted lately, also on a visit before, when the notice with “Undo” is gone. */
export function Deleted(props: { library: Library; onEmpty: () => void }): JSX.Element {
  // Not while pictures are added: they would be counted with each batch.
  const state = () => `${props.library.queue()?.state === 'idle'} ${props.library.overview()?.count}`;
  const [found] = createResource(state, () => props.library.countRemoved().catch(() => 0));
  const count = () => (found.state === 'ready' || found.state === 'refreshing' ? (found.latest ?? 0) : 0);
  const bringBack = async () => {
    await props.library.restoreAll();
    props.onEmpty(); // the button that was pressed is gone
  };
  return (
    <Show when={count() > 0}>
      <section class="library-deleted" aria-labelledby="library-deleted">
        <h2 id="library-deleted">Deleted</h2>
        <p class="quiet">
          {`${formatPictures(count())} that you deleted can be brought back for about an hour. Then ${
            count() === 1 ? 'it is' : 'they are'
          } gone from this browser.`}
        </p>
        <p class="library-buttons">
          <button type="button" class="button" onClick={() => void bringBack()}>
            {count() === 1 ? 'Bring it back' : 'Bring them back'}
          </button>
        </p>
      </section>
    </Show>
  );
}
