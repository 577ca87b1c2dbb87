import { createEffect, type JSX, lazy, Show } from 'solid-js';
import { Part } from '../common/part.tsx';
import { useApp } from '../context.ts';

const LibraryStatus = lazy(() => import('./queue/library-status.tsx'));

/** In the header, once there are pictures of the visitor's own: how far the adding is. Loads the library, which goes on. */
export function LibraryLink(): JSX.Element {
  const { library, session } = useApp();
  // Queries first: what is added can wait until the page answers.
  const mayLoad = () => session.ready() || session.collectionError() || session.modelError() || hasNoCollections();
  const hasNoCollections = () => session.collections()?.length === 0;
  createEffect(() => {
    if (library.isUsed() && mayLoad()) library.load().catch(() => {}); // its view says why
  });
  return (
    <Show when={library.library()}>
      {(loaded) => (
        <Part frame={() => null}>
          <LibraryStatus library={loaded()} />
        </Part>
      )}
    </Show>
  );
}
