import { type JSX, Show } from 'solid-js';
import { useApp } from '../context.ts';
import { InternalLink } from '../shell/header.tsx';

/** On the first screen: the way to the visitor's own pictures, and what is promised of them. */
export function UseOwn(): JSX.Element {
  return (
    <Show when={useApp().library}>
      <p class="use-own">
        <InternalLink class="button" patch={{ view: 'library', item: null }}>
          Use your own pictures
        </InternalLink>
        <span class="quiet">They stay on this device: nothing is uploaded.</span>
      </p>
    </Show>
  );
}
