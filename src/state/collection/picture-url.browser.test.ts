import { createRoot, createSignal } from 'solid-js';
import { afterEach, expect, it } from 'vitest';
import type { Item, Picture, PictureSource } from '../../engine/collection/types.ts';
import { createPictureUrl } from './picture-url.ts';

const one = { id: 'one' } as Item;
const two = { id: 'two' } as Item;
let dispose = () => {};
afterEach(() => dispose());

function show(source: PictureSource | undefined, first: Item | undefined = one) {
  const [item, setItem] = createSignal<Item | undefined>(first);
  const [current, setSource] = createSignal(source);
  const url = createRoot((end) => {
    dispose = end;
    return createPictureUrl(current, item, 'preview');
  });
  return { url, setItem, setSource };
}

const bytes = (text: string): Picture => ({ bytes: new TextEncoder().encode(text), type: 'image/svg+xml' });
const isThere = (url: string | undefined) =>
  fetch(url ?? '').then(
    () => true,
    () => false,
  );

it('is the address that the source knows, of the size that is wanted', () => {
  const { url, setItem, setSource } = show({ picture: ({ id }, size) => ({ url: `/${id}/${size}` }) });
  expect(url()).toBe('/one/preview');
  setItem(two);
  expect(url()).toBe('/two/preview');
  setItem(undefined);
  expect(url()).toBeUndefined();
  setItem(one);
  setSource(undefined);
  expect(url()).toBeUndefined();
});

it('is nothing where there is no picture, and where it cannot be read', async () => {
  expect(show({ picture: () => undefined }).url()).toBeUndefined();
  const { url } = show({ picture: async () => Promise.reject(new Error('Gone.')) });
  await Promise.resolve();
  expect(url()).toBeUndefined();
});

it('holds bytes that were read until another picture is shown', async () => {
  const { url, setItem } = show({ picture: async ({ id }) => bytes(id) });
  expect(url()).toBeUndefined();
  await expect.poll(url).toBeDefined();
  const before = url();
  const response = await fetch(before as string);
  expect([response.headers.get('content-type'), await response.text()]).toEqual(['image/svg+xml', 'one']);
  setItem(two);
  await expect.poll(url).toBeDefined();
  expect(url()).not.toBe(before);
  expect(await isThere(before)).toBe(false);
  const last = url();
  expect(await isThere(last)).toBe(true);
  dispose();
  expect(await isThere(last)).toBe(false);
});

it('drops bytes that come for a picture that is not shown any more', async () => {
  let come = (_: Picture) => {};
  const late = new Promise<Picture>((resolve) => {
    come = resolve;
  });
  const { url, setItem } = show({ picture: ({ id }) => (id === 'one' ? late : { url: '/two' }) });
  setItem(two);
  come(bytes('late'));
  await late;
  expect(url()).toBe('/two');
});
