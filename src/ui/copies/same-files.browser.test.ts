import axe from 'axe-core';
import { createComponent } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { AfterimageError } from '../../engine/errors.ts';
import type { Deletion, DeletionOf, PictureWithCopies } from '../../protocol/library-files.ts';
import { createAddressBar } from '../../state/search/address.ts';
import { type App, AppContext } from '../context.ts';
import { SameFiles } from './same-files.tsx';
import '../styles/main.css';
import '../app.css';
import './copies.css';

let cleanup = () => {};
afterEach(() => cleanup());

const place = (itemId: string, path: string, folder: number | null = 1) => ({
  ...{ itemId, folder, path, canDelete: folder !== null },
  name: folder === null ? path : `Photos/${path}`,
});

function show(withCopies: () => Promise<readonly PictureWithCopies[]>) {
  const root = document.createElement('main');
  root.className = 'page';
  document.body.append(root);
  const onEmpty = vi.fn();
  const askFor = vi.fn(async (_of: DeletionOf, onDone?: (deletion: Deletion) => void) => {
    onDone?.({ deleted: 1, kept: [] });
  });
  const library = { withCopies, thumbnail: async () => undefined, disk: { askFor } };
  const dispose = render(
    () =>
      createComponent(AppContext.Provider, {
        value: { address: createAddressBar(), library: { load: async () => library } } as unknown as App,
        get children() {
          return createComponent(SameFiles, { onEmpty });
        },
      }),
    root,
  );
  cleanup = () => {
    dispose();
    root.remove();
  };
  return { askFor, onEmpty };
}

const button = (name: string) => page.getByRole('button', { name, exact: true });
const box = (name: string) => page.getByRole('checkbox', { name, exact: true });

it('lists every place of a content, and asks about those that are chosen; one always stays', async () => {
  const copies = [
    { itemId: 'a', places: [place('a', '1.jpg'), place('a', '<b>2</b>.jpg'), place('a', '3.jpg')] },
    { itemId: 'b', places: [place('b', 'x.jpg'), place('b', 'y.jpg', null)] },
  ];
  const { askFor, onEmpty } = show(async () => copies);
  await expect.element(page.getByText('2 pictures are in several places: 5 files.')).toBeVisible();
  await expect.element(button('Delete from the disk')).toBeDisabled();
  expect((await axe.run(document.querySelector('main') ?? document.body)).violations).toEqual([]);
  await button('Select all but the first of each').click();
  await expect.element(button('Delete 3 copies from the disk')).toBeVisible();
  await expect.element(box('Photos/1.jpg')).toBeDisabled();
  await expect.element(box('Photos/<b>2</b>.jpg')).toBeChecked();
  await expect.element(page.getByRole('checkbox', { name: /^y\.jpg/ })).toBeDisabled();
  await box('Photos/3.jpg').click();
  await button('Delete 2 copies from the disk').click();
  const chosen = [
    { itemId: 'a', folder: 1, path: '<b>2</b>.jpg' },
    { itemId: 'b', folder: 1, path: 'x.jpg' },
  ];
  expect(askFor).toHaveBeenCalledExactlyOnceWith({ places: chosen }, expect.anything());
  await expect.element(button('Delete from the disk')).toBeDisabled();
  expect(onEmpty).toHaveBeenCalledOnce();
});

it('says why nothing can be deleted', async () => {
  show(async () => [{ itemId: 'a', places: [place('a', '1.jpg', null), place('a', '2.jpg', null)] }]);
  await expect.element(page.getByText(/^Nothing can be deleted here/)).toBeVisible();
  expect(page.getByRole('button').elements()).toEqual([]);
});

it('says that there are none, and why they could not be looked for', async () => {
  let attempts = 0;
  show(async () => {
    if (attempts++ === 0) throw new AfterimageError('database-blocked', 'Another tab is busy.');
    return [];
  });
  await expect.element(page.getByText('Another tab is busy.')).toBeVisible();
  await button('Try again').click();
  await expect.element(page.getByText('No two files have the same content.')).toBeVisible();
});
