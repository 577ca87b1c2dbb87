import { scoped } from '../../site/scope.ts';
import { createContentCache } from '../bytes/content-cache.browser.ts';

/**
 * Name of a runtime's file, which `scripts/vite/vite-onnxruntime.ts` gives it: device, first 16 hex of its SHA-256, and how it
 * is packed.
 */
const RUNTIME = /\/onnxruntime-(wasm|webgpu)-([0-9a-f]{16})\.wasm(\.xz|\.gz)?$/;

const cacheName = (baseUrl: string) => scoped('afterimage-runtime', baseUrl);

export function isRuntime(url: string): boolean {
  return RUNTIME.test(url);
}

/**
 * Fetch the runtimes of a new version of the app that take the place of those in use, so that it starts without a
 * network too. A first visit fetches none here: the query worker keeps what it uses.
 * @param urls all runtimes of the new version
 */
export async function fetchNewRuntimes(urls: readonly string[], baseUrl: string): Promise<void> {
  const content = createContentCache(baseUrl);
  await caches.delete(cacheName(baseUrl));
  const isPacked = (url: string) => !url.endsWith('.wasm');
  for (const url of urls) {
    // The packed form is what the query worker asks for.
    if (!isPacked(url) && urls.some((other) => isPacked(other) && other.startsWith(url))) continue;
    const [, device, sha256] = RUNTIME.exec(url) ?? [];
    const inUse = await content.getText(`runtime/${device}`);
    if (sha256 === undefined || inUse === undefined || inUse.startsWith(sha256)) continue;
    await (await caches.open(cacheName(baseUrl))).add(url);
  }
}

/** A runtime, from what `fetchNewRuntimes` fetched or from the network. */
export async function runtime(request: Request, baseUrl: string): Promise<Response> {
  // Whoever reloads found it damaged.
  const options = { cacheName: cacheName(baseUrl) };
  const kept = request.cache === 'reload' ? undefined : await caches.match(request, options).catch(() => undefined);
  return kept ?? fetch(request);
}
