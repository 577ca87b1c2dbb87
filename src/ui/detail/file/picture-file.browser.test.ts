import { expect, it, vi } from 'vitest';
import { testItem } from '../../../engine/collection/items/testing-items.ts';
import type { Item, Picture, PictureSize, PictureSource } from '../../../engine/collection/types.ts';
import { copyPicture, download, openOriginal } from './actions.ts';
import { mayOpen, type Version, versionsOf } from './picture-file.ts';

/** A picture of one colour. */
async function png(width: number, height: number, colour = 'rgb(200, 30, 60)'): Promise<Picture> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.fillStyle = colour;
  context.fillRect(0, 0, width, height);
  const blob = await canvas.convertToBlob();
  return { bytes: new Uint8Array(await blob.arrayBuffer()), type: blob.type };
}

type Sizes = { readonly [Size in PictureSize]?: Picture | Promise<Picture | undefined> };

const sourceOf = (sizes: Sizes): PictureSource => ({ picture: (_, size) => sizes[size] });
const file = (type: string): Picture => ({ bytes: new Uint8Array([1, 2, 3]), type });
const away = () => Promise.reject(new Error('away'));
const named = (name: string, title: string | null = null): Item => testItem(0, { name, title });

async function all(source: PictureSource, item: Item): Promise<Version[]> {
  const found: Version[] = [];
  for await (const version of versionsOf(source, item)) found.push(version);
  return found;
}

it('finds the sharpest version first, and passes over what cannot be read', async () => {
  const item = named('a/b/photo.jpeg');
  const [original, preview, thumbnail] = [file('image/jpeg'), file('image/webp'), { url: '/thumbs/x.webp' }];
  const found = await all(sourceOf({ original: Promise.resolve(original), preview, thumbnail }), item);
  expect(found.map(({ size }) => size)).toEqual(['original', 'preview', 'thumbnail']);
  expect(found.map(({ name }) => name)).toEqual(['photo.jpeg', 'photo.webp', 'photo.webp']);
  const some = await all(sourceOf({ original: away(), preview: Promise.resolve(undefined), thumbnail }), item);
  expect(some.map(({ size }) => size)).toEqual(['thumbnail']);
});

it.each([
  ['trip/IMG 1.HEIC', null, 'IMG 1.jpg'],
  ['photo\u202Egnp.exe', null, 'photognp.jpg'],
  ['..\\..\\evil.png', null, '.._.._evil.jpg'],
  ['a/.png', 'A “title”', 'A “title”.jpg'],
  ['a/\u0000\u200B', '\u202E', 'picture.jpg'],
  ['x/no-ending', null, 'no-ending.jpg'],
  ['<img src=x onerror=alert(1)>.svg', null, '<img src=x onerror=alert(1)>.jpg'],
])('a preview of %j, called %j, is saved as %j', async (name, title, saved) => {
  const [version] = await all(sourceOf({ preview: file('image/jpeg') }), named(name, title));
  expect(version?.name).toBe(saved);
});

it('opens nothing by itself that could run scripts', () => {
  for (const type of ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif', 'image/bmp']) {
    expect(mayOpen(file(type))).toBe(true);
  }
  for (const type of ['image/svg+xml', 'text/html', 'application/xml', 'image/jpeg; x', '']) {
    expect(mayOpen(file(type))).toBe(false);
  }
  expect(mayOpen({ url: '/collections/a/previews/b.JPG?x' })).toBe(true);
  expect(mayOpen({ url: '/collections/a/b.svg' })).toBe(false);
  expect(mayOpen({ url: '/collections/a.png/b' })).toBe(false);
});

it('opens the original alone, in a tab that cannot reach this one', async () => {
  const clicked: HTMLAnchorElement[] = [];
  const listener = (event: Event) => {
    event.preventDefault();
    clicked.push(event.target as HTMLAnchorElement);
  };
  addEventListener('click', listener);
  const item = named('a.png');
  await openOriginal(sourceOf({ original: png(3, 2) }), item);
  expect(clicked).toHaveLength(1);
  expect(clicked[0]).toMatchObject({ target: '_blank', rel: 'noopener' });
  expect(clicked[0]?.href).toMatch(/^blob:/);
  await expect(openOriginal(sourceOf({ original: file('image/svg+xml') }), item)).rejects.toMatchObject({
    code: 'picture-unavailable',
  });
  await expect(openOriginal(sourceOf({ preview: file('image/png') }), item)).rejects.toMatchObject({
    code: 'picture-unavailable',
  });
  await expect(openOriginal(sourceOf({ original: away() }), item)).rejects.toThrow('away');
  expect(clicked).toHaveLength(1);

  expect(await download(sourceOf({ original: away(), preview: png(3, 2) }), item)).toMatchObject({ size: 'preview' });
  expect(clicked[1]).toMatchObject({ download: 'a.png' });
  await expect(download(sourceOf({}), item)).rejects.toMatchObject({ code: 'picture-unavailable' });
  removeEventListener('click', listener);
  expect(document.querySelector('a[download], a[target]')).toBeNull();
});

it('copies as a PNG what the browser can show, no larger than programs take', async () => {
  const written: ClipboardItem[] = [];
  const write = vi.spyOn(navigator.clipboard, 'write').mockImplementation(async ([item]) => {
    await item?.getType('image/png');
    if (item) written.push(item);
  });
  const decoded = async () => {
    const blob = await written.at(-1)?.getType('image/png');
    return await createImageBitmap(blob as Blob);
  };
  await copyPicture(sourceOf({ original: file('image/heic'), preview: png(300, 200) }), named('a.heic'));
  expect(await decoded()).toMatchObject({ width: 300, height: 200 });
  await copyPicture(sourceOf({ original: png(8192, 100) }), named('wide.png'));
  expect(await decoded()).toMatchObject({ width: 4096, height: 50 });
  await expect(copyPicture(sourceOf({ preview: file('image/heic') }), named('a.heic'))).rejects.toThrow();
  write.mockRestore();
});
