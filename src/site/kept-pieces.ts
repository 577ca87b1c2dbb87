/**
 * Pieces of files that were read by themselves, as of collections that stay on their host: what was read last is kept, up to a
 * limit. Kept in the cache of content, a piece under the hash of its file with its place and length behind it.
 */
import { scoped } from './scope.ts';

/** Of all pieces. */
export const PIECES_LIMIT_BYTES = 256_000_000;

export const contentCacheName = (baseUrl: string): string => scoped('afterimage-content', baseUrl);

/** Where content lies in the cache. */
export const contentRoot = (baseUrl: string): string => new URL('.afterimage/content/', baseUrl).href;

/** What a stretch of content is kept under. */
export function pieceKey(sha256: string, offset: number, length: number): string {
  return `${sha256}.${offset}.${length}`;
}

/** How long a piece is that is kept under this key; undefined of whole files. */
export function pieceBytes(key: string): number | undefined {
  const length = key.split('.')[2];
  return length === undefined ? undefined : Number(length);
}

/** Bytes of all pieces. 0 where nothing is kept. */
export async function keptPieceBytes(baseUrl: string): Promise<number> {
  const pieces = await piecesIn(baseUrl);
  return pieces.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Delete all pieces. What a page holds in memory stays there until it is closed. */
export async function deletePieces(baseUrl: string): Promise<void> {
  for (const { cache, url } of await piecesIn(baseUrl)) await cache.delete(url);
}

async function piecesIn(baseUrl: string) {
  const name = contentCacheName(baseUrl);
  // Reading the property alone throws in some frames.
  if (!('caches' in globalThis) || !(await caches.has(name))) return [];
  const [cache, root] = [await caches.open(name), contentRoot(baseUrl)];
  const keys = (await cache.keys()).map(({ url }) => url).filter((url) => url.startsWith(root));
  return keys.flatMap((url) => {
    const bytes = pieceBytes(url.slice(root.length));
    return bytes === undefined ? [] : [{ cache, url, bytes }];
  });
}
