import { createComponent } from 'solid-js';
import { afterEach, expect, it, vi } from 'vitest';
import { page } from 'vitest/browser';
import { LibraryLink } from '../library-link.tsx';
import { type ShownLibrary, showLibrary } from '../testing.ts';
import '../../styles/main.css';

let shown: ShownLibrary | undefined;
afterEach(() => {
  shown?.remove();
  vi.useRealTimers();
});

const link = page.getByRole('link', { name: 'Adding' });
const said = () => document.querySelector('.visually-hidden[role="status"]')?.textContent;
const show = (count: number) => {
  shown = showLibrary(
    () => createComponent(LibraryLink, {}),
    (client) => client.change({ count }),
  );
  return shown;
};

it('loads nothing where there are no pictures of the visitor', async () => {
  const { client, loads } = show(0);
  await expect.poll(() => client.calls).toContainEqual(['overview']);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(loads()).toBe(0);
});

it('shows how far the adding is, and leads to all of it', async () => {
  const { client, address } = show(5);
  await expect.poll(said).toBe('');
  expect(link.elements()).toEqual([]);
  client.go({ state: 'running', done: 1200, left: 300 });
  await expect.element(link).toHaveTextContent('1,200 of 1,500');
  await link.click();
  expect(address.current().view).toBe('library');
  await expect.poll(() => link.elements()).toEqual([]);
  address.go({ view: 'search' });
  await expect.element(link).toBeVisible();
  client.go({ state: 'idle', done: 1500, left: 0 });
  await expect.poll(() => link.elements()).toEqual([]);
});

it('says a line now and then, not at each step', async () => {
  const { client } = show(5);
  await expect.poll(said).toBe('');
  vi.useFakeTimers({ toFake: ['Date'] });
  client.go({ state: 'running', done: 0, left: 1000 });
  expect(said()).toBe('Adding your pictures: 0 of 1,000 files done.');
  client.go({ done: 300, left: 700 }); // too soon
  expect(said()).toContain('0 of 1,000');
  vi.setSystemTime(Date.now() + 60_000);
  client.go({ done: 310, left: 690 });
  expect(said()).toContain('310 of 1,000');
  vi.setSystemTime(Date.now() + 60_000);
  client.go({ done: 320, left: 680 }); // of the same quarter
  expect(said()).toContain('310 of 1,000');
  client.go({ state: 'paused' });
  expect(said()).toContain('Adding is paused');
  client.go({ state: 'idle', done: 1000, left: 0 });
  await expect.poll(said).toBe('1,000 files added.');
});
