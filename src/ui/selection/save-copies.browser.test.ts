import { afterEach, expect, it, vi } from 'vitest';
import { testItem } from '../../engine/collection/items/testing-items.ts';
import type { PictureSource } from '../../engine/collection/types.ts';
import { saveCopies } from './save-copies.ts';

const PIXEL = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
const bytes = new TextEncoder().encode('the file itself');
/** The file of the first is at hand, of the second only a smaller picture, of the third nothing. */
const source: PictureSource = {
  picture({ id }, size) {
    if (id === testItem(1).id) return size === 'original' ? { bytes, type: 'image/png' } : undefined;
    return id === testItem(2).id && size === 'preview' ? { url: PIXEL } : undefined;
  },
};
const items = [1, 2, 3].map((row) => testItem(row, { name: `a/${row}.png` }));

afterEach(async () => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  await (await navigator.storage.getDirectory()).removeEntry('copies', { recursive: true }).catch(() => undefined);
});

async function stubFolder(): Promise<FileSystemDirectoryHandle> {
  const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('copies', { create: true });
  vi.stubGlobal('showDirectoryPicker', async () => folder);
  return folder;
}

async function contentOf(folder: FileSystemDirectoryHandle): Promise<Record<string, string>> {
  const found: [string, string][] = [];
  for await (const [name, handle] of folder.entries()) {
    const text = await (await (handle as FileSystemFileHandle).getFile()).text();
    found.push([name, text.slice(0, 15)]);
  }
  return Object.fromEntries(found);
}

it('saves several into a folder that is chosen, over nothing that is there, and says of which there is less', async () => {
  const folder = await stubFolder();
  const theirs = await (await folder.getFileHandle('1.png', { create: true })).createWritable();
  await theirs.write('theirs');
  await theirs.close();
  const done: number[] = [];
  const saved = await saveCopies(source, items, (count) => done.push(count));
  expect(saved).toEqual({ saved: 2, smaller: 1, missing: 1 });
  expect(done).toEqual([1, 2, 3]);
  expect(await contentOf(folder)).toEqual({
    '1.png': 'theirs',
    '1 (2).png': 'the file itself',
    '2.webp': expect.stringMatching(/^GIF89a/),
  });
});

it('takes another name where the system refuses one', async () => {
  const folder = await stubFolder();
  const { getFileHandle } = folder;
  vi.spyOn(folder, 'getFileHandle').mockImplementation(async (name, options) => {
    if (name.startsWith('1')) throw new TypeError('Name is not allowed.');
    return await getFileHandle.call(folder, name, options);
  });
  await saveCopies(source, items, () => undefined);
  expect(Object.keys(await contentOf(folder)).sort()).toEqual([`${testItem(1).id}.png`, '2.webp'].sort());
});

it('does nothing where the visitor changed their mind, and says why where the folder cannot be had', async () => {
  const answers = [new DOMException('', 'AbortError'), new DOMException('', 'SecurityError')];
  vi.stubGlobal('showDirectoryPicker', () => Promise.reject(answers.shift()));
  expect(await saveCopies(source, items, () => undefined)).toBeUndefined();
  await expect(saveCopies(source, items, () => undefined)).rejects.toMatchObject({ name: 'SecurityError' });
});

it('is a download where it is one picture', async () => {
  const pick = vi.fn();
  vi.stubGlobal('showDirectoryPicker', pick);
  const click = vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(() => undefined);
  expect(await saveCopies(source, items.slice(0, 1), () => undefined)).toMatchObject({ saved: 1, smaller: 0 });
  expect([pick.mock.calls.length, click.mock.calls.length]).toEqual([0, 1]);
});
