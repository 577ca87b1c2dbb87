import { forEachLimited } from '../engine/async/limiter.ts';
import type { CollectionManifest, Item, StaticPictures } from '../engine/collection/types.ts';
import { AfterimageError } from '../engine/errors.ts';
import { keptPictures } from './caches.ts';

/** Few at a time, so that the pictures on the screen and the search come first. */
const PARALLEL = 4;
const ITEMS_AT_ONCE = 500;

type Kept = Pick<CollectionManifest, 'name' | 'sha256' | 'count' | 'pictures'>;

export interface KeepOptions {
  readonly baseUrl: string;
  readonly collection: Kept;
  /** Its pictures. */
  readonly pictures: StaticPictures;
  /** Item records of rows, as `QueryClient.items`: of whichever collection is open when it answers. */
  readonly items: (rows: number[]) => Promise<readonly Item[]>;
  /** To be aborted when another collection is opened, before `items` answers for that. */
  readonly signal: AbortSignal;
  /** Awaited before each picture: resolves when the visitor needs neither network nor processor. */
  readonly quiet: (signal: AbortSignal) => Promise<void>;
  readonly onProgress: (have: number, total: number) => void;
}

/**
 * Put thumbnails and previews of a whole collection into the cache, so that it can be browsed offline. What is there is
 * not fetched again, so an interrupted run continues; pictures of an older version of the collection leave at the end.
 * Rejects with the first failure (no network, no space) and with the signal's reason: what was kept stays.
 */
export async function keepPictures(options: KeepOptions): Promise<void> {
  const { collection, signal, quiet, onProgress } = options;
  const { folder } = options.pictures;
  const cache = await caches.open(keptPictures(options.baseUrl));
  const record = await readRecord(cache, folder);
  if (record?.sha256 === collection.sha256) return onProgress(record.total, record.total);

  const wanted = await listPictures(options);
  const there = new Set((await cache.keys()).map((request) => request.url));
  const missing = [...wanted].filter((url) => !there.has(url));
  let have = wanted.size - missing.length;
  onProgress(have, wanted.size);
  await forEachLimited(missing, PARALLEL, async (url) => {
    await quiet(signal);
    signal.throwIfAborted();
    await keep(cache, url, signal);
    have += 1;
    onProgress(have, wanted.size);
  });

  signal.throwIfAborted();
  const stale = [...there].filter((url) => url.startsWith(folder) && !wanted.has(url));
  await Promise.all(stale.map((url) => cache.delete(url)));
  await writeRecord(cache, folder, { sha256: collection.sha256, total: wanted.size });
}

async function listPictures({ collection, pictures, items, signal }: KeepOptions): Promise<Set<string>> {
  const urls = new Set<string>();
  // Of imported vectors there are no pictures, and there may be a million items to find that out from.
  if (collection.pictures.bytes === 0) return urls;
  for (let from = 0; from < collection.count; from += ITEMS_AT_ONCE) {
    const length = Math.min(ITEMS_AT_ONCE, collection.count - from);
    const records = await items(Array.from({ length }, (_, i) => from + i));
    signal.throwIfAborted();
    for (const item of records) {
      for (const size of ['thumbnail', 'preview'] as const) {
        const picture = pictures.picture(item, size);
        if (picture) urls.add(picture.url);
      }
    }
  }
  return urls;
}

async function keep(cache: Cache, url: string, signal: AbortSignal): Promise<void> {
  // A fetch that is no <img> passes the service worker, so nothing is kept twice.
  const response = await fetch(url, { signal, priority: 'low' });
  if (!response.ok) {
    throw new AfterimageError(
      'network',
      `The server answered ${response.status} instead of ${new URL(url).pathname}. ` +
        'Reload the page in a while; if it stays so, whoever runs this site has to publish its files anew.',
    );
  }
  await cache.put(url, response);
}

interface KeptRecord {
  /** Of the manifest whose pictures are all in the cache. */
  readonly sha256: string;
  readonly total: number;
}

/** A name that no picture has. */
const recordUrl = (folder: string) => `${folder}kept.json`;

async function readRecord(cache: Cache, folder: string): Promise<KeptRecord | undefined> {
  const response = await cache.match(recordUrl(folder));
  return response ? ((await response.json()) as KeptRecord) : undefined;
}

async function writeRecord(cache: Cache, folder: string, record: KeptRecord): Promise<void> {
  await cache.put(recordUrl(folder), new Response(JSON.stringify(record)));
}
