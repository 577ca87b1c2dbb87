import { onCleanup } from 'solid-js';

/** Listens until the owner is cleaned up. */
export function listen(target: EventTarget, type: string, listener: (event: Event) => void): void {
  target.addEventListener(type, listener);
  onCleanup(() => target.removeEventListener(type, listener));
}
