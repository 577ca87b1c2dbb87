import { type JSX, Show } from 'solid-js';
import type { ErrorCode } from '../../engine/errors.ts';
import { remedyFor } from './remedies.ts';
import './failure.css';

/** What happened and what to do, with buttons for it, and the code for a bug report. */
export function Failure(props: {
  title: string;
  error: { readonly code: ErrorCode; readonly message: string };
  onRetry?: () => void;
  /** Other ways out. */
  children?: JSX.Element;
}): JSX.Element {
  return (
    <section class="failure" role="alert">
      <h2>{props.title}</h2>
      <p>
        {props.error.message} {remedyFor(props.error.code)?.advice}
      </p>
      <p class="failure-foot">
        <Show when={props.onRetry}>
          {(retry) => (
            <button type="button" class="button" onClick={() => retry()()}>
              Try again
            </button>
          )}
        </Show>
        <Show when={remedyFor(props.error.code)?.reload}>
          <button type="button" class="button" onClick={() => location.reload()}>
            Reload
          </button>
        </Show>
        {props.children}
        <code class="quiet">{props.error.code}</code>
      </p>
    </section>
  );
}
