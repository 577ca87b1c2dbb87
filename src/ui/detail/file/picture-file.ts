import type { Item, Picture, PictureSize, PictureSource } from '../../../engine/collection/types.ts';
import { itemTitle } from '../../common/item-title.ts';
import { fileName } from '../facts/words.ts';

/** A version of a picture that is at hand. */
export interface Version {
  readonly size: PictureSize;
  readonly picture: Picture;
  /** Name for its file. */
  readonly name: string;
}

const SIZES = ['original', 'preview', 'thumbnail'] as const;

/**
 * The versions of a picture, the sharpest first; one that cannot be had is passed over. Each is read when it is asked for.
 */
export async function* versionsOf(source: PictureSource, item: Item): AsyncGenerator<Version> {
  for (const size of SIZES) {
    const picture = await Promise.resolve(source.picture(item, size)).catch(() => undefined);
    if (picture) yield { size, picture, name: nameOf(item, size, picture) };
  }
}

/** Types of pictures that hold nothing but pixels: what is opened by itself must not be able to run scripts. */
const PIXELS = /^(?:avif|bmp|gif|jpeg|png|webp)$/;

/** Whether a version may be opened by itself, on the page's own origin. */
export function mayOpen(picture: Picture): boolean {
  return PIXELS.test(typeOf(picture));
}

/** `jpeg`, `svg+xml`; empty where nobody says. */
function typeOf(picture: Picture): string {
  if (!('url' in picture)) return picture.type.replace(/^image\//, '').toLowerCase();
  const extension = /\.([A-Za-z0-9]+)$/.exec(new URL(picture.url, location.href).pathname)?.[1]?.toLowerCase() ?? '';
  return extension === 'jpg' ? 'jpeg' : extension;
}

/** Controls, and marks that turn the direction of text: `gnp.exe` could be made to look like `exe.png`. */
const HIDDEN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Untrusted names become harmless ones; browsers replace what a system does not take. */
function nameOf(item: Item, size: PictureSize, picture: Picture): string {
  const clean = (name: string) => name.replace(HIDDEN, '').replaceAll(/[\\/]/g, '_').trim();
  const own = clean(fileName(item));
  if (size === 'original' && own) return own;
  const type = typeOf(picture);
  const ending = type === 'jpeg' ? 'jpg' : /^[a-z0-9]{1,5}$/.test(type) ? type : 'webp';
  const stem = own.replace(/\.[^.]*$/, '') || clean(itemTitle(item)) || 'picture';
  return `${stem}.${ending}`;
}

/** Run `use` with an address of the picture, which holds for `keepMs` longer. */
export async function withUrl<T>(picture: Picture, use: (url: string) => T | Promise<T>, keepMs = 0): Promise<T> {
  if ('url' in picture) return use(picture.url);
  const url = URL.createObjectURL(new Blob([picture.bytes], { type: picture.type }));
  try {
    return await use(url);
  } finally {
    setTimeout(() => URL.revokeObjectURL(url), keepMs);
  }
}
