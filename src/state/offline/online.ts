import { type Accessor, createSignal } from 'solid-js';
import { listen } from '../shell/listen.ts';

/** Whether the browser knows of a network. False is certain, true is not. */
export function createOnline(): Accessor<boolean> {
  const [online, setOnline] = createSignal(navigator.onLine);
  listen(window, 'online', () => setOnline(true));
  listen(window, 'offline', () => setOnline(false));
  return online;
}
