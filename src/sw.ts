import { cleanupOutdatedCaches, getCacheKeyForURL, matchPrecache, type PrecacheEntry, precache } from 'workbox-precaching';
import { SECURITY_HEADERS } from './headers.ts';
import { KEPT_PICTURES, RUNTIMES, SEEN_PICTURES } from './state/caches.ts';

/**
 * The service worker: the app itself without a network, isolation headers on hosts that send none, and pictures that
 * were seen or kept. Models and collections are kept by the query worker, verified and named by hash; here they pass.
 */
declare const self: ServiceWorkerGlobalScope;

/** Pictures that are kept because they were looked at; those of small collections are kept as a whole by the page. */
const SEEN_PICTURES_LIMIT = 5000;
const TRIM_EVERY = 250;

/** Written here by the build: every file of the app with its revision. */
const built = self.__WB_MANIFEST as PrecacheEntry[];
const isRuntime = (entry: PrecacheEntry) => entry.url.endsWith('.wasm');
/** WebAssembly is large and a browser needs one variant of several, so it is kept when it is used. */
const runtimes = new Set(built.filter(isRuntime).map((entry) => new URL(entry.url, self.registration.scope).href));

precache(built.filter((entry) => !isRuntime(entry)));
cleanupOutdatedCaches();

self.addEventListener('install', (event) => {
  // An update must not take over with a runtime missing that the version in use has.
  if (self.registration.active) event.waitUntil(keepSuccessors());
});

self.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([self.clients.claim(), dropOldRuntimes()]));
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
  if (runtimes.has(href)) return cacheFirst(event, RUNTIMES);
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
  return kept ?? cacheFirst(event, SEEN_PICTURES);
}

/** Documents and worker scripts bring their own policies: without these headers, a page or its workers are not isolated. */
function withHeaders(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

async function cacheFirst(event: FetchEvent, cacheName: string): Promise<Response> {
  const cache = await caches.open(cacheName);
  const hit = await cache.match(event.request);
  if (hit) return withHeaders(hit);
  const response = await fetch(event.request);
  if (response.status === 200) event.waitUntil(remember(cache, event.request, response.clone()));
  return withHeaders(response);
}

let remembered = 0;

async function remember(cache: Cache, request: Request, response: Response): Promise<void> {
  try {
    await cache.put(request, response);
    remembered += 1;
    if (remembered % TRIM_EVERY === 0) await trim();
  } catch {
    // The storage is full: the answer was given all the same, and nothing that was kept is lost.
  }
}

/** Forget the pictures that were kept first. */
async function trim(): Promise<void> {
  const cache = await caches.open(SEEN_PICTURES);
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, Math.max(0, keys.length - SEEN_PICTURES_LIMIT)).map((key) => cache.delete(key)));
}

async function dropOldRuntimes(): Promise<void> {
  const cache = await caches.open(RUNTIMES);
  const keys = await cache.keys();
  await Promise.all(keys.filter((key) => !runtimes.has(key.url)).map((key) => cache.delete(key)));
}

/** `…/name-hash.wasm` without its hash. */
const variant = (url: string) => url.replace(/-[\w-]{8}\.wasm$/, '');

async function keepSuccessors(): Promise<void> {
  const cache = await caches.open(RUNTIMES);
  const keys = (await cache.keys()).map((key) => key.url);
  const used = new Set(keys.map(variant));
  await cache.addAll([...runtimes].filter((url) => used.has(variant(url)) && !keys.includes(url)));
}
