import { createEffect, type JSX, lazy, on, Show } from 'solid-js';
import { Part } from '../common/part.tsx';
import { useApp } from '../context.ts';
import './selection.css';

const SelectionBar = lazy(() => import('./selection-bar.tsx'));

/** Begins selecting; then, at the foot of the window, what can be done with what is selected. */
export function SelectButton(): JSX.Element {
  const { pictures, selection } = useApp();
  let button: HTMLButtonElement | undefined;
  createEffect(
    on(
      selection.isOn,
      (isOn) => {
        // What had the keyboard in the bar is gone.
        if (!isOn && document.activeElement === document.body) button?.focus({ preventScroll: true });
      },
      { defer: true },
    ),
  );
  return (
    <Show when={pictures.total() > 0}>
      <span class="select-pictures">
        <button
          ref={button}
          type="button"
          class="button"
          aria-pressed={selection.isOn()}
          onClick={() => (selection.isOn() ? selection.stop() : selection.start())}
        >
          Select
        </button>
        <Show when={selection.isOn()}>
          <Part>
            <SelectionBar />
          </Part>
        </Show>
      </span>
    </Show>
  );
}
