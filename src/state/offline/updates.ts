import { createSignal, onCleanup } from 'solid-js';

/** Asked once an hour, because a tab may stay open for days. */
const UPDATE_INTERVAL_MS = 3_600_000;

/**
 * The waiting new version, if any. A page is never changed under a person's hands: it asks. To be called when the page
 * starts: whether it is the first visit cannot be seen later.
 * @param container undefined where there are no service workers; nothing is watched then
 */
export function createUpdates(container: ServiceWorkerContainer | undefined) {
  const [ready, setReady] = createSignal(false);
  let registration: ServiceWorkerRegistration | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;
  onCleanup(() => clearInterval(timer));
  // Without a controller it is the first visit: what is being installed is this version, and the first change of the
  // controller is that version taking over the page. A busy page may learn of both at once, so that the controller is
  // there when `watch` is called, and the event still to come (seen in WebKit).
  let first = !container?.controller;
  const check = () => registration?.waiting && !first && setReady(true);
  const onControllerChange = () => {
    // Another tab has started the new version: this page is the old one, and says so.
    if (!first) setReady(true);
    first = false;
  };
  container?.addEventListener('controllerchange', onControllerChange);
  onCleanup(() => container?.removeEventListener('controllerchange', onControllerChange));
  return {
    ready,
    watch(registered: ServiceWorkerRegistration) {
      if (registration) return;
      registration = registered;
      check();
      const follow = () => registered.installing?.addEventListener('statechange', check);
      follow(); // what began before anybody watched
      registered.addEventListener('updatefound', follow);
      timer = setInterval(() => void registered.update().catch(() => {}), UPDATE_INTERVAL_MS);
    },
    apply() {
      const waiting = registration?.waiting;
      // Where another tab was first, nothing waits any more and the reload alone shows the new version.
      if (!waiting) return location.reload();
      container?.addEventListener('controllerchange', () => location.reload(), { once: true });
      waiting.postMessage({ type: 'SKIP_WAITING' });
    },
  };
}
