import { createResource, createSignal, For, type JSX, Show } from 'solid-js';
import type { FailedFile } from '../../../protocol/library-worker.ts';
import type { Library } from '../../../state/library/library.ts';
import { formatCount } from '../../common/format.ts';
import { formatFiles } from './sentences.ts';

/** Lines shown at first, and more at a time. */
const PAGE = 100;

/** Files that are not in the library, why, and another try. */
export function Failures(props: { library: Library; onEmpty: () => void }): JSX.Element {
  const count = () => props.library.overview()?.failures ?? 0;
  return (
    <Show when={count() > 0}>
      <List library={props.library} count={count()} onEmpty={props.onEmpty} />
    </Show>
  );
}

function List(props: { library: Library; count: number; onEmpty: () => void }): JSX.Element {
  const [limit, setLimit] = createSignal(PAGE);
  // Anew with every overview: one may have failed while another was tried again.
  const wanted = () => ({ overview: props.library.overview(), limit: limit() });
  const [files] = createResource(wanted, ({ limit: most }) => props.library.failures(most).catch(() => []));
  const all = () => (files.state === 'ready' || files.state === 'refreshing' ? files.latest : []);
  let title: HTMLHeadingElement | undefined;
  const retry = async (ids?: readonly number[]) => {
    await props.library.retry(ids);
    // The button that was pressed is gone.
    if (title?.isConnected) title.focus();
    else props.onEmpty();
  };
  const dismiss = async () => {
    await props.library.dismissFailures();
    props.onEmpty();
  };
  return (
    <section class="library-failures" aria-labelledby="library-failures">
      <h2 id="library-failures" ref={title} tabindex={-1}>
        {`${formatFiles(props.count)} could not be added`}
      </h2>
      <p class="library-buttons">
        <Show when={all().some(({ canRetry }) => canRetry)}>
          <button type="button" class="button" onClick={() => void retry()}>
            Try all again
          </button>
        </Show>
        <button type="button" class="button" onClick={() => void dismiss()}>
          Clear this list
        </button>
      </p>
      <ul class="library-list">
        <For each={all()}>{(file) => <Line file={file} onRetry={() => void retry([file.id])} />}</For>
      </ul>
      <Show when={props.count > limit()}>
        <button type="button" class="button" onClick={() => setLimit(limit() + PAGE)}>
          {`Show more (${formatCount(props.count - limit())})`}
        </button>
      </Show>
    </section>
  );
}

function Line(props: { file: FailedFile; onRetry: () => void }): JSX.Element {
  return (
    <li>
      <div>
        <p class="library-path" dir="auto">
          {props.file.path}
        </p>
        <p class="quiet">{props.file.reason}</p>
      </div>
      <Show when={props.file.canRetry} fallback={<span class="quiet">Choose it again to try it.</span>}>
        <button
          type="button"
          class="button"
          aria-label={`Try again: ${props.file.path}`}
          onClick={() => props.onRetry()}
        >
          Try again
        </button>
      </Show>
    </li>
  );
}
