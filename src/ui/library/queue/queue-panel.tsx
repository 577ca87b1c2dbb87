import { type Accessor, createEffect, createResource, createSignal, type JSX, on, onCleanup, Show } from 'solid-js';
import type { Queue } from '../../../protocol/library-worker.ts';
import type { Library } from '../../../state/library/library.ts';
import { Fact } from '../../common/fact.tsx';
import { formatBytes, formatCount } from '../../common/format.ts';
import { foundText } from '../disk/index-words.ts';
import {
  isBusy,
  outcome,
  queueTitle,
  rateInWords,
  readingText,
  remedyOf,
  shareOf,
  timeInWords,
  totalOf,
} from './sentences.ts';
import { Waiting } from './waiting.tsx';

/** How far the adding is, and what can be done about it; nothing before the first time. */
export function QueuePanel(props: { library: Library }): JSX.Element {
  const shown = () => {
    const queue = props.library.queue();
    if (!queue) return undefined;
    // Files on their way into the queue: it is not idle, though it may know of nothing yet.
    if (props.library.reading() && queue.state === 'idle') return { ...queue, state: 'listing' as const };
    return isBusy(queue) || totalOf(queue) > 0 ? queue : undefined;
  };
  return (
    <Show when={shown()}>
      {(queue) => (
        <section class="library-queue" data-state={queue().state} aria-labelledby="library-queue">
          <div class="library-queue-head">
            <div>
              <h2 id="library-queue">{queueTitle(queue())}</h2>
              <p class="numbers">{howFar(queue())}</p>
              <Show when={props.library.reading()}>
                {(list) => <p class="numbers">{readingText(list().read, list().total)}</p>}
              </Show>
            </div>
            <Newest library={props.library} queue={queue} />
          </div>
          <Progress queue={queue()} />
          <Problem queue={queue()} />
          <Show when={queue().state === 'waiting'}>
            <Waiting library={props.library} />
          </Show>
          <ModelLoading library={props.library} queue={queue()} />
          <Facts queue={queue()} />
          <Show when={props.library.overview()?.foundIndex}>
            {(found) => <p class="quiet">{foundText(found())}</p>}
          </Show>
          <Controls library={props.library} queue={queue()} />
        </section>
      )}
    </Show>
  );
}

function howFar(queue: Queue): string {
  if (!isBusy(queue)) return outcome(queue);
  const far = `${formatCount(totalOf(queue) - queue.left)} of ${formatCount(totalOf(queue))}`;
  if (queue.state === 'listing') return `${formatCount(totalOf(queue))} found so far`;
  if (queue.state !== 'running') return far;
  return queue.secondsLeft === null ? far : `${far}, ${timeInWords(queue.secondsLeft)} left`;
}

function Progress(props: { queue: Queue }): JSX.Element {
  const percent = () => Math.floor(100 * shareOf(props.queue));
  return (
    <Show when={isBusy(props.queue)}>
      <span
        class="meter"
        role="progressbar"
        aria-label="Pictures added"
        aria-valuemin="0"
        aria-valuemax="100"
        // Nobody knows how many there are while folders are looked through.
        aria-valuenow={props.queue.state === 'listing' ? undefined : percent()}
      >
        <span style={{ transform: `scaleX(${shareOf(props.queue)})` }} />
      </span>
    </Show>
  );
}

function Problem(props: { queue: Queue }): JSX.Element {
  return (
    <Show when={props.queue.problem}>
      {(problem) => (
        <p class="library-problem" role="alert">
          <strong>{problem().message}</strong> {remedyOf(problem())}
        </p>
      )}
    </Show>
  );
}

/** Before the first picture, and only the first time. */
function ModelLoading(props: { library: Library; queue: Queue }): JSX.Element {
  const sums = () => {
    const parts = Object.values(props.library.progress);
    const sum = (of: 'loaded' | 'total') => parts.reduce((all, part) => all + part[of], 0);
    return { loaded: sum('loaded'), total: sum('total') };
  };
  const isLoading = () =>
    props.queue.state === 'running' && props.queue.perSecond === null && sums().loaded < sums().total;
  return (
    <Show when={isLoading()}>
      <p class="quiet numbers">
        {`Loading the model that looks at pictures: ${formatBytes(sums().loaded)} of ${formatBytes(sums().total)}`}
      </p>
    </Show>
  );
}

function Facts(props: { queue: Queue }): JSX.Element {
  return (
    <dl class="library-facts numbers">
      <Fact name="Added">{formatCount(props.queue.done - props.queue.known)}</Fact>
      <Fact name="There already">{formatCount(props.queue.known)}</Fact>
      <Show when={props.queue.indexed > 0}>
        <Fact name="From the folder’s index">{formatCount(props.queue.indexed)}</Fact>
      </Show>
      <Fact name="Failed">{formatCount(props.queue.failed)}</Fact>
      <Fact name="Left">{formatCount(props.queue.left)}</Fact>
      <Fact name="Speed">{props.queue.perSecond === null ? 'Not known yet' : rateInWords(props.queue.perSecond)}</Fact>
    </dl>
  );
}

/** The newest picture that is in, so that one sees it work. */
function Newest(props: { library: Library; queue: Accessor<Queue> }): JSX.Element {
  const id = () => props.queue().newest?.id;
  const [blob] = createResource(id, (itemId) => props.library.thumbnail(itemId).catch(() => undefined));
  // Asked before it is there, a resource would take the whole view away.
  const known = () => (blob.state === 'ready' || blob.state === 'refreshing' ? blob.latest : undefined);
  const [url, setUrl] = createSignal<string>();
  createEffect(
    on(known, (read) => {
      const made = read && URL.createObjectURL(read);
      setUrl(made);
      onCleanup(() => made && URL.revokeObjectURL(made));
    }),
  );
  return (
    <Show when={props.queue().newest}>
      {(newest) => (
        <figure class="library-newest">
          <span class="picture" data-state={url() ? 'shown' : 'loading'}>
            <Show when={url()}>
              {(source) => <img src={source()} alt="" width="80" height="80" draggable={false} />}
            </Show>
          </span>
          <figcaption class="quiet" dir="auto">
            {newest().name}
          </figcaption>
        </figure>
      )}
    </Show>
  );
}

/** The buttons stay where they are, so that the keyboard does. */
function Controls(props: { library: Library; queue: Queue }): JSX.Element {
  const isRunning = () => props.queue.state === 'running' || props.queue.state === 'listing';
  return (
    <Show when={isBusy(props.queue)}>
      <p class="library-buttons">
        <Show when={props.queue.state !== 'waiting'}>
          <button
            type="button"
            class="button"
            onClick={() => void (isRunning() ? props.library.pause() : props.library.resume())}
          >
            {isRunning() ? 'Pause' : 'Continue'}
          </button>
        </Show>
        <button type="button" class="button" onClick={() => void props.library.cancel()}>
          Cancel
        </button>
        <span class="quiet">What is in already stays.</span>
      </p>
    </Show>
  );
}
