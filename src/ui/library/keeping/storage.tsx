import { createSignal, type JSX, Show } from 'solid-js';
import { toAfterimageError } from '../../../engine/errors.ts';
import type { Library } from '../../../state/library/library.ts';
import { formatBytes, formatPictures } from '../../common/format.ts';
import { createQuestion, DeleteButton } from '../../common/question.tsx';

/** How much room the pictures take, whether the browser keeps them, and the way to delete them all. */
export function Storage(props: { library: Library; onEmpty: () => void }): JSX.Element {
  const overview = () => props.library.overview();
  const isThere = () => {
    const all = overview();
    return all && (all.count > 0 || all.folders.length > 0 || all.failures > 0);
  };
  const used = () => {
    const all = overview();
    const room = all?.usage ? `, ${formatBytes(all.usage.used)} of ${formatBytes(all.usage.quota)}` : '';
    return `${formatPictures(all?.count ?? 0)}${room}`;
  };
  return (
    <Show when={isThere()}>
      <section class="library-storage" aria-labelledby="library-storage">
        <h2 id="library-storage">In this browser</h2>
        <p class="numbers">{used()}</p>
        <Persistence library={props.library} />
        <DeleteAll library={props.library} onEmpty={props.onEmpty} />
      </section>
    </Show>
  );
}

function Persistence(props: { library: Library }): JSX.Element {
  const [answer, setAnswer] = createSignal<string>();
  let line: HTMLParagraphElement | undefined;
  const ask = async () => {
    const isGranted = await props.library.persist();
    setAnswer(
      isGranted ? undefined : 'The browser did not promise it. It may, once the app is installed or bookmarked.',
    );
    if (isGranted) line?.focus(); // the button that was pressed is gone
  };
  const isPersistent = () => props.library.overview()?.isPersistent ?? false;
  return (
    <>
      <p class="quiet" ref={line} tabindex={-1}>
        {isPersistent()
          ? 'The browser keeps them until you delete them.'
          : 'The browser may remove them when space is short.'}
      </p>
      <Show when={!isPersistent()}>
        <p class="library-buttons">
          <button type="button" class="button" onClick={() => void ask()}>
            Ask the browser to keep them
          </button>
          <span role="status">{answer()}</span>
        </p>
      </Show>
    </>
  );
}

function DeleteAll(props: { library: Library; onEmpty: () => void }): JSX.Element {
  const [problem, setProblem] = createSignal<string>();
  const question = createQuestion();
  const run = async () => {
    setProblem(undefined);
    await props.library.clear().catch((error: unknown) => setProblem(toAfterimageError(error).message));
    if (!question.leave()) props.onEmpty();
  };
  return (
    <div aria-live="polite">
      <Show when={problem()}>{(text) => <p role="alert">{text()}</p>}</Show>
      <Show when={question.isAsked()}>
        <p>
          Everything that this page keeps of your pictures goes, for good, and with it your albums. The files on your
          disk stay as they are.
        </p>
      </Show>
      <p class="library-buttons">
        <DeleteButton
          question={question}
          label="Delete all my pictures"
          yes="Yes, delete them all"
          no="Keep them"
          onYes={() => void run()}
        />
      </p>
    </div>
  );
}
