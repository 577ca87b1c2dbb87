import { For, type JSX, Show } from 'solid-js';
import { formatCount } from '../../common/format.ts';
import type { Completions } from './completions.ts';
import { FIELD_HINTS } from './syntax.ts';
import './completion-list.css';

export const optionId = (place: number) => `completion-${place}`;
export const LIST_ID = 'completions';

/** Below the field, over what is there. The keyboard stays in the field, which names the active option. */
export function CompletionList(props: { completions: Completions; onTake: (place: number) => void }): JSX.Element {
  return (
    <div class="completions" id={LIST_ID} role="listbox" aria-label="Completions">
      <For each={props.completions.options()}>
        {(option, place) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the keyboard is in the field, which has aria-activedescendant.
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are the field's.
          <div
            class="completion"
            id={optionId(place())}
            role="option"
            aria-selected={place() === props.completions.active()}
            // The field keeps the keyboard, and the one on the screen stays open.
            onPointerDown={(event) => event.preventDefault()}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => props.onTake(place())}
          >
            <span class="completion-value" dir="auto">
              {option.field ? `${option.field}:` : option.value}
            </span>
            <Show when={option.field}>
              {(field) => <span class="quiet completion-hint">{FIELD_HINTS[field()].what}</span>}
            </Show>
            <Show when={option.count !== undefined}>
              <span class="quiet numbers completion-hint">
                {formatCount(option.count ?? 0)}
                <span class="visually-hidden">{option.count === 1 ? ' picture' : ' pictures'}</span>
              </span>
            </Show>
          </div>
        )}
      </For>
    </div>
  );
}
