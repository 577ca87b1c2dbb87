import { scoped } from '../site/scope.ts';

/**
 * The code of the version before this one, for tabs in which that still runs: they load parts of it when they are wanted,
 * and the server has it no longer. Its files are named by their content, so they are never taken for newer ones.
 */

const cacheName = (baseUrl: string) => scoped('afterimage-earlier', baseUrl);

/** Where workbox keeps the app: it ends the name with the address. */
const isPrecache = (name: string, baseUrl: string) => name.startsWith('workbox-precache') && name.endsWith(baseUrl);

/**
 * While a new version is being installed: put aside what the version in use has and the new one has not, before workbox
 * deletes it. A device without space for it goes without: tabs of the old version then say that they have to be reloaded.
 * @param files addresses of the new version
 */
export async function putEarlierAside(files: ReadonlySet<string>, baseUrl: string): Promise<void> {
  try {
    await caches.delete(cacheName(baseUrl));
    for (const name of await caches.keys()) {
      if (isPrecache(name, baseUrl)) await copyMissing(await caches.open(name), files, baseUrl);
    }
  } catch {
    await caches.delete(cacheName(baseUrl)).catch(() => undefined);
  }
}

async function copyMissing(from: Cache, files: ReadonlySet<string>, baseUrl: string): Promise<void> {
  const old = (await from.keys()).filter(({ url }) => isCode(url, baseUrl) && !files.has(url));
  if (old.length === 0) return;
  const to = await caches.open(cacheName(baseUrl));
  for (const request of old) {
    const response = await from.match(request);
    if (response) await to.put(request, response);
  }
}

/** A file of the version before; undefined where it is not kept, or is none of its code. */
export async function earlierFile(url: string, baseUrl: string): Promise<Response | undefined> {
  if (!isCode(url, baseUrl)) return undefined;
  return caches.match(url, { cacheName: cacheName(baseUrl) }).catch(() => undefined);
}

/** Whether an address is of code or styles that are named by their content. */
export function isCode(url: string, baseUrl: string): boolean {
  return url.startsWith(new URL('assets/', baseUrl).href) && /\.(js|css)$/.test(url);
}
