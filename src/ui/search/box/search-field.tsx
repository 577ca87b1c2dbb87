import { type Accessor, createSignal, type JSX, onCleanup, onMount, Show } from 'solid-js';
import { Icon } from '../../common/icons.tsx';
import { CompletionList } from './completion-list.tsx';
import { hasKeyboard } from './device.ts';
import { createPictureInput, PictureButton } from './picture-input.tsx';
import { QueryInput } from './query-input.tsx';
import { createTyping, type TypingProps } from './typing.ts';
import './search-field.css';

interface SearchFieldProps extends TypingProps {
  autofocus: boolean;
  /** A query is being answered. */
  busy: boolean;
  ref: (input: HTMLInputElement) => void;
  /** Enter. */
  onCommit: () => void;
  /** A picture was chosen, dropped here or pasted, to search by. */
  onPicture: (file: File) => void;
}

/** The query field; sticks to the top of the page. */
export function SearchField(props: SearchFieldProps): JSX.Element {
  let input: HTMLInputElement | undefined;
  let sentinel: HTMLDivElement | undefined;
  const isStuck = createStuck(() => sentinel);
  createAutofocus(
    () => input,
    () => props.autofocus,
  );
  const typing = createTyping(props, () => input);
  const picture = createPictureInput((file) => props.onPicture(file));
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    props.completions.close();
    props.onCommit();
    // The keyboard on the screen covers the results.
    if (!hasKeyboard()) input?.blur();
  };
  return (
    <>
      <div ref={sentinel} class="search-sentinel" />
      <search class="search-bar" data-stuck={isStuck() ? '' : undefined}>
        <form
          class="search-field"
          data-busy={props.busy ? '' : undefined}
          data-drop={picture.isOver() ? '' : undefined}
          onDragOver={picture.onDragOver}
          onDragLeave={picture.onDragLeave}
          onDrop={picture.onDrop}
          onPaste={picture.onPaste}
          onSubmit={submit}
        >
          <Icon name="search" size={22} />
          <QueryInput
            field={props}
            typing={typing}
            ref={(element) => {
              input = element;
              props.ref(element);
            }}
          />
          <PictureButton onFiles={picture.take} />
          <Show when={props.value} fallback={<span class="search-key">/</span>}>
            <ClearButton onClick={typing.clear} />
          </Show>
          <Show when={picture.isOver()}>
            <DropHint />
          </Show>
          <Show when={props.completions.options().length > 0}>
            <CompletionList completions={props.completions} onTake={typing.complete} />
          </Show>
        </form>
      </search>
    </>
  );
}

function ClearButton(props: { onClick: () => void }): JSX.Element {
  return (
    <button type="button" class="icon-button" aria-label="Clear" title="Clear (Escape)" onClick={() => props.onClick()}>
      <Icon name="close" />
    </button>
  );
}

function DropHint(): JSX.Element {
  return (
    <span class="search-drop" aria-hidden="true">
      Drop to search by this picture
    </span>
  );
}

/** Whether the page is scrolled so far that the field sticks to its top: what stands above the field is out of sight. */
function createStuck(sentinel: () => Element | undefined): Accessor<boolean> {
  const [isStuck, setStuck] = createSignal(false);
  onMount(() => {
    const observer = new IntersectionObserver(([entry]) => setStuck(entry?.isIntersecting === false));
    const above = sentinel();
    if (above) observer.observe(above);
    onCleanup(() => observer.disconnect());
  });
  return isStuck;
}

/** The keyboard is in the field from the beginning, where it brings none onto the screen. */
function createAutofocus(input: () => HTMLElement | undefined, isWanted: Accessor<boolean>): void {
  onMount(() => {
    // Focusing needs the page's layout, which the next frame makes anyway.
    const frame = requestAnimationFrame(() => {
      // Never from under somebody's hands: the field may appear behind a dialog that was opened elsewhere.
      const free = document.activeElement === document.body;
      if (isWanted() && free && hasKeyboard()) input()?.focus({ preventScroll: true });
    });
    onCleanup(() => cancelAnimationFrame(frame));
  });
}
