import { withTimeLimit } from '../engine/async/timeouts.ts';
import { hasServiceWorker } from '../site/capabilities.ts';

/** Longest wait for isolation at the first visit; beyond it the page starts without threads and is isolated next time. */
const ISOLATION_TIMEOUT_MS = 4000;
const RELOADED = 'afterimage-reloaded-for-isolation';

/** Whether this page may have a service worker: a secure context, a browser that has them, and a production build. */
export const serviceWorkerSupported = import.meta.env.PROD && hasServiceWorker(navigator) && 'caches' in globalThis;

/** Register the service worker of this app, again at will. Rejects where the browser refuses; the page goes on. */
export function registerServiceWorker(
  baseUrl: string,
  container = navigator.serviceWorker,
): Promise<ServiceWorkerRegistration> {
  return container.register(new URL('sw.js', baseUrl).href, { scope: baseUrl });
}

/**
 * Resolves when a service worker is in charge of this registration. Rejects with `NotInstalled` when the first one gives
 * up: it could not fetch all of its files, or there is no space for them; the browser tells no more.
 */
export async function whenInstalled(registration: ServiceWorkerRegistration): Promise<void> {
  while (!registration.active) {
    const { installing, waiting } = registration;
    // One that gave up is there still while it says so.
    const coming = [installing, waiting].find((worker) => worker && worker.state !== 'redundant');
    if (!coming) throw new NotInstalled('The service worker could not be installed.');
    await new Promise((resolve) => coming.addEventListener('statechange', resolve, { once: true }));
  }
}

export class NotInstalled extends Error {}

/**
 * Cross-origin isolation, which threads need, on hosts that cannot send its headers: register the service worker, which
 * answers navigations with them, and reload once. Resolves when the page may start; never when it is being reloaded.
 * @param isSlow the line is: then the whole app is not fetched first, and the next visit is isolated
 */
export async function isolate(baseUrl: string, isSlow = false): Promise<void> {
  if (crossOriginIsolated) {
    forgetReload();
    return;
  }
  if (isSlow) return;
  if (!serviceWorkerSupported || window.top !== window || !rememberReload()) return;
  try {
    await registerServiceWorker(baseUrl);
    const { ready } = navigator.serviceWorker;
    // Slow: as where it is refused.
    if (!(await withTimeLimit(ISOLATION_TIMEOUT_MS, ready, () => undefined))) return;
  } catch {
    // Refused: the search works without threads, and the status panel says that the page is not isolated.
    return;
  }
  location.reload();
  await new Promise<never>(() => {});
}

/** Marks this tab as reloaded. False when it was already, or when that cannot be known: then a reload could be a loop. */
function rememberReload(): boolean {
  try {
    if (sessionStorage.getItem(RELOADED)) return false;
    sessionStorage.setItem(RELOADED, '1');
    return true;
  } catch {
    return false;
  }
}

function forgetReload(): void {
  try {
    sessionStorage.removeItem(RELOADED);
  } catch {
    // No storage, so there was nothing to forget.
  }
}
