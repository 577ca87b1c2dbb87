import { cleanupOutdatedCaches, getCacheKeyForURL, matchPrecache, precache } from 'workbox-precaching';
import { SECURITY_HEADERS } from './headers.ts';
import { KEPT_PICTURES, SEEN_PICTURES } from './state/caches.ts';

/**
 * The service worker: the app itself without a network, isolation headers on hosts that send none, and pictures that
 * were seen or kept. Models, collections and the WebAssembly runtime are kept by the query worker, verified and named by
 * hash; here they pass.
 */
declare const self: ServiceWorkerGlobalScope;

/** Pictures that are kept because they were looked at; those of small collections are kept as a whole by the page. */
const SEEN_PICTURES_LIMIT = 5000;
const TRIM_EVERY = 250;

// The list is written here by the build: every file of the app with its revision.
precache(self.__WB_MANIFEST);
cleanupOutdatedCaches();

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
  if (request.method !== 'GET' || !href.startsWith(self.registration.scope)) return undefined;
  const path = pathname.slice(new URL(self.registration.scope).pathname.length);
  if (request.mode === 'navigate') return path === '' || path === 'index.html' ? page(request) : undefined;
  if (getCacheKeyForURL(origin + pathname)) return precached(request, origin + pathname);
  if (request.destination === 'image' && /^collections\/[^/]+\/(thumbs|previews)\//.test(path)) return picture(event);
  return undefined;
}

async function page(request: Request): Promise<Response> {
  return withHeaders((await matchPrecache('index.html')) ?? (await fetch(request)));
}

async function precached(request: Request, url: string): Promise<Response> {
  return withHeaders((await matchPrecache(url)) ?? (await fetch(request)));
}

async function picture(event: FetchEvent): Promise<Response> {
  const kept = await caches.match(event.request, { cacheName: KEPT_PICTURES });
  if (kept) return kept;
  const cache = await caches.open(SEEN_PICTURES);
  const seen = await cache.match(event.request);
  if (seen) return seen;
  const response = await fetch(event.request);
  if (response.status === 200) event.waitUntil(remember(cache, event.request, response.clone()));
  return response;
}

/** Documents and worker scripts bring their own policies: without these headers, a page or its workers are not isolated. */
function withHeaders(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

let remembered = 0;

async function remember(cache: Cache, request: Request, response: Response): Promise<void> {
  try {
    await cache.put(request, response);
    remembered += 1;
    if (remembered % TRIM_EVERY === 0) await trim(cache);
  } catch {
    // The storage is full: the answer was given all the same, and nothing that was kept is lost.
  }
}

/** Forget the pictures that were kept first. */
async function trim(cache: Cache): Promise<void> {
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - SEEN_PICTURES_LIMIT)).map((key) => cache.delete(key)));
}
