import { type Accessor, createEffect, createSignal, onCleanup } from 'solid-js';
import { type KeepOptions, keepPictures } from '../../service-worker/keep-pictures.ts';
import { serviceWorkerSupported } from '../../service-worker/register.ts';
import { isRefusal, whyNotKept } from '../../service-worker/why-not-kept.ts';
import { deletePieces, keptPieceBytes } from '../../site/kept-pieces.ts';
import { KEEP_LIMIT_BYTES } from '../../site/limits.ts';
import { isScoped } from '../../site/scope.ts';
import { listen } from '../shell/listen.ts';
import { createInstall } from './install.ts';
import { createKeptApp } from './keep-app.ts';
import { noRequests } from './no-requests.ts';
import { createOnline } from './online.ts';
import { createQuiet, type Quiet } from './quiet.ts';
import { createUpdates } from './updates.ts';

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
  /** Undefined until it is known, and where pictures are not kept as a whole: too large, or data is to be saved. */
  readonly pictures: Accessor<KeptPictures | undefined>;
  /** That the browser forbids the app to be kept, and what to do. */
  readonly refused: Accessor<string | undefined>;
  /** Why the app or the pictures could not be kept (no space, no network, refused by the browser), and what to do. */
  readonly problem: Accessor<string | undefined>;
  /** A new version waits; `applyUpdate` starts it, which reloads the page. */
  readonly updateReady: Accessor<boolean>;
  /** The browser offers to install the app. */
  readonly canInstall: Accessor<boolean>;
  applyUpdate(): Promise<void>;
  /** Never rejects. */
  install(): Promise<void>;
  /** Bytes of what was read of collections that stay on their host, and is kept. */
  pieceBytes(): Promise<number>;
  /** Delete it. */
  deletePieces(): Promise<void>;
  /**
   * Keep the app for offline use, once the visitor does nothing; tried again when a network that was lost is back. Call
   * it when queries are answered, because it competes for the network.
   */
  keepApp(): Promise<void>;
  /**
   * Keep the pictures of the open collection, where they are few enough, while the visitor does nothing; goes on when a
   * network that was lost is back. A later call replaces the one that runs.
   */
  keepPictures(
    collection: KeepOptions['collection'],
    pictures: KeepOptions['pictures'],
    items: KeepOptions['items'],
  ): Promise<void>;
  /** Another collection is being opened: `items` answers for the former no more. */
  stopPictures(): void;
  /** Remove the service worker and everything that any part of the app has cached. */
  forget(): Promise<void>;
}

/**
 * What is kept for offline use, and new versions of the app, of which the page learns even where nothing else works.
 * @param container undefined where there are no service workers: nothing is kept then
 */
export function createOffline(
  baseUrl: string,
  container: ServiceWorkerContainer | undefined = serviceWorkerSupported ? navigator.serviceWorker : undefined,
  quiet: Quiet = createQuiet(),
): Offline {
  const [pictures, setPictures] = createSignal<KeptPictures>();
  const [problem, setProblem] = createSignal<string>();
  const updates = createUpdates(container);
  const app = createKeptApp(baseUrl, container, updates.watch);
  const { canInstall, install } = createInstall();
  let keeping = new AbortController();
  let resume: (() => Promise<void>) | undefined;
  onCleanup(() => keeping.abort());
  listen(window, 'online', () => void resume?.());
  // A service worker is not replaced while requests pass it; the new version goes on with the pictures.
  createEffect(() => updates.ready() && keeping.abort());

  const stop = () => {
    keeping.abort();
    setPictures(undefined);
    setProblem(undefined);
  };

  const keep: Offline['keepPictures'] = async (collection, pictures, items) => {
    stop();
    keeping = new AbortController();
    const { signal } = keeping;
    if (!container || collection.pictures.bytes > KEEP_LIMIT_BYTES || savesData()) return;
    if (updates.ready()) return;
    const onProgress = (have: number, total: number) => signal.aborted || setPictures({ have, total });
    try {
      await keepPictures({ baseUrl, collection, pictures, items, signal, quiet: quiet.wait, onProgress });
    } catch (error) {
      if (!signal.aborted) setProblem(`Not all pictures could be kept for offline use. ${whyNotKept(error)}`);
    }
  };

  return {
    supported: container !== undefined,
    online: createOnline(),
    shell: app.shell,
    pictures,
    refused: app.refused,
    problem: () => app.problem() ?? problem(),
    updateReady: updates.ready,
    async applyUpdate() {
      // Chromium ends the old version once; a request that comes meanwhile starts it again, for half a minute of silence.
      await noRequests();
      updates.apply();
    },
    canInstall,
    install,
    pieceBytes: () => keptPieceBytes(baseUrl).catch(() => 0),
    deletePieces: () => deletePieces(baseUrl),
    async keepApp() {
      quiet.restart();
      await quiet.wait();
      await app.keep();
    },
    async keepPictures(collection, pictures, items) {
      resume = () => keep(collection, pictures, items);
      await resume();
    },
    stopPictures() {
      resume = undefined;
      stop();
    },
    async forget() {
      resume = undefined;
      stop();
      if (!('caches' in globalThis)) return;
      const registration = await container?.getRegistration(baseUrl).catch(() => undefined); // forbidden: there is none
      await registration?.unregister();
      // Workbox, too, ends the names of its caches with the address that they are for.
      const all = await caches.keys().catch(nothingIfForbidden);
      const names = all.filter((name) => isScoped(name, baseUrl) || name.endsWith(baseUrl));
      await Promise.all(names.map((name) => caches.delete(name)));
      app.forget();
    },
  };
}

/** Where nothing may be kept, nothing is. */
function nothingIfForbidden(error: unknown): never[] {
  if (isRefusal(error)) return [];
  throw error;
}

/** The person, or a metered connection, asked for as few bytes as possible. Not every browser tells. */
function savesData(): boolean {
  return (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
}
