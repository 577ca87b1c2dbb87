import { For, type JSX, Show } from 'solid-js';
import { useApp } from '../context.ts';

/** Queries that the collection suggests; nothing where it suggests none. */
export function Examples(props: { onExample: (query: string) => void }): JSX.Element {
  const app = useApp();
  const examples = () => app.session.collection()?.manifest.examples.filter((each) => each !== app.search.text()) ?? [];
  return (
    <Show when={examples().length > 0}>
      <ul class="chips" aria-label="Examples">
        <For each={examples()}>
          {(example) => (
            <li>
              <button type="button" class="chip" onClick={() => props.onExample(example)}>
                {example}
              </button>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}
