import { createComponent } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, expect, it } from 'vitest';
import { createDeferred } from '../../engine/async/deferred.ts';
import type { Picture as Bytes, Item } from '../../engine/collection/types.ts';
import { type App, AppContext } from '../context.ts';
import { Picture } from './picture.tsx';

let remove = () => {};
afterEach(() => remove());

/** A picture whose thumbnail is read from somewhere. */
function show(picture: Promise<Bytes | undefined>): () => string | null | undefined {
  const root = document.createElement('main');
  document.body.append(root);
  const item = { id: 'a', name: 'a.jpg', thumbnail: { path: 'a.webp', width: 8, height: 8 } } as Item;
  const dispose = render(
    () =>
      createComponent(AppContext.Provider, {
        value: { pictureSource: () => ({ picture: () => picture }) } as unknown as App,
        get children() {
          return createComponent(Picture, { item });
        },
      }),
    root,
  );
  remove = () => {
    dispose();
    root.remove();
  };
  return () => root.querySelector('.picture')?.getAttribute('data-state');
}

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>';
const svg = (text: string): Bytes => ({ bytes: new TextEncoder().encode(text), type: 'image/svg+xml' });

it('is loading until what is kept of it has been read, and not a picture of nothing', async () => {
  const read = createDeferred<Bytes | undefined>();
  const state = show(read.promise);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(state()).toBe('loading');
  read.resolve(svg(SVG));
  await expect.poll(state).toBe('shown');
});

it('has its name where what is kept is no picture', async () => {
  const state = show(Promise.resolve(svg('no picture')));
  await expect.poll(state).toBe('failed');
  expect(document.querySelector('.picture-name')?.textContent).toContain('a');
});
