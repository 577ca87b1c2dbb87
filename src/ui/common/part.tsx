import { ErrorBoundary, type JSX, Suspense } from 'solid-js';
import { Failure } from './failure.tsx';

/** A part of the page whose code is loaded when it is wanted. Where that fails it says so, and the rest goes on. */
export function Part(props: {
  /** While it loads. */
  waiting?: JSX.Element;
  /** Around the message of a failure, where it needs a place of its own. */
  frame?: (failure: JSX.Element) => JSX.Element;
  children: JSX.Element;
}): JSX.Element {
  return (
    <ErrorBoundary
      fallback={(cause) => {
        console.error(cause);
        return props.frame ? props.frame(<PartFailure />) : <PartFailure />;
      }}
    >
      <Suspense fallback={props.waiting}>{props.children}</Suspense>
    </ErrorBoundary>
  );
}

function PartFailure(): JSX.Element {
  return (
    <Failure
      title="This part could not be loaded"
      error={{
        code: 'part-missing',
        message: 'The connection failed, or there is a newer version of Afterimage on the server.',
      }}
    />
  );
}
