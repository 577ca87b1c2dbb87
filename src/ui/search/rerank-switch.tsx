import { type JSX, Show } from 'solid-js';
import { movedOf, textOf } from '../../state/search/rerank-request.ts';
import type { Reranking } from '../../state/search/reranking.ts';
import { useApp } from '../context.ts';
import './rerank-switch.css';

/** Turns a second look at the best pictures on and off, where the site has a model for it. Nothing is loaded before. */
export function RerankSwitch(): JSX.Element {
  const { reranking, search } = useApp();
  return (
    <Show when={textOf(search.query()) !== undefined && reranking.offer()}>
      <LookAgain reranking={reranking} />
    </Show>
  );
}

function LookAgain(props: { reranking: Reranking }): JSX.Element {
  const { search } = useApp();
  const isOn = () => props.reranking.status() === 'on';
  const isBusy = () => props.reranking.status() === 'loading' || props.reranking.looking();
  const press = () =>
    isOn() || props.reranking.status() === 'loading' ? props.reranking.turnOff() : void props.reranking.turnOn();
  const moved = () => {
    const answer = search.response();
    return answer?.reranked && movedOf(answer);
  };
  return (
    <span class="rerank-switch">
      <button
        type="button"
        class="button"
        aria-pressed={isOn()}
        aria-busy={isBusy()}
        title="A second look at the best pictures"
        onClick={press}
      >
        Look again
      </button>
      <span class="visually-hidden" role="status">
        {said(props.reranking, moved())}
      </span>
    </span>
  );
}

/** Once a search, and nothing while it goes on: the number of results is said already. */
function said({ status, looking, waits }: Reranking, moved: number | undefined): string {
  if (status() !== 'on' || looking()) return '';
  if (waits()) return 'The second look is ready. Its order is shown when you leave the pictures.';
  if (moved === undefined) return '';
  if (moved === 0) return 'The best pictures were looked at again, and stay where they are.';
  return `The best pictures were looked at again: ${moved} have moved.`;
}
