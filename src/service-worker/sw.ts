import { addPlugins, cleanupOutdatedCaches, getCacheKeyForURL, matchPrecache, precache } from 'workbox-precaching';
import { fetchNewRuntimes, isRuntime, runtime } from '../platform/runtime/runtime-update.browser.ts';
import { securityHeaders } from '../site/headers.ts';
import { contentCacheName, contentRoot } from '../site/kept-pieces.ts';
import { REMOTE_ORIGINS } from '../site/remote-origins.ts';
import { earlierFile, isCode, putEarlierAside } from './earlier-version.ts';
import { onlyWhatFits } from './fit.ts';
import { createSeenPictures } from './seen-pictures.ts';

/**
 * The service worker: the app itself without a network, isolation headers on hosts that send none, and pictures that
 * were seen or kept. Models, collections and the WebAssembly runtime are kept by the query worker, verified and named by
 * hash; here they pass, but for the runtimes of an update.
 */
declare const self: ServiceWorkerGlobalScope;

const { scope } = self.registration;
const seenPicture = createSeenPictures(scope);

// The list is written here by the build: every file of the app, with its revision where its name has none.
const files = self.__WB_MANIFEST.map((entry) => (typeof entry === 'string' ? { url: entry, revision: null } : entry));
const addresses = files.map(({ url }) => new URL(url, scope).href);
addPlugins([
  onlyWhatFits(
    files.map(({ url }) => url),
    scope,
  ),
]);
precache(files.filter(({ url }) => !isRuntime(`/${url}`)));
cleanupOutdatedCaches();

self.addEventListener('install', (event) => {
  event.waitUntil(fetchNewRuntimes(addresses.filter(isRuntime), scope));
  event.waitUntil(putEarlierAside(new Set(addresses), scope));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener('message', (event) => {
  if (event.data?.type === 'SKIP_WAITING') void self.skipWaiting();
});

self.addEventListener('fetch', (event) => {
  const answer = route(event);
  if (answer) event.respondWith(answer);
});

/** The answer to what this worker is responsible for; undefined leaves the request to the browser. */
function route(event: FetchEvent): Promise<Response> | undefined {
  const { request } = event;
  const { href, origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || !href.startsWith(scope)) return undefined;
  const path = pathname.slice(new URL(scope).pathname.length);
  if (request.mode === 'navigate' && path === '') return precached(request, 'index.html');
  if (getCacheKeyForURL(origin + pathname)) return precached(request, origin + pathname);
  // Whoever wants it from the browser's own cache wants the machine code that lies beside it.
  if (isRuntime(pathname) && request.cache !== 'only-if-cached') return runtime(request, scope);
  if (href.startsWith(contentRoot(scope))) return keptContent(request);
  if (isCode(origin + pathname, scope)) return earlier(request, origin + pathname);
  if (request.destination === 'image' && /^collections\/[^/]+\/(thumbs|previews)\//.test(path)) {
    return seenPicture(request, (work) => event.waitUntil(work));
  }
  return undefined;
}

/**
 * Content that a worker keeps, as it lies in the cache: with WebAssembly the browser keeps its machine code there, which an
 * answer made here would lose.
 */
async function keptContent(request: Request): Promise<Response> {
  const kept = await caches.match(request, { cacheName: contentCacheName(scope) }).catch(() => undefined);
  return kept ?? Response.error();
}

/** A file of the app; a cache that fails is as good as empty. */
async function precached(request: Request, url: string): Promise<Response> {
  const kept = await matchPrecache(url).catch(() => undefined);
  return withHeaders(kept ?? (await fetch(request)));
}

/** Code that this version does not have: a tab in which the one before still runs wants it. */
async function earlier(request: Request, url: string): Promise<Response> {
  return withHeaders((await earlierFile(url, scope)) ?? (await fetch(request)));
}

/** Documents and worker scripts bring their own policies: without these headers, a page or its workers are not isolated. */
function withHeaders(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(securityHeaders(REMOTE_ORIGINS))) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
