import { type JSX, Show } from 'solid-js';
import { LIBRARY } from '../../engine/collection/types.ts';
import { textQuery } from '../../engine/query/query.ts';
import type { Library } from '../../state/library/library.ts';
import { Failure } from '../common/failure.tsx';
import { formatPictures } from '../common/format.ts';
import { InternalLink } from '../shell/header.tsx';
import { Adding } from './adding.tsx';
import { Folders } from './folders.tsx';
import { Failures } from './queue/failures.tsx';
import './library.css';
import { Deleted } from './keeping/deleted.tsx';
import { MovingPictures } from './keeping/moving.tsx';
import { Storage } from './keeping/storage.tsx';
import { LibraryModel } from './model/library-model.tsx';
import { QueuePanel } from './queue/queue-panel.tsx';
import { WithLibrary } from './with-library.tsx';

/** The visitor's own pictures: adding, how far that is, what failed, where they are found, how much room they take. */
export default function LibraryView(): JSX.Element {
  return <WithLibrary>{(library) => <Page library={library} />}</WithLibrary>;
}

function Page(props: { library: Library }): JSX.Element {
  const count = () => props.library.overview()?.count ?? 0;
  let title: HTMLHeadingElement | undefined;
  // What had the keyboard is gone.
  const toTitle = () => title?.focus();
  return (
    <div class="library">
      <header class="library-head">
        <h1 ref={title} class="page-title" tabindex={-1}>
          Your pictures
        </h1>
        <p class="quiet">They stay on this device: nothing is uploaded.</p>
        <p>
          <Show when={count() > 0}>
            <InternalLink
              class="button"
              patch={{ view: 'search', collection: LIBRARY, query: textQuery(''), item: null }}
            >
              {`Search your ${formatPictures(count())}`}
            </InternalLink>{' '}
          </Show>
          <InternalLink class="button" patch={{ view: 'albums', item: null }}>
            Albums
          </InternalLink>
        </p>
      </header>
      <Show when={props.library.error()}>
        {(error) => (
          <Failure title="Your pictures cannot be read" error={error()} onRetry={() => void props.library.read()} />
        )}
      </Show>
      <QueuePanel library={props.library} />
      <Adding library={props.library} />
      <Failures library={props.library} onEmpty={toTitle} />
      <Folders library={props.library} onEmpty={toTitle} />
      <Deleted library={props.library} onEmpty={toTitle} />
      <LibraryModel library={props.library} />
      <MovingPictures library={props.library} />
      <Storage library={props.library} onEmpty={toTitle} />
    </div>
  );
}
