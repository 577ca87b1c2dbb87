import { type Accessor, createSignal, onCleanup } from 'solid-js';
import { KEEP_LIMIT_BYTES, type KeepOptions, keepPictures } from './keep-pictures.ts';
import { registerServiceWorker, serviceWorkerSupported } from './service-worker.ts';

/** Pictures of the open collection that are kept, of all. */
export interface KeptPictures {
  readonly have: number;
  readonly total: number;
}

export interface Offline {
  /** False without a secure context, in some private windows, and in development: nothing is kept then. */
  readonly supported: boolean;
  readonly online: Accessor<boolean>;
  /** The app itself starts without a network. */
  readonly shell: Accessor<boolean>;
  /** Undefined until it is known, and for collections that are too large to be kept as a whole. */
  readonly pictures: Accessor<KeptPictures | undefined>;
  /** Why the app or the pictures could not be kept: no space, no network, refused by the browser. */
  readonly problem: Accessor<string | undefined>;
  /** A new version waits; `applyUpdate` starts it, which reloads the page. */
  readonly updateReady: Accessor<boolean>;
  /** The browser offers to install the app. */
  readonly canInstall: Accessor<boolean>;
  applyUpdate(): void;
  install(): Promise<void>;
  /** Keep the app for offline use. Call it after the first result, because it competes for the network. */
  keepApp(): Promise<void>;
  /**
   * Keep the pictures of the open collection, where they are few enough; goes on when a network that was lost is back.
   * A later call replaces the one that runs.
   */
  keepPictures(collection: KeepOptions['collection'], items: KeepOptions['items']): Promise<void>;
  /** Remove the service worker and everything that any part of the app has cached. */
  forget(): Promise<void>;
}

/** Asked once an hour, because a tab may stay open for days. */
const UPDATE_INTERVAL_MS = 3_600_000;

/** What is kept for offline use, and new versions of the app. */
export function createOffline(baseUrl: string): Offline {
  const [shell, setShell] = createSignal(serviceWorkerSupported && navigator.serviceWorker.controller !== null);
  const [pictures, setPictures] = createSignal<KeptPictures>();
  const [problem, setProblem] = createSignal<string>();
  const updates = createUpdates();
  const { canInstall, install } = createInstall();
  let keeping = new AbortController();
  let resume: (() => Promise<void>) | undefined;
  onCleanup(() => keeping.abort());
  listen(window, 'online', () => void resume?.());

  const keepApp = async () => {
    if (!serviceWorkerSupported) return;
    try {
      updates.watch(await registerServiceWorker(baseUrl));
      await navigator.serviceWorker.ready;
      setShell(true);
    } catch (error) {
      setProblem(`The app could not be kept for offline use: ${text(error)}`);
    }
  };

  const keep: Offline['keepPictures'] = async (collection, items) => {
    keeping.abort();
    keeping = new AbortController();
    const { signal } = keeping;
    setPictures(undefined);
    if (!serviceWorkerSupported || collection.pictures.bytes > KEEP_LIMIT_BYTES) return;
    const onProgress = (have: number, total: number) => signal.aborted || setPictures({ have, total });
    try {
      await keepPictures({ baseUrl, collection, items, signal, onProgress });
      setProblem(undefined);
    } catch (error) {
      if (!signal.aborted) setProblem(`Not all pictures could be kept for offline use: ${text(error)}`);
    }
  };

  return {
    supported: serviceWorkerSupported,
    online: createOnline(),
    shell,
    pictures,
    problem,
    updateReady: updates.ready,
    applyUpdate: updates.apply,
    canInstall,
    install,
    keepApp,
    async keepPictures(collection, items) {
      resume = () => keep(collection, items);
      await resume();
    },
    async forget() {
      keeping.abort();
      resume = undefined;
      if (!('caches' in globalThis)) return;
      const registration = await navigator.serviceWorker?.getRegistration(baseUrl);
      await registration?.unregister();
      // Workbox and the query worker have caches of their own. Caches belong to the whole origin, which may hold more
      // than this app: only ours have one of these words in their names.
      const names = (await caches.keys()).filter((name) => name.startsWith('afterimage') || name.endsWith(baseUrl));
      await Promise.all(names.map((name) => caches.delete(name)));
      setShell(false);
      setPictures(undefined);
    },
  };
}

function createOnline(): Accessor<boolean> {
  const [online, setOnline] = createSignal(navigator.onLine);
  listen(window, 'online', () => setOnline(true));
  listen(window, 'offline', () => setOnline(false));
  return online;
}

/** The waiting new version, if any. A page is never changed under a person's hands: it asks. */
function createUpdates() {
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

/** The `beforeinstallprompt` event of Chromium; other browsers have a menu entry of their own. */
interface InstallPromptEvent extends Event {
  prompt(): Promise<unknown>;
}

function createInstall() {
  const [offer, setOffer] = createSignal<InstallPromptEvent>();
  listen(window, 'beforeinstallprompt', (event) => {
    event.preventDefault();
    setOffer(event as InstallPromptEvent);
  });
  listen(window, 'appinstalled', () => setOffer(undefined));
  return {
    canInstall: () => offer() !== undefined,
    async install() {
      await offer()?.prompt();
      setOffer(undefined);
    },
  };
}

function listen(target: EventTarget, type: string, listener: (event: Event) => void): void {
  target.addEventListener(type, listener);
  onCleanup(() => target.removeEventListener(type, listener));
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
