import { type JSX, onCleanup, Show } from 'solid-js';
import type { SiteReranker } from '../../protocol/rerank-worker.ts';
import { LOOKED_AT, type Reranking } from '../../state/search/reranking.ts';
import { formatBytes, formatMs } from '../common/format.ts';
import { Icon } from '../common/icons.tsx';
import { useApp } from '../context.ts';

/** What a second look takes, how far its download is, and what went wrong: a line beside the notices. */
export function RerankLine(): JSX.Element {
  const { reranking } = useApp();
  const isDownloading = () => reranking.status() === 'loading' && (reranking.offer()?.missing ?? 0) > 0;
  const isAsked = () => ['asking', 'slow'].includes(reranking.status());
  return (
    <Show when={(isDownloading() || isAsked() || reranking.error()) && reranking.offer()}>
      {(offer) => <Line offer={offer()} reranking={reranking} isDownloading={isDownloading()} />}
    </Show>
  );
}

function Line(props: { offer: SiteReranker; reranking: Reranking; isDownloading: boolean }): JSX.Element {
  let line: HTMLParagraphElement | undefined;
  const leave = () => {
    if (line?.contains(document.activeElement)) {
      document.querySelector<HTMLButtonElement>('.rerank-switch button')?.focus();
    }
  };
  onCleanup(leave); // what had the keyboard is gone
  const press = () => (props.isDownloading ? props.reranking.turnOff() : void props.reranking.agree());
  return (
    <p class="notice" ref={line}>
      <span class="numbers">{text(props.offer, props.reranking)}</span>
      <button type="button" class="button" onClick={press}>
        {label(props.offer, props.reranking)}
      </button>
      <Show when={!props.isDownloading}>
        <button
          type="button"
          class="icon-button"
          aria-label="Not now"
          title="Not now"
          onClick={props.reranking.dismiss}
        >
          <Icon name="close" size={16} />
        </button>
      </Show>
    </p>
  );
}

/** Title and licence are words of somebody else. */
function text(offer: SiteReranker, { status, progress, error, expectedMs }: Reranking): JSX.Element {
  const failure = error();
  if (failure) return failure.message;
  if (status() === 'slow') {
    return `A second look at the best ${LOOKED_AT} pictures takes about ${formatMs(expectedMs() ?? 0)} on this device, so it is off.`;
  }
  if (status() === 'loading') {
    const now = progress();
    const amount = now ? `, ${formatBytes(now.loaded)} of ${formatBytes(now.total)}` : '';
    return [`Downloading `, <bdi>{offer.title}</bdi>, amount];
  }
  const licence =
    offer.licence === null ? 'Its licence is not stated.' : [`Licence: `, <bdi>{offer.licence}</bdi>, '.'];
  return [
    'A larger model, ',
    <bdi>{offer.title}</bdi>,
    `, looks at the best ${LOOKED_AT} pictures of a search together with your words, and puts first what matches them best. `,
    licence,
  ];
}

function label(offer: SiteReranker, { status, error }: Reranking): string {
  if (error()) return 'Try again';
  if (status() === 'slow') return 'Look again all the same';
  return status() === 'loading' ? 'Stop' : `Download ${formatBytes(offer.missing)}`;
}
