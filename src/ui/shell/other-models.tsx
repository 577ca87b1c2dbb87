import { createSignal, For, type JSX, Show } from 'solid-js';
import type { OtherModel } from '../../protocol/query-worker.ts';
import type { OtherModels } from '../../state/collection/other-models.ts';
import { formatBytes } from '../common/format.ts';
import { Icon } from '../common/icons.tsx';
import { useApp } from '../context.ts';

/** Offers the models of pictures that are not found yet, in lines beside the notices. */
export function OtherModelLines(): JSX.Element {
  const { otherModels: others } = useApp();
  const [dismissed, setDismissed] = createSignal<readonly string[]>([]);
  const missing = () =>
    others.list().filter((one) => !one.isLoaded && (one.bytes > 0 || one.problem !== null || isOf(one)));
  const isOf = ({ model }: OtherModel) => others.loading()?.sha256 === model.sha256;
  // By what stays the same, so that the button that has the keyboard stays where it is.
  const shown = () => missing().flatMap(({ model }) => (dismissed().includes(model.sha256) ? [] : [model.sha256]));
  return (
    <For each={shown()}>
      {(sha256) => (
        <Show when={missing().find(({ model }) => model.sha256 === sha256)}>
          {(one) => <Line one={one()} others={others} onDismiss={() => setDismissed([...dismissed(), sha256])} />}
        </Show>
      )}
    </For>
  );
}

function Line(props: { one: OtherModel; others: OtherModels; onDismiss: () => void }): JSX.Element {
  const sha256 = () => props.one.model.sha256;
  const loading = () => {
    const now = props.others.loading();
    return now?.sha256 === sha256() ? now : undefined;
  };
  const isRunning = () => loading() !== undefined && loading()?.error === undefined;
  const label = () => {
    if (isRunning()) return 'Stop';
    return loading()?.error ? 'Try again' : `Load ${formatBytes(props.one.bytes)}`;
  };
  return (
    <p class="notice">
      <span>
        <Show when={loading()} fallback={offer(props.one)}>
          {(now) => (
            <Show when={now().error} fallback={<Running title={props.one.title} progress={now().progress} />}>
              {(error) => error().message}
            </Show>
          )}
        </Show>
      </span>
      <Show when={props.one.problem === null}>
        <button
          type="button"
          class="button"
          onClick={() => (isRunning() ? props.others.stop() : void props.others.load(sha256()))}
        >
          {label()}
        </button>
      </Show>
      <button type="button" class="icon-button" aria-label="Not now" title="Not now" onClick={() => props.onDismiss()}>
        <Icon name="close" size={16} />
      </button>
    </p>
  );
}

function Running(props: { title: string; progress: { loaded: number; total: number } | undefined }): JSX.Element {
  const amount = () =>
    props.progress ? `, ${formatBytes(props.progress.loaded)} of ${formatBytes(props.progress.total)}` : '';
  return (
    <>
      Loading the model <bdi>{props.title}</bdi>
      <span class="numbers">{amount()}</span>
    </>
  );
}

function offer({ title, collections, bytes, problem }: OtherModel): string {
  const names = new Intl.ListFormat('en').format(collections.map((name) => `“${name}”`));
  const [are, need] = collections.length === 1 ? ['is', 'it needs'] : ['are', 'they need'];
  if (problem !== null) return `${names} ${are} not searched. ${problem}`;
  return `${names} ${are} not searched yet: ${need} the model ${title} (${formatBytes(bytes)}).`;
}
