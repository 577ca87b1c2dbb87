import { createSignal, type JSX, onCleanup, onMount, Show } from 'solid-js';
import { ACCEPT, hasFiles, takePasted } from '../../../state/library/take-files.ts';
import { MAX_QUERY } from '../../../state/search/address.ts';
import { Icon } from '../../common/icons.tsx';
import { CompletionList, LIST_ID, optionId } from './completion-list.tsx';
import type { Completions } from './completions.ts';
import './search-field.css';

/** The focus in a field brings no keyboard onto the screen. */
export const hasKeyboard = () => matchMedia('(hover: hover) and (pointer: fine)').matches;

/**
 * What is being composed is no query, as it is not written yet. But keyboards on the screen compose every word of every
 * language: there, results follow what is composed, which counts as a search when it is confirmed (commit.ts).
 */
const composesWords = () => matchMedia('(pointer: coarse)').matches;

/** The query field; sticks to the top of the page. */
export function SearchField(props: {
  value: string;
  autofocus: boolean;
  /** A query is being answered. */
  busy: boolean;
  ref: (input: HTMLInputElement) => void;
  onInput: (value: string) => void;
  /** Whether the text was longer than the field takes, and was cut. */
  onCut: (cut: boolean) => void;
  /** Whether an input method composes something that is not confirmed yet. */
  onComposing: (composing: boolean) => void;
  /** Enter. */
  onCommit: () => void;
  /** The arrow down: into the pictures. */
  onLeave: () => void;
  /** A picture was chosen, dropped here or pasted, to search by. */
  onPicture: (file: File) => void;
  /** For what is being typed. */
  completions: Completions;
}): JSX.Element {
  const [stuck, setStuck] = createSignal(false);
  const [isOver, setOver] = createSignal(false);
  let input: HTMLInputElement | undefined;
  let sentinel: HTMLDivElement | undefined;

  const active = () => props.completions.active();
  const clear = () => {
    props.completions.close();
    props.onCut(false);
    props.onInput('');
    input?.focus();
  };
  /** `maxlength` would cut what is pasted without a word. */
  const take = (element: HTMLInputElement) => {
    const isCut = element.value.length > MAX_QUERY;
    if (isCut) element.value = element.value.slice(0, MAX_QUERY);
    props.onCut(isCut);
    props.onInput(element.value);
    props.completions.typed(element.value, element.selectionStart ?? element.value.length);
  };
  const searchBy = (files: ArrayLike<File> | null | undefined) => files?.[0] && props.onPicture(files[0]);
  const onDragOver = (event: DragEvent) => {
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault(); // what is dropped elsewhere is added (library/drop-area.tsx)
    setOver(true);
  };
  const onDrop = (event: DragEvent) => {
    setOver(false);
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    searchBy(event.dataTransfer.files);
  };
  const onPaste = (event: ClipboardEvent) => {
    const files = takePasted(event);
    if (files.length === 0) return;
    event.preventDefault();
    searchBy(files);
  };
  const isOpen = () => props.completions.options().length > 0;
  const takeCompletion = (place?: number): boolean => {
    const taken = props.completions.take(place);
    if (!taken || !input) return false;
    input.value = taken.text;
    input.setSelectionRange(taken.caret, taken.caret);
    take(input);
    return true;
  };
  // Some browsers tell of the last input before the end of a composition, some after it, some of none.
  const onCompositionEnd = (element: HTMLInputElement) => {
    props.onComposing(false);
    if (element.value !== props.value) take(element);
  };
  /** Keys while completions are shown. @returns whether this was one of theirs */
  const onListKey = ({ key, shiftKey }: KeyboardEvent): boolean => {
    const { completions } = props;
    if (key === 'ArrowDown' || key === 'ArrowUp') completions.move(key === 'ArrowDown' ? 1 : -1);
    else if (key === 'Escape') completions.close();
    else if (key === 'Tab') return !shiftKey && takeCompletion();
    // Without an option chosen, Enter is the search.
    else return key === 'Enter' && completions.active() >= 0 && takeCompletion();
    return true;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (isOpen() && onListKey(event)) return event.preventDefault();
    if (event.key === 'Escape' && props.value) {
      event.preventDefault();
      clear();
    } else if (event.key === 'ArrowDown') {
      event.preventDefault();
      props.onLeave();
    }
  };

  onMount(() => {
    // Focusing needs the page's layout, which the next frame makes anyway.
    const frame = requestAnimationFrame(() => {
      // Never from under somebody's hands: the field may appear behind a dialog that was opened elsewhere.
      const free = document.activeElement === document.body;
      if (props.autofocus && free && hasKeyboard()) input?.focus({ preventScroll: true });
    });
    onCleanup(() => cancelAnimationFrame(frame));
    const observer = new IntersectionObserver(([entry]) => setStuck(entry?.isIntersecting === false));
    if (sentinel) observer.observe(sentinel);
    onCleanup(() => observer.disconnect());
  });

  return (
    <>
      <div ref={sentinel} class="search-sentinel" />
      <search class="search-bar" data-stuck={stuck() ? '' : undefined}>
        <form
          class="search-field"
          data-busy={props.busy ? '' : undefined}
          data-drop={isOver() ? '' : undefined}
          onDragOver={onDragOver}
          onDragLeave={(event) => setOver(event.currentTarget.contains(event.relatedTarget as Node | null))}
          onDrop={onDrop}
          onPaste={onPaste}
          onSubmit={(event) => {
            event.preventDefault();
            props.completions.close();
            props.onCommit();
            // The keyboard on the screen covers the results.
            if (!hasKeyboard()) input?.blur();
          }}
        >
          <Icon name="search" size={22} />
          <input
            ref={(element) => {
              input = element;
              props.ref(element);
            }}
            type="search"
            role="combobox"
            aria-autocomplete="list"
            aria-expanded={isOpen()}
            aria-controls={isOpen() ? LIST_ID : undefined}
            aria-activedescendant={isOpen() && active() >= 0 ? optionId(active()) : undefined}
            name="q"
            aria-label="Describe a picture"
            placeholder="What is in the picture?"
            dir="auto"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            enterkeyhint="search"
            value={props.value}
            onInput={(event) => {
              if (!event.isComposing || composesWords()) take(event.currentTarget);
            }}
            onCompositionStart={() => {
              props.onComposing(true);
              if (!composesWords()) props.completions.close();
            }}
            onCompositionEnd={(event) => onCompositionEnd(event.currentTarget)}
            onBlur={() => {
              props.onComposing(false);
              props.completions.close();
            }}
            onKeyDown={onKeyDown}
          />
          <label class="icon-button search-picture" title="Search by a picture">
            <input
              type="file"
              class="visually-hidden"
              aria-label="Search by a picture"
              accept={ACCEPT}
              onChange={(event) => {
                searchBy(event.currentTarget.files);
                event.currentTarget.value = ''; // the same one may be chosen again
              }}
            />
            <Icon name="picture" />
          </label>
          <Show when={props.value} fallback={<span class="search-key">/</span>}>
            <button type="button" class="icon-button" aria-label="Clear" title="Clear (Escape)" onClick={clear}>
              <Icon name="close" />
            </button>
          </Show>
          <Show when={isOver()}>
            <span class="search-drop" aria-hidden="true">
              Drop to search by this picture
            </span>
          </Show>
          <Show when={isOpen()}>
            <CompletionList completions={props.completions} onTake={takeCompletion} />
          </Show>
        </form>
      </search>
    </>
  );
}
