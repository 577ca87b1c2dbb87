import { createResource, type JSX, Match, Switch } from 'solid-js';
import { toAfterimageError } from '../../engine/errors.ts';
import type { Library } from '../../state/library/library.ts';
import { Failure } from '../common/failure.tsx';
import { useApp } from '../context.ts';

/** Loads the library and shows what needs it. */
export function WithLibrary(props: { children: (library: Library) => JSX.Element }): JSX.Element {
  const access = useApp().library;
  const [loaded, { refetch }] = createResource(() => access.load());
  return (
    <Switch fallback={<p class="quiet">Loading</p>}>
      <Match when={access.library()} keyed>
        {(library) => props.children(library)}
      </Match>
      <Match when={loaded.state === 'errored'}>
        <Failure
          title="Your pictures cannot be shown"
          error={toAfterimageError(loaded.error, 'part-missing')}
          onRetry={() => void refetch()}
        />
      </Match>
    </Switch>
  );
}
