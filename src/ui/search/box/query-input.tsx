import type { JSX } from 'solid-js';
import { LIST_ID, optionId } from './completion-list.tsx';
import { composesWords } from './device.ts';
import { createKeys, type Typing, type TypingProps } from './typing.ts';

/** Where the query is written, by keys or by an input method. It names the completion that is active. */
export function QueryInput(props: {
  field: TypingProps;
  typing: Typing;
  ref: (input: HTMLInputElement) => void;
}): JSX.Element {
  const isOpen = () => props.field.completions.options().length > 0;
  const active = () => props.field.completions.active();
  const onKeyDown = createKeys(props.field, props.typing);
  // Some browsers tell of the last input before the end of a composition, some after it, some of none.
  const onCompositionEnd = (element: HTMLInputElement) => {
    props.field.onComposing(false);
    if (element.value !== props.field.value) props.typing.take(element);
  };
  return (
    <input
      ref={props.ref}
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
      value={props.field.value}
      onInput={(event) => {
        if (!event.isComposing || composesWords()) props.typing.take(event.currentTarget);
      }}
      onCompositionStart={() => {
        props.field.onComposing(true);
        if (!composesWords()) props.field.completions.close();
      }}
      onCompositionEnd={(event) => onCompositionEnd(event.currentTarget)}
      onBlur={() => {
        props.field.onComposing(false);
        props.field.completions.close();
      }}
      onKeyDown={onKeyDown}
    />
  );
}
