import { expect, test, vi } from 'vitest';
import type { Item, PictureBytes } from '../../engine/collection/types.ts';
import { createLibraryPictures } from './library-pictures.ts';

const file = { path: 'thumbs/aa/aa.webp', width: 10, height: 10 };
const item = (name: string, more: Partial<Item> = {}) =>
  ({ id: name, name, thumbnail: file, preview: null, ...more }) as Item;
const webp = (size: string): PictureBytes => ({ bytes: new TextEncoder().encode(size), type: 'image/webp' });

function library(original: (id: string) => Promise<Blob | undefined> = async () => undefined) {
  const libraryPicture = vi.fn(async (_id: string, size: string) => webp(size));
  return { ...createLibraryPictures({ libraryPicture }, original), libraryPicture };
}

test('thumbnails come from what is stored, and stay at hand', async () => {
  const { picture, libraryPicture } = library();
  expect(await picture(item('a.jpg'), 'thumbnail')).toEqual(webp('thumbnail'));
  await picture(item('a.jpg'), 'thumbnail');
  expect(libraryPicture.mock.calls).toEqual([['a.jpg', 'thumbnail']]);
  expect(picture(item('a.jpg', { thumbnail: null }), 'thumbnail')).toBeUndefined();
});

test('the larger picture is the stored one, else the file, else the thumbnail', async () => {
  const photo = new Blob(['photo'], { type: '' });
  const { picture } = library(async (id) => (id === 'here.JPG' || id === 'x.nef' ? photo : undefined));
  expect(await picture(item('a.jpg', { preview: file }), 'preview')).toEqual(webp('preview'));
  const bytes = new TextEncoder().encode('photo');
  expect(await picture(item('here.JPG'), 'preview')).toEqual({ bytes, type: 'image/jpeg' });
  expect(await picture(item('away.jpg'), 'preview')).toEqual(webp('thumbnail'));
  // A browser shows no RAW file.
  expect(await picture(item('x.nef'), 'preview')).toEqual(webp('thumbnail'));
  expect(await picture(item('x.nef'), 'original')).toEqual({ bytes, type: '' });
  expect(await picture(item('away.jpg'), 'original')).toBeUndefined();
});

test('a file that cannot be read is shown by its thumbnail', async () => {
  const { picture } = library(() => Promise.reject(new Error('The disk is away.')));
  expect(await picture(item('a.png'), 'preview')).toEqual(webp('thumbnail'));
});
