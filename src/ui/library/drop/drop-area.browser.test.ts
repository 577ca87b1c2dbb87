import { afterEach, beforeEach, expect, it } from 'vitest';
import { page } from 'vitest/browser';
import { AfterimageError } from '../../../engine/errors.ts';
import { type ShownLibrary, showLibrary } from '../testing.ts';
import { DropListener } from './drop-listener.tsx';
import '../../styles/main.css';

let shown: ShownLibrary;
beforeEach(() => {
  history.replaceState(null, '', location.pathname);
  shown = showLibrary(DropListener);
});
afterEach(() => {
  shown.remove();
  for (const field of document.querySelectorAll('input')) field.remove();
});

const picture = (name: string) => new File(['x'], name, { type: 'image/png' });
const overlay = page.getByText('Drop to add to your pictures');

function data(...files: File[]): DataTransfer {
  const dataTransfer = new DataTransfer();
  for (const file of files) dataTransfer.items.add(file);
  return dataTransfer;
}

/** @returns whether the page took it */
function drag(type: string, dataTransfer: DataTransfer, target: EventTarget = document.body): boolean {
  return !target.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
}

function paste(clipboardData: DataTransfer, target: EventTarget = document.body): boolean {
  return !target.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
}

function field(): HTMLInputElement {
  const input = document.createElement('input');
  document.body.append(input);
  return input;
}

it('says what a drop will do, for as long as files are dragged over the page', async () => {
  const files = data(picture('a.png'));
  drag('dragenter', files);
  await expect.element(overlay).toBeVisible();
  drag('dragenter', files, document.querySelector('main') ?? document.body);
  drag('dragleave', files);
  await expect.element(overlay).toBeVisible();
  drag('dragleave', files);
  await expect.poll(() => overlay.elements()).toEqual([]);
  expect(shown.loads()).toBe(0);
});

it('lets text alone, wherever it is dragged to', () => {
  const text = data();
  text.setData('text/plain', 'words');
  drag('dragenter', text);
  expect(overlay.elements()).toEqual([]);
  expect([drag('dragover', text), drag('drop', text)]).toEqual([false, false]);
  expect(shown.loads()).toBe(0);
});

it('adds what is dropped, and the first time shows where it went', async () => {
  const files = data(picture('a.png'), picture('b.png'));
  drag('dragenter', files);
  await expect.element(overlay).toBeVisible();
  expect([drag('dragover', files), drag('drop', files)]).toEqual([true, true]);
  await expect.poll(() => overlay.elements()).toEqual([]);
  await expect.poll(() => shown.client.added).toHaveLength(1);
  expect(shown.client.added[0]).toMatchObject({ kind: 'files', files: [{ path: 'a.png' }, { path: 'b.png' }] });
  await expect.poll(() => shown.address.current().view).toBe('library');
  shown.address.go({ view: 'search' });
  drag('drop', data(picture('c.png')));
  await page.getByRole('button', { name: 'Show' }).click();
  expect(shown.address.current().view).toBe('library');
});

it('leaves what something on the page takes itself', () => {
  const taker = field();
  for (const type of ['dragover', 'drop', 'paste']) taker.addEventListener(type, (event) => event.preventDefault());
  const files = data(picture('a.png'));
  drag('drop', files, taker);
  paste(files, taker);
  expect(shown.loads()).toBe(0);
});

it('stays where files are dropped before the code that takes them is here, and forgets files that left', async () => {
  const files = data(picture('a.png'));
  drag('dragenter', files);
  expect(drag('drop', files)).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(overlay.elements()).toEqual([]);
  drag('dragenter', files);
  await expect.element(overlay).toBeVisible();
});

it('adds pictures that are pasted, with the time in their names where they have none', async () => {
  paste(data(picture('image.png'), picture('cat.png')));
  await expect.poll(() => shown.client.added).toHaveLength(1);
  const [addition] = shown.client.added;
  const names = addition?.kind === 'files' ? addition.files.map(({ path }) => path) : [];
  expect(names).toEqual([expect.stringMatching(/^Pasted \d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d \(1\)\.png$/), 'cat.png']);
});

it('lets text go into a field, also with a picture of it, and does not take other files', () => {
  const both = data(picture('image.png'));
  both.setData('text/plain', 'words');
  expect(paste(both, field())).toBe(false);
  expect(paste(data(new File(['x'], 'a.pdf', { type: 'application/pdf' })))).toBe(false);
  expect(shown.loads()).toBe(0);
});

it('says why something could not be added', async () => {
  shown.client.breakNext('add', new AfterimageError('quota-exceeded', 'The disk is full.'));
  drag('dragenter', data(picture('a.png')));
  await expect.element(overlay).toBeVisible();
  drag('drop', data(picture('a.png')));
  await expect.element(page.getByText('The disk is full.')).toBeVisible();
  expect(shown.address.current().view).toBe('search');
});
