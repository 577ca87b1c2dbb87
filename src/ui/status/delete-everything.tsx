import { createSignal, type JSX, Show } from 'solid-js';
import { deleteEverything } from '../../state/shell/delete-everything.ts';
import { createQuestion, DeleteButton } from '../common/question.tsx';
import { useApp } from '../context.ts';
import { InternalLink } from '../shell/header.tsx';

/** The button that removes all that is kept, and what goes with it. */
export function DeleteEverything(): JSX.Element {
  const app = useApp();
  const [problem, setProblem] = createSignal<string>();
  const question = createQuestion();
  const run = async () => {
    try {
      await deleteEverything(app.log, app.offline, app.library);
      location.replace(app.baseUrl);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      question.leave();
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
        <DeleteButton
          question={question}
          label="Delete everything"
          yes="Yes, delete it all"
          no="Keep it"
          onYes={() => void run()}
        />
      </p>
    </section>
  );
}
