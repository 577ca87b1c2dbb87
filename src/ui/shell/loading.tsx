import { For, type JSX, Show } from 'solid-js';
import type { LoadStage } from '../../protocol/query-worker.ts';
import type { Progress } from '../../state/collection/session.ts';
import { formatBytes } from '../common/format.ts';
import { useApp } from '../context.ts';
import './loading.css';

const NAMES: Record<LoadStage, string> = {
  collection: 'Collection',
  items: 'Names',
  vectors: 'Picture vectors',
  graph: 'Index',
  codes: 'Codes',
  runtime: 'Runtime',
  tokenizer: 'Tokenizer',
  'text encoder': 'Text encoder',
};
const STAGES = Object.keys(NAMES) as LoadStage[];

type ProgressByStage = Partial<Record<LoadStage, Progress>>;

/** What is needed to look at pictures, and no part of the size that is told. */
const BROWSING: readonly LoadStage[] = ['collection', 'items'];

/**
 * The share of what has to be loaded, 0 … 1; undefined before the first byte.
 * @param bytes what has to be loaded before queries are answered; where it is not known, what is known of so far
 */
export function overall(progress: ProgressByStage, bytes: number | undefined): number | undefined {
  const stages = bytes ? STAGES.filter((stage) => !BROWSING.includes(stage)) : STAGES;
  const parts = stages.flatMap((stage) => progress[stage] ?? []);
  const total = Math.max(
    bytes ?? 0,
    parts.reduce((sum, part) => sum + part.total, 0),
  );
  return total === 0 ? undefined : Math.min(1, parts.reduce((sum, part) => sum + part.loaded, 0) / total);
}

/**
 * What is being loaded: one line with a thin bar, and every part behind it. Before it begins, how much it is. It can be
 * stopped, and goes on when the visitor says so.
 */
export function Loading(props: { progress: ProgressByStage }): JSX.Element {
  const { loading } = useApp();
  return (
    <div class="loading-row">
      <Show when={!loading.stopped()} fallback={<p class="loading">{needs(loading.bytes())}</p>}>
        <Running progress={props.progress} bytes={loading.bytes()} />
      </Show>
      <button
        type="button"
        class="button loading-button"
        onClick={() => (loading.stopped() ? loading.goOn() : loading.stop())}
      >
        {loading.stopped() ? 'Load' : 'Stop'}
        <span class="visually-hidden"> the search</span>
      </button>
    </div>
  );
}

function needs(bytes: number | undefined): string {
  return bytes ? `Search needs ${formatBytes(bytes)}, once.` : 'Search needs its model, once.';
}

function Running(props: { progress: ProgressByStage; bytes: number | undefined }): JSX.Element {
  const started = () => STAGES.filter((stage) => props.progress[stage]);
  const current = () => started().findLast((stage) => !isDone(props.progress[stage])) ?? started().at(-1);
  return (
    <details class="loading">
      <summary>
        <span class="loading-line">
          <Show when={current()} fallback={props.bytes ? needs(props.bytes) : 'Starting'}>
            {(stage) => (
              <>
                Loading {NAMES[stage()].toLowerCase()}
                <span class="quiet numbers"> {amount(props.progress[stage()])}</span>
              </>
            )}
          </Show>
        </span>
        <Meter share={overall(props.progress, props.bytes) ?? 0} label="Loading" />
      </summary>
      <ul class="loading-parts numbers">
        <For each={started()}>
          {(stage) => (
            <li>
              <span>{NAMES[stage]}</span>
              <span class="quiet">{amount(props.progress[stage])}</span>
            </li>
          )}
        </For>
      </ul>
    </details>
  );
}

function Meter(props: { share: number; label: string }): JSX.Element {
  return (
    <span
      class="meter"
      role="progressbar"
      aria-label={props.label}
      aria-valuemin="0"
      aria-valuemax="100"
      aria-valuenow={Math.floor(props.share * 100)}
    >
      <span style={{ transform: `scaleX(${props.share})` }} />
    </span>
  );
}

function isDone(part: Progress | undefined): boolean {
  return part !== undefined && part.loaded >= part.total;
}

function amount(part: Progress | undefined): string {
  if (!part || part.total === 0) return '';
  if (isDone(part)) return formatBytes(part.total);
  return `${formatBytes(part.loaded)} of ${formatBytes(part.total)} (${Math.floor((part.loaded / part.total) * 100)} %)`;
}
