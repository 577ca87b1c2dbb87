import type { QueryClient } from '../../client/query-client.ts';
import { createPromiseCache } from '../../engine/async/cached/promise-cache.ts';
import type { Item, Picture, PictureBytes, PictureSource } from '../../engine/collection/types.ts';

/** Thumbnails that stay at hand: some screens of the grid, a few megabytes. */
const REMEMBERED = 300;

/** Files that every browser shows as they are. Others are shown by the copies that were made of them. */
const SHOWN = new Map([
  ...(['jpeg', 'png', 'webp', 'avif', 'gif', 'bmp'] as const).map((type) => [type, `image/${type}`] as const),
  ['jpg', 'image/jpeg'],
  ['svg', 'image/svg+xml'],
]);

/**
 * The visitor's own pictures, from what is stored of them; larger ones from their files, where these are at hand.
 * @param original reads the file of a picture; undefined where it is not at hand
 */
export function createLibraryPictures(
  client: Pick<QueryClient, 'libraryPicture'>,
  original: (itemId: string) => Promise<Blob | undefined>,
): PictureSource {
  const thumbnails = createPromiseCache<PictureBytes | undefined>(REMEMBERED);
  const stored = (item: Item, size: 'thumbnail' | 'preview') => client.libraryPicture(item.id, size);

  async function fromFile(item: Item): Promise<Picture | undefined> {
    const file = await original(item.id);
    const type = file && (SHOWN.get(extensionOf(item.name)) ?? file.type);
    return file && { bytes: new Uint8Array(await file.arrayBuffer()), type: type ?? '' };
  }

  async function large(item: Item): Promise<Picture | undefined> {
    const file = SHOWN.has(extensionOf(item.name)) ? await fromFile(item).catch(() => undefined) : undefined;
    return file ?? (item.thumbnail ? stored(item, 'thumbnail') : undefined);
  }

  return {
    picture(item, size) {
      if (size === 'original') return fromFile(item);
      if (size === 'preview') return item.preview ? stored(item, 'preview') : large(item);
      return item.thumbnail ? thumbnails.get(item.id, () => stored(item, 'thumbnail')).value : undefined;
    },
  };
}

function extensionOf(name: string): string {
  return /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
}
