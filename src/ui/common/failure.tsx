import { type JSX, Show } from 'solid-js';
import type { ErrorCode } from '../../engine/errors.ts';
import './failure.css';

/** What happened and what to do, with the code for a bug report. */
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
      <p>{props.error.message}</p>
      <p class="failure-foot">
        <Show when={props.onRetry}>
          {(retry) => (
            <button type="button" class="button" onClick={() => retry()()}>
              Try again
            </button>
          )}
        </Show>
        {props.children}
        <code class="quiet">{props.error.code}</code>
      </p>
    </section>
  );
}

/** The site has no pictures yet. */
export function NoCollections(): JSX.Element {
  return (
    <section class="empty">
      <h2>No pictures yet</h2>
      <p>A collection is made once, on your computer, from a folder of pictures:</p>
      <pre>
        <code>npx -y pnpm@12 build-index ~/Pictures --out public/collections/mine</code>
      </pre>
      <p>
        For a demo with drawings, run <code>npx -y pnpm@12 build-demo</code>. Then start again and reload this page.
      </p>
    </section>
  );
}
