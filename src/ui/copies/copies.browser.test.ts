import axe from 'axe-core';
import { createComponent, createSignal } from 'solid-js';
import { render } from 'solid-js/web';
import { afterEach, expect, it, vi } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { createDeferred } from '../../engine/async/deferred.ts';
import type { Item } from '../../engine/collection/types.ts';
import { AfterimageError } from '../../engine/errors.ts';
import type { CopiesRequest, FoundCopies } from '../../protocol/query-worker.ts';
import { createAddressBar } from '../../state/search/address.ts';
import { type App, AppContext } from '../context.ts';
import CopiesView from './copies-view.tsx';
import '../styles/main.css';
import '../app.css';
import '../grid/grid.css';
import '../grid/picture.css';

let cleanup = () => {};
afterEach(() => cleanup());

const idOf = (row: number) => row.toString(16).padStart(16, '0');

function itemOf(row: number): Item {
  const best = row % 3 === 0;
  return {
    ...{ id: idOf(row), name: `holiday/IMG_${row}.jpg`, title: null, licence: null, date: null, preview: null },
    ...{ width: best ? 4000 : 1600, height: best ? 3000 : 1200, bytes: best ? 3_200_000 : 410_000 },
    thumbnail: { path: `${row}.webp`, width: 4, height: 3 },
  };
}

/** Groups of three pictures each. */
function groupsOf(count: number): FoundCopies {
  const groups = Array.from({ length: count }, (_, i) => {
    const rows = [3 * i, 3 * i + 1, 3 * i + 2];
    return { rows, ids: rows.map(idOf), reasons: ['pixels', 'bytes'] as const };
  });
  return { groups, pictures: 20_000, unhashed: 0, hashedOnly: 0 };
}

type Find = (request: CopiesRequest, onProgress: (done: number) => void) => Promise<FoundCopies | undefined>;

function show(find: Find, remove?: (ids: readonly string[]) => Promise<boolean>): void {
  const root = document.createElement('main');
  root.className = 'page';
  document.body.append(root);
  const picture = () => ({ url: `data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 3"/>` });
  const dispose = render(() => {
    const app = {
      address: createAddressBar(),
      session: { name: () => (remove ? 'library' : 'demo'), collectionError: () => undefined },
      items: { get: itemOf, again: () => undefined, changed: () => undefined },
      pictureSource: () => ({ picture }),
      allPictures: createSignal({ rows: undefined })[0],
      copies: { copies: find, stopCopies: async () => {} },
      library: { load: async () => ({ remove }) },
    } as unknown as App;
    return createComponent(AppContext.Provider, {
      value: app,
      get children() {
        return createComponent(CopiesView, {});
      },
    });
  }, root);
  cleanup = () => {
    dispose();
    root.remove();
  };
}

async function violations(): Promise<string[]> {
  await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined)));
  const found = await axe.run(document.querySelector('main') ?? document.body);
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

const boxes = () => [...document.querySelectorAll<HTMLInputElement>('.copies-cell input')];

it('says what was found, which one to keep and why, and selects and deletes the others', async () => {
  const remove = vi.fn(async () => true);
  show(async () => groupsOf(2), remove);
  await expect.element(page.getByText('2 groups of 6 pictures, out of 20,000.')).toBeVisible();
  await expect.element(page.getByText('Keep the first: largest, 4,000 × 3,000').first()).toBeVisible();
  await expect.poll(() => document.querySelectorAll('.copies-best').length).toBe(2);
  expect(await violations()).toEqual([]);
  await expect.element(page.getByRole('button', { name: 'Delete' })).toBeDisabled();
  await page.getByRole('button', { name: 'Select all but the best' }).click();
  expect(boxes().map(({ checked }) => checked)).toEqual([false, true, true, false, true, true]);
  await page.getByRole('checkbox', { name: /IMG_4/ }).click({ force: true });
  await page.getByRole('button', { name: 'Delete 3 pictures' }).click();
  expect(remove).toHaveBeenCalledExactlyOnceWith([1, 2, 5].map(idOf));
  await expect.element(page.getByRole('button', { name: 'Delete' })).toBeDisabled();
});

it('selects the others of one group, and gives them up again', async () => {
  show(
    async () => groupsOf(2),
    async () => true,
  );
  const first = page.getByRole('button', { name: 'Select the others: copies of IMG_0.jpg' });
  await first.click();
  expect(boxes().map(({ checked }) => checked)).toEqual([false, true, true, false, false, false]);
  await page.getByRole('button', { name: 'Unselect the others: copies of IMG_0.jpg' }).click();
  expect(boxes().some(({ checked }) => checked)).toBe(false);
});

it('shows pictures of a site, and offers no deleting', async () => {
  show(async () => groupsOf(1));
  await expect.element(page.getByText('These pictures belong to the site')).toBeVisible();
  expect(document.querySelector('.copies input[type="checkbox"]')).toBeNull();
  expect(page.getByRole('button', { name: /Delete|Select/ }).elements()).toEqual([]);
  expect(await violations()).toEqual([]);
});

it('asks again when the slider moves, by mouse and by keyboard, and says what it means', async () => {
  const asked: CopiesRequest[] = [];
  show(async (request) => {
    asked.push(request);
    return groupsOf(Math.round(1000 * (0.995 - request.threshold)));
  });
  await expect.element(page.getByText('15 groups of 45 pictures, out of 20,000.')).toBeVisible();
  const slider = page.getByRole('slider', { name: 'How alike' });
  await expect.element(slider).toHaveAttribute('aria-valuetext', 'a likeness of at least 98 %');
  await userEvent.click(slider);
  asked.length = 0;
  for (let i = 0; i < 20; i++) await userEvent.keyboard('{ArrowRight}');
  await expect.element(slider).toHaveAttribute('aria-valuetext', 'a likeness of at least 99.5 %');
  await expect.element(page.getByText('No two pictures look the same.')).toBeVisible();
  // Not for every step.
  expect(asked.length).toBeLessThan(5);
  expect(asked.at(-1)).toMatchObject({ kind: 'near', threshold: 0.995 });
  await page.getByRole('tab', { name: 'Similar' }).click();
  await expect.poll(() => asked.at(-1)).toMatchObject({ kind: 'similar', threshold: 0.92 });
  await page.getByRole('tab', { name: 'Same file' }).click();
  await expect.poll(() => asked.at(-1)).toMatchObject({ kind: 'exact' });
  expect(page.getByRole('slider').elements()).toEqual([]);
});

it('says how far it is, and an answer to what was asked before is not shown', async () => {
  const [first, second] = [createDeferred<FoundCopies>(), createDeferred<FoundCopies>()];
  show(async ({ kind }, onProgress) => {
    onProgress(0.4);
    return kind === 'near' ? first.promise : second.promise;
  });
  await expect.element(page.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '40');
  expect(await violations()).toEqual([]);
  await page.getByRole('tab', { name: 'Similar' }).click();
  await expect.element(page.getByRole('progressbar')).toBeVisible();
  first.resolve(groupsOf(5));
  second.resolve(groupsOf(1));
  await expect.element(page.getByText('1 group of 3 pictures, out of 20,000.')).toBeVisible();
  expect(page.getByRole('progressbar').elements()).toEqual([]);
});

it('is done with the answer, also where the last of its progress comes later', async () => {
  let tell = (_done: number) => {};
  show(async (_request, onProgress) => {
    tell = onProgress;
    return groupsOf(1);
  });
  await expect.element(page.getByText('1 group of 3 pictures, out of 20,000.')).toBeVisible();
  tell(1);
  await new Promise((resolve) => setTimeout(resolve));
  expect(page.getByRole('progressbar').elements()).toEqual([]);
  await expect.element(page.getByText('1 group of 3 pictures, out of 20,000.')).toBeVisible();
});

it('says why nothing can be compared, and tries again', async () => {
  let attempts = 0;
  show(async () => {
    if (attempts++ === 0) throw new AfterimageError('network', 'The network does not answer.');
    return { groups: [], pictures: 30, unhashed: 30, hashedOnly: 0 };
  });
  await expect.element(page.getByText('The network does not answer.')).toBeVisible();
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect.element(page.getByText('No two pictures look the same.')).toBeVisible();
  await expect.element(page.getByText('How these pictures look was not stored')).toBeVisible();
});

it('of thousands of groups a few rows are in the document, and the last can be reached', async () => {
  show(
    async () => groupsOf(5000),
    async () => true,
  );
  await expect.element(page.getByText('5,000 groups of 15,000 pictures, out of 20,000.')).toBeVisible();
  await expect.poll(() => boxes().length).toBeGreaterThan(0);
  expect(boxes().length).toBeLessThan(300);
  scrollTo(0, document.documentElement.scrollHeight);
  await expect.poll(() => document.body.textContent).toContain('IMG_14999.jpg');
  expect(boxes().length).toBeLessThan(300);
});
