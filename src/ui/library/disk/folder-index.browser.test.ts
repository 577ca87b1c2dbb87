import axe from 'axe-core';
import { createComponent } from 'solid-js';
import { afterEach, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import type { LibraryFolder } from '../../../protocol/library-worker.ts';
import { fakeFolder } from '../../../state/library/testing.ts';
import { Folders } from '../folders.tsx';
import { type ShownLibrary, showLibrary } from '../testing.ts';
import { WithLibrary } from '../with-library.tsx';
import '../../styles/main.css';
import '../library.css';

let shown: ShownLibrary;
afterEach(() => shown.remove());

const button = (name: string) => page.getByRole('button', { name, exact: true });
const text = (words: string | RegExp) => page.getByText(words);

async function show(patch: Partial<LibraryFolder> = {}): Promise<void> {
  shown = showLibrary(
    () => createComponent(WithLibrary, { children: (library) => createComponent(Folders, { library, onEmpty() {} }) }),
    (client) => client.change({ count: 7, folders: [fakeFolder(4, 'Photos', { count: 7, ...patch })] }),
  );
  await expect.element(page.getByRole('heading', { name: 'Folders' })).toBeVisible();
}

async function violations(): Promise<string[]> {
  const found = await axe.run(document.querySelector('main') ?? document.body);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

it('is kept when the browser allows to write there, and left or deleted after a question', async () => {
  await show();
  await button('Keep the index in the folder Photos').click();
  await expect.poll(() => shown.client.calls).toContainEqual(['keepIndex', 4, 'keep']);
  await expect.element(text('The index will be written into this folder.')).toBeVisible();
  await button('Keep it there no more: the index in Photos').click();
  await expect.element(button('Leave the file')).toHaveFocus();
  expect(await violations()).toEqual([]);
  shown.client.change({ count: 8 });
  await expect.poll(() => shown.library.overview()?.count).toBe(8);
  await expect.element(button('Leave the file')).toHaveFocus(); // while all is read again
  await button('Cancel').click();
  await button('Keep it there no more: the index in Photos').click();
  await button('Delete the file').click();
  await expect.poll(() => shown.client.calls).toContainEqual(['keepIndex', 4, 'delete']);
  await expect.element(button('Keep the index in the folder Photos')).toBeVisible();
});

it('is not kept where the browser does not allow it, and that is said', async () => {
  const handle = { kind: 'directory', requestPermission: async () => 'denied' } as unknown as FileSystemDirectoryHandle;
  await show({ handle });
  await button('Keep the index in the folder Photos').click();
  await expect.element(text('The browser does not let this page write to the folder.')).toBeVisible();
  expect(shown.client.calls.some(([name]) => name === 'keepIndex')).toBe(false);
});

it('says when it was written, what failed, and that the browser asks again', async () => {
  const asked: unknown[] = [];
  const handle = {
    kind: 'directory',
    requestPermission: async (how: unknown) => {
      asked.push(how);
      return 'granted';
    },
  } as unknown as FileSystemDirectoryHandle;
  const index = { written: { at: Date.UTC(2026, 4, 6), pictures: 7 }, mayWrite: false, problem: 'No room.' };
  await show({ handle, index, access: 'prompt', found: { kind: 'ignored', reason: 'it is damaged' } });
  await expect.element(text(/7 pictures, written May .* The last attempt failed: No room\./)).toBeVisible();
  await expect.element(text(/is ignored: it is damaged\./)).toBeVisible();
  await button('Allow reading it').click();
  await button('Allow writing it: the index in Photos').click();
  await expect.poll(() => asked).toEqual([{ mode: 'readwrite' }, { mode: 'readwrite' }]);
  expect(await violations()).toEqual([]);
});
