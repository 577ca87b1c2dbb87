import { For, type JSX, Show } from 'solid-js';
import type { Changeover } from '../../../protocol/library-worker.ts';
import type { Library } from '../../../state/library/library.ts';
import { formatBytes, formatCount, formatPictures } from '../../common/format.ts';
import { createQuestion, DeleteButton } from '../../common/question.tsx';
import { timeInWords } from '../queue/sentences.ts';

/** How far the pictures are that are being embedded again, and what can be done about it. */
export function Changing(props: { library: Library; now: Changeover; title: string }): JSX.Element {
  return (
    <>
      <p>
        {`Your pictures are being looked at again, by ${props.title}. Until all are done, searches are answered as before.`}
      </p>
      <p class="numbers" data-changeover={props.now.state}>
        {howFar(props.now)}
      </p>
      <Meter now={props.now} />
      <Show when={props.now.problem}>
        {(problem) => (
          <p class="library-problem" role="alert">
            <strong>{problem().message}</strong> What is done is kept. Continue tries it again.
          </p>
        )}
      </Show>
      <Left now={props.now} />
      <Controls library={props.library} now={props.now} />
    </>
  );
}

export function howFar({ state, loading, done, total, secondsLeft, left }: Changeover): string {
  if (state === 'loading') {
    return loading
      ? `Downloading the model: ${formatBytes(loading.loaded)} of ${formatBytes(loading.total)}`
      : 'Looking for the model';
  }
  const far = `${formatCount(done)} of ${formatPictures(total)}`;
  if (state === 'waiting') return `${far} done. ${formatPictures(left.count)} left.`;
  if (state === 'paused') return `${far} done. Paused.`;
  return secondsLeft === null ? `${far} done` : `${far} done, ${timeInWords(secondsLeft)} left`;
}

function Meter(props: { now: Changeover }): JSX.Element {
  const share = () => {
    const { state, loading, done, total } = props.now;
    if (state === 'loading') return loading ? loading.loaded / Math.max(1, loading.total) : 0;
    return total === 0 ? 0 : done / total;
  };
  return (
    <span
      class="meter"
      role="progressbar"
      aria-label={props.now.state === 'loading' ? 'Model downloaded' : 'Pictures looked at again'}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow={Math.floor(100 * share())}
    >
      <span style={{ transform: `scaleX(${share()})` }} />
    </span>
  );
}

/** Pictures that nobody can look at now. Names are text of somebody else's. */
function Left(props: { now: Changeover }): JSX.Element {
  const left = () => props.now.left;
  return (
    <Show when={left().count > 0}>
      <details>
        <summary>{`${formatPictures(left().count)} cannot be looked at now`}</summary>
        <p class="quiet">
          Their files are not at hand, and the copies that are kept of them are too small. Allow their folder to be read
          again, or choose the files again; then continue.
        </p>
        <ul class="library-left">
          <For each={left().pictures}>
            {({ name, reason }) => (
              <li>
                <bdi translate="no">{name}</bdi>
                <Show when={reason}>{(why) => <span class="quiet"> {why()}</span>}</Show>
              </li>
            )}
          </For>
        </ul>
        <Show when={left().count > left().pictures.length}>
          <p class="quiet">{`And ${formatCount(left().count - left().pictures.length)} more.`}</p>
        </Show>
      </details>
    </Show>
  );
}

/** The buttons stay where they are, so that the keyboard does. */
function Controls(props: { library: Library; now: Changeover }): JSX.Element {
  const question = createQuestion();
  const isRunning = () => props.now.state === 'running' || props.now.state === 'loading';
  return (
    <p class="library-buttons">
      <button
        type="button"
        class="button"
        onClick={() => void props.library.changeoverDo(isRunning() ? 'pause' : 'resume')}
      >
        {isRunning() ? 'Pause' : 'Continue'}
      </button>
      <Show when={props.now.state === 'waiting'}>
        <DeleteButton
          question={question}
          label={`Finish without ${props.now.left.count === 1 ? 'it' : 'them'}`}
          yes={`Yes, leave out ${formatPictures(props.now.left.count)}`}
          no="Wait"
          onYes={() => void props.library.changeoverDo('finish')}
        />
      </Show>
      <button type="button" class="button" onClick={() => void props.library.changeoverDo('cancel')}>
        Cancel
      </button>
      <span class="quiet">Cancel keeps everything as it was.</span>
    </p>
  );
}
