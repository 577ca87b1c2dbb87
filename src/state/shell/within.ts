import { type Accessor, createSignal } from 'solid-js';
import { listen } from './listen.ts';

/** Whether the keyboard is on something inside an element that matches `selector`. */
export function createFocusWithin(selector: string): Accessor<boolean> {
  const isWithin = (target: EventTarget | null) => target instanceof Element && target.closest(selector) !== null;
  const [within, setWithin] = createSignal(isWithin(document.activeElement));
  listen(document, 'focusin', ({ target }) => setWithin(isWithin(target)));
  // What takes the focus next, if anything does, is known then.
  listen(document, 'focusout', (event) => setWithin(isWithin((event as FocusEvent).relatedTarget)));
  return within;
}
