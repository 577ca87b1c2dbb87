import { keptPictures, seenPictures } from './caches.ts';

/**
 * Pictures that stay because they were looked at, about 75 MB of thumbnails and 50 MB of previews; those of small
 * collections are kept as a whole by the page.
 */
const LIMITS = [
  { path: /\/thumbs\//, most: 5000 },
  { path: /\/previews\//, most: 500 },
] as const;
const TRIM_EVERY = 250;

/** A picture, and through `later` what goes on after the answer. */
export type SeenPictures = (request: Request, later: (work: Promise<void>) => void) => Promise<Response>;

/**
 * Pictures from what is kept or from the network, for one life of the service worker; browsers end it when nothing
 * happens for a while. Caches that fail are as good as empty.
 */
export function createSeenPictures(baseUrl: string): SeenPictures {
  let put = 0;
  const remember = async (request: Request, response: Response) => {
    try {
      const cache = await caches.open(seenPictures(baseUrl));
      await cache.put(request, response);
      // The first of each life as well: most lives end before there are many.
      if (put++ % TRIM_EVERY === 0) await trim(cache);
    } catch {
      // The storage is full: the answer was given all the same, and nothing that was kept is lost.
    }
  };
  return async (request, later) => {
    const kept = await findPicture(request, baseUrl).catch(() => undefined);
    if (kept) return kept;
    const response = await fetch(request);
    if (response.status === 200) later(remember(request, response.clone()));
    return response;
  };
}

async function findPicture(request: Request, baseUrl: string): Promise<Response | undefined> {
  return (
    (await caches.match(request, { cacheName: keptPictures(baseUrl) })) ??
    (await caches.match(request, { cacheName: seenPictures(baseUrl) }))
  );
}

/** Forget the pictures that were kept first. */
async function trim(cache: Cache): Promise<void> {
  const keys = await cache.keys();
  for (const { path, most } of LIMITS) {
    const pictures = keys.filter(({ url }) => path.test(url));
    await Promise.all(pictures.slice(0, Math.max(0, pictures.length - most)).map((key) => cache.delete(key)));
  }
}
