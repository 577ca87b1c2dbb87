import { createEffect, createUniqueId, type JSX, on, Show } from 'solid-js';
import type { SiteReranker } from '../../protocol/rerank-worker.ts';
import { movedOf } from '../../state/search/rerank-request.ts';
import { LOOKED_AT, type Reranking } from '../../state/search/reranking.ts';
import { formatBytes, formatMs } from '../common/format.ts';
import { useApp } from '../context.ts';
import './rerank-switch.css';

/** Of the notices of this part. */
const NOTICE = 'rerank';

/** Turns a second look at the best pictures on and off, where the site has a model for it. Nothing is loaded before. */
export function RerankSwitch(): JSX.Element {
  const { reranking, search } = useApp();
  createNoticesOf(reranking);
  return (
    <Show when={search.text() === '' ? undefined : reranking.offer()}>
      {(offer) => <Switch offer={offer()} reranking={reranking} />}
    </Show>
  );
}

function Switch(props: { offer: SiteReranker; reranking: Reranking }): JSX.Element {
  const { search } = useApp();
  const id = createUniqueId();
  const isLoading = () => props.reranking.status() === 'loading';
  const isOn = () => props.reranking.status() === 'on';
  const toggle = () => (isOn() || isLoading() ? props.reranking.turnOff() : void props.reranking.turnOn());
  return (
    <span class="rerank-switch">
      <button
        type="button"
        class="button"
        aria-pressed={isLoading() ? undefined : isOn()}
        aria-busy={props.reranking.looking()}
        aria-describedby={id}
        title={explained(props.offer)}
        onClick={toggle}
      >
        <span class="numbers">{label(props.offer, props.reranking)}</span>
      </button>
      <span id={id} hidden>
        {explained(props.offer)}
      </span>
      <span class="visually-hidden" role="status">
        {said(props.reranking, search.response()?.reranked ? movedOf(search.response() ?? {}) : undefined)}
      </span>
    </span>
  );
}

function label(offer: SiteReranker, { status, progress, info, expectedMs }: Reranking): string {
  if (status() === 'loading') {
    const now = progress();
    return now && now.loaded < now.total ? `Stop (${formatBytes(now.loaded)} of ${formatBytes(now.total)})` : 'Stop';
  }
  if (status() === 'slow') return `Look again (about ${formatMs(expectedMs() ?? 0)})`;
  return offer.missing > 0 && !info() ? `Look again (${formatBytes(offer.missing)})` : 'Look again';
}

function explained({ title, missing, licence }: SiteReranker): string {
  const size = missing > 0 ? ` ${formatBytes(missing)} are downloaded first.` : '';
  const terms = licence === null ? '' : ` Licence: ${licence}.`;
  return `A larger model, ${title}, looks at the best ${LOOKED_AT} pictures together with your words, and puts first what matches them best.${size}${terms}`;
}

/** Once a search, and nothing while it goes on: the number of results is said already. */
function said({ status, looking, waits }: Reranking, moved: number | undefined): string {
  if (status() !== 'on' || looking()) return '';
  if (waits()) return 'The second look is ready. Its order is shown when you leave the pictures.';
  if (moved === undefined) return '';
  if (moved === 0) return 'The best pictures were looked at again, and stay where they are.';
  return `The best pictures were looked at again: ${moved} have moved.`;
}

/** What went wrong, and that it is off because it is slow, in lines that stay. */
function createNoticesOf({ status, error, expectedMs, turnOn }: Reranking): void {
  const { notices } = useApp();
  createEffect(
    on([status, error], ([now, failure]) => {
      if (failure) notices.say(NOTICE, failure.message, { label: 'Try again', run: () => void turnOn() });
      else if (now !== 'slow') notices.dismiss(NOTICE);
      else {
        const takes = formatMs(expectedMs() ?? 0);
        notices.say(
          NOTICE,
          `Looking again at the best ${LOOKED_AT} pictures takes about ${takes} on this device, so it is off.`,
          { label: 'Look again all the same', run: () => void turnOn() },
        );
      }
    }),
  );
}
