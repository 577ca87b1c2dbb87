import axe from 'axe-core';
import { createComponent } from 'solid-js';
import { afterEach, expect, it } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { type ShownLibrary, showLibrary } from '../testing.ts';
import { WithLibrary } from '../with-library.tsx';
import DeleteFiles from './delete-files.tsx';
import '../../styles/main.css';

let shown: ShownLibrary;
afterEach(() => shown.remove());

const button = (name: string) => page.getByRole('button', { name, exact: true });

async function violations(): Promise<string[]> {
  await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined)));
  const found = await axe.run(document.querySelector('dialog') ?? document.body);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

async function ask(): Promise<void> {
  shown = showLibrary(() =>
    createComponent(WithLibrary, { children: ({ disk }) => createComponent(DeleteFiles, { disk }) }),
  );
  const handle = {} as FileSystemDirectoryHandle;
  shown.client.deletes(
    {
      id: 3,
      files: 12,
      names: ['Photos/<b>a</b>.jpg', 'Photos/a.dng'],
      folders: [{ name: 'Photos', handle }],
      elsewhere: 1,
    },
    { deleted: 11, kept: [{ name: 'Photos/a.dng', why: 'changed' }] },
  );
  await shown.library.disk.askFor({ removal: 1 });
  await expect.element(page.getByRole('heading', { name: 'Delete 12 files from the disk?' })).toBeVisible();
}

it('asks with numbers and names, has the keyboard on the answer that keeps all, and closes by Escape', async () => {
  await ask();
  await expect.element(button('Keep them')).toHaveFocus();
  await expect.element(page.getByText('Photos/<b>a</b>.jpg')).toBeVisible();
  await expect.element(page.getByText('and 10 more')).toBeVisible();
  await expect.element(page.getByText(/this cannot be undone/)).toBeVisible();
  await expect.element(page.getByText(/^1 other file of these pictures stays/)).toBeVisible();
  expect(await violations()).toEqual([]);
  await userEvent.keyboard('{Escape}');
  await expect.poll(() => document.querySelector('dialog')).toBeNull();
  expect(shown.client.calls.some(([name]) => name === 'deleteFiles')).toBe(false);
});

it('deletes after a yes, and says what was not deleted and why', async () => {
  await ask();
  await button('Yes, delete 12 files').click();
  await expect.element(page.getByRole('heading', { name: '11 files were deleted, 1 not' })).toBeVisible();
  await expect.element(page.getByText('Changed since it was added, so it was not deleted:')).toBeVisible();
  await expect.element(page.getByText('Photos/a.dng')).toBeVisible();
  await expect.element(button('Close')).toHaveFocus();
  expect(await violations()).toEqual([]);
  await button('Close').click();
  await expect.poll(() => document.querySelector('dialog')).toBeNull();
});
