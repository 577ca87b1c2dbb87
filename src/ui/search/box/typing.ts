import { MAX_QUERY } from '../../../state/search/address.ts';
import type { Completions } from './completions.ts';

/** What typing in the query field has to do with. */
export interface TypingProps {
  value: string;
  onInput: (value: string) => void;
  /** Whether the text was longer than the field takes, and was cut. */
  onCut: (cut: boolean) => void;
  /** Whether an input method composes something that is not confirmed yet. */
  onComposing: (composing: boolean) => void;
  /** The arrow down: into the pictures. */
  onLeave: () => void;
  /** For what is being typed. */
  completions: Completions;
}

/** How the text of the query field changes. */
export interface Typing {
  /** The text as it now stands in the input. */
  take(input: HTMLInputElement): void;
  /** The text with a completion in it, as in `Completions.take()`. @returns whether there was one */
  complete(place?: number): boolean;
  clear(): void;
}

export function createTyping(props: TypingProps, input: () => HTMLInputElement | undefined): Typing {
  /** `maxlength` would cut what is pasted without a word. */
  const take = (element: HTMLInputElement) => {
    const isCut = element.value.length > MAX_QUERY;
    if (isCut) element.value = element.value.slice(0, MAX_QUERY);
    props.onCut(isCut);
    props.onInput(element.value);
    props.completions.typed(element.value, element.selectionStart ?? element.value.length);
  };
  return {
    take,
    complete(place) {
      const taken = props.completions.take(place);
      const element = input();
      if (!taken || !element) return false;
      element.value = taken.text;
      element.setSelectionRange(taken.caret, taken.caret);
      take(element);
      return true;
    },
    clear() {
      props.completions.close();
      props.onCut(false);
      props.onInput('');
      input()?.focus();
    },
  };
}

/** What keys do in the query field that the browser does not do by itself. */
export function createKeys(props: TypingProps, typing: Typing): (event: KeyboardEvent) => void {
  /** Keys while completions are shown. @returns whether this was one of theirs */
  const onListKey = ({ key, shiftKey }: KeyboardEvent): boolean => {
    if (key === 'ArrowDown' || key === 'ArrowUp') props.completions.move(key === 'ArrowDown' ? 1 : -1);
    else if (key === 'Escape') props.completions.close();
    else if (key === 'Tab') return !shiftKey && typing.complete();
    // Without an option chosen, Enter is the search.
    else return key === 'Enter' && props.completions.active() >= 0 && typing.complete();
    return true;
  };
  return (event) => {
    if (event.isComposing) return;
    if (props.completions.options().length > 0 && onListKey(event)) return event.preventDefault();
    if (event.key === 'Escape' && props.value) {
      event.preventDefault();
      typing.clear();
    } else if (event.key === 'ArrowDown') {
      event.preventDefault();
      props.onLeave();
    }
  };
}
