import { afterEach, expect, test, vi } from 'vitest';
import { seenPictures } from './caches.ts';
import { createSeenPictures } from './seen-pictures.ts';

const BASE = 'https://afterimage.test/seen-test/';
const picture = (path: string) => new Request(`${BASE}collections/x/${path}`);

afterEach(async () => {
  vi.restoreAllMocks();
  await caches.delete(seenPictures(BASE));
});

const online = () => vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('picture'));

/** As a service worker that has just been started. */
async function show(request: Request): Promise<string> {
  const seenPicture = createSeenPictures(BASE);
  const later: Promise<void>[] = [];
  const response = await seenPicture(request, (work) => later.push(work));
  await Promise.all(later);
  return response.text();
}

test('a picture that was seen needs no network', async () => {
  const fetch = online();
  expect(await show(picture('thumbs/a.webp'))).toBe('picture');
  expect(await show(picture('thumbs/a.webp'))).toBe('picture');
  expect(fetch).toHaveBeenCalledTimes(1);
});

test('caches that fail do not hide the network', async () => {
  online();
  vi.spyOn(caches, 'match').mockRejectedValue(new Error('UnknownError'));
  vi.spyOn(caches, 'open').mockRejectedValue(new Error('QuotaExceededError'));
  expect(await show(picture('thumbs/a.webp'))).toBe('picture');
});

test('each life trims, previews sooner than thumbnails', async () => {
  online();
  const cache = await caches.open(seenPictures(BASE));
  for (let i = 0; i < 503; i++) await cache.put(picture(`previews/${i}.webp`), new Response());
  for (let i = 0; i < 503; i++) await cache.put(picture(`thumbs/${i}.webp`), new Response());
  await show(picture('thumbs/new.webp'));
  const urls = (await cache.keys()).map(({ url }) => url);
  expect(urls.filter((url) => url.includes('/previews/'))).toHaveLength(500);
  expect(urls).not.toContain(picture('previews/2.webp').url);
  expect(urls.filter((url) => url.includes('/thumbs/'))).toHaveLength(504);
});
