import { createSignal, onCleanup } from 'solid-js';

/** Asked once an hour, because a tab may stay open for days. */
const UPDATE_INTERVAL_MS = 3_600_000;

/** The waiting new version, if any. A page is never changed under a person's hands: it asks. */
export function createUpdates() {
  const [ready, setReady] = createSignal(false);
  let registration: ServiceWorkerRegistration | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;
  onCleanup(() => clearInterval(timer));
  // Without a controller it is the first visit, and what has been installed is this version.
  const check = () => registration?.waiting && navigator.serviceWorker.controller && setReady(true);
  return {
    ready,
    watch(registered: ServiceWorkerRegistration) {
      if (registration) return;
      registration = registered;
      check();
      registered.addEventListener('updatefound', () => registered.installing?.addEventListener('statechange', check));
      timer = setInterval(() => void registered.update().catch(() => {}), UPDATE_INTERVAL_MS);
      if (!navigator.serviceWorker.controller) return;
      // Another tab has started the new version: this page is the old one, and says so.
      navigator.serviceWorker.addEventListener('controllerchange', () => setReady(true));
    },
    apply() {
      const waiting = registration?.waiting;
      // Where another tab was first, nothing waits any more and the reload alone shows the new version.
      if (!waiting) return location.reload();
      navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true });
      waiting.postMessage({ type: 'SKIP_WAITING' });
    },
  };
}
