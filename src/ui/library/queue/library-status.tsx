import { type Accessor, createEffect, createSignal, type JSX, Show } from 'solid-js';
import type { Queue } from '../../../protocol/library-worker.ts';
import type { Library } from '../../../state/library/library.ts';
import { formatCount } from '../../common/format.ts';
import { useApp } from '../../context.ts';
import { InternalLink } from '../../shell/header.tsx';
import './library-status.css';
import { announcement, isBusy, queueTitle, shareOf, totalOf } from './sentences.ts';

/** While pictures are added, a few words in the header that lead to all of it; and for those who hear the page, a line. */
export default function LibraryStatus(props: { library: Library }): JSX.Element {
  const { address } = useApp();
  /** The view itself says more. */
  const busy = () => {
    const queue = props.library.queue();
    return queue && isBusy(queue) && address.current().view !== 'library' ? queue : undefined;
  };
  return (
    <>
      <Show when={busy()}>
        {(queue) => (
          <InternalLink class="library-status" patch={{ view: 'library', item: null }}>
            <span class="visually-hidden">{`${queueTitle(queue())}: `}</span>
            <Ring share={shareOf(queue())} isMoving={queue().state === 'running' || queue().state === 'listing'} />
            <span class="library-status-label numbers">{label(queue())}</span>
          </InternalLink>
        )}
      </Show>
      <Announcements queue={props.library.queue} />
    </>
  );
}

function label(queue: Queue): string {
  switch (queue.state) {
    case 'listing':
      return 'Looking';
    case 'paused':
      return queue.problem ? 'Stopped' : 'Paused';
    case 'waiting':
      return 'Waiting';
    default:
      return `${formatCount(totalOf(queue) - queue.left)} of ${formatCount(totalOf(queue))}`;
  }
}

const AROUND = 2 * Math.PI * 8;

function Ring(props: { share: number; isMoving: boolean }): JSX.Element {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" fill="none" stroke-width="3" aria-hidden="true">
      <circle cx="10" cy="10" r="8" stroke="var(--line)" />
      <circle
        cx="10"
        cy="10"
        r="8"
        stroke={props.isMoving ? 'var(--accent)' : 'var(--text-quiet)'}
        stroke-dasharray={`${AROUND}`}
        stroke-dashoffset={AROUND * (1 - props.share)}
        transform="rotate(-90 10 10)"
      />
    </svg>
  );
}

/** A line is said when the state changes, and at every quarter of the way, but not more often than this. */
const QUIET_MS = 20_000;

function Announcements(props: { queue: Accessor<Queue | undefined> }): JSX.Element {
  const [text, setText] = createSignal('');
  let before: Queue | undefined;
  let saidAt = 0;
  createEffect(() => {
    const queue = props.queue();
    if (!queue) return;
    const isFirst = before === undefined && !isBusy(queue);
    const isOther = before?.state !== queue.state || before.problem?.code !== queue.problem?.code;
    const isFurther = before !== undefined && quarter(queue) > quarter(before) && Date.now() - saidAt > QUIET_MS;
    if (!isFirst && !isOther && !isFurther) return;
    before = queue;
    if (isFirst) return;
    saidAt = Date.now();
    setText(announcement(queue));
  });
  return (
    <p class="visually-hidden" role="status">
      {text()}
    </p>
  );
}

const quarter = (queue: Queue) => Math.floor(4 * shareOf(queue));
