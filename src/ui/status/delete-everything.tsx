import { createSignal, type JSX, Show } from 'solid-js';
import { deleteEverything } from '../../state/shell/delete-everything.ts';
import { useApp } from '../context.ts';
import { InternalLink } from '../shell/header.tsx';

/** The button that removes all that is kept; asks once more before it does it. */
export function DeleteEverything(): JSX.Element {
  const app = useApp();
  const [state, setState] = createSignal<'idle' | 'asked' | 'busy'>('idle');
  const [problem, setProblem] = createSignal<string>();
  let opener: HTMLButtonElement | undefined;
  /** Back to the first button, with the keyboard, which was on one that is gone. */
  const leave = () => {
    setState('idle');
    opener?.focus();
  };
  const run = async () => {
    setState('busy');
    try {
      await deleteEverything(app.log, app.offline, app.library);
      location.replace(app.baseUrl);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      leave();
    }
  };
  return (
    <section>
      <h3>Delete everything</h3>
      <p class="quiet">
        Removes the search log with all ratings, the kept model, collections and pictures, and the offline copy of the
        app from this browser. Then the page starts as on a first visit. Export the log first if it matters.
      </p>
      <Show when={app.library.isUsed()}>
        <p>
          What is kept of your own pictures goes too. The files on your disk stay as they are.{' '}
          <InternalLink patch={{ view: 'library', item: null }}>Your pictures can be exported first.</InternalLink>
        </p>
      </Show>
      <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
      <p class="drawer-actions" aria-live="polite">
        <Show when={state() === 'idle'}>
          <button ref={opener} type="button" class="button" data-kind="danger" onClick={() => setState('asked')}>
            Delete everything
          </button>
        </Show>
        <Show when={state() === 'asked' || state() === 'busy'}>
          <button
            type="button"
            class="button"
            data-kind="danger-now"
            disabled={state() === 'busy'}
            onClick={() => void run()}
          >
            Yes, delete it all
          </button>
          <button
            type="button"
            class="button"
            ref={(button) => queueMicrotask(() => button.focus())}
            disabled={state() === 'busy'}
            onClick={leave}
          >
            Keep it
          </button>
        </Show>
      </p>
    </section>
  );
}
