import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { PUBLIC_FOLDER } from '../../scripts/repository/folders.ts';
import type { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';
import { drawPictures, makePublicFolder, SITE, script, serveSite } from '../sites.ts';

/** Everything that the status panel promises is there without a network. */
async function kept(app: AppPage): Promise<void> {
  await app.openStatus();
  await expect(app.fact('App')).toHaveText('Kept');
  await expect(app.fact('Model, index')).toHaveText('Kept');
  // More than a thousand requests.
  await expect(app.fact('Pictures')).toHaveText(/^([\d,]+) of \1 kept$/);
  await app.closeStatus();
}

/** Every picture in the window, and not only its frame, is there. */
async function picturesAreSeen(app: AppPage): Promise<void> {
  await expect(app.grid.locator('.picture[data-state="shown"]')).not.toHaveCount(0);
  await expect(app.grid.locator('.picture:not([data-state="shown"])')).toHaveCount(0);
}

/** Whether the service worker answers with the runtime as it lies in the cache. */
async function compilesKeptRuntime(page: Page): Promise<boolean> {
  return await page.evaluate(async () => {
    for (const name of await caches.keys()) {
      const cache = await caches.open(name);
      for (const { url } of await cache.keys()) {
        const isWasm = (await cache.match(url))?.headers.get('content-type') === 'application/wasm';
        if (!isWasm || !url.includes('/.afterimage/content/')) continue;
        const module = await WebAssembly.compileStreaming(fetch(url, { cache: 'only-if-cached', mode: 'same-origin' }));
        return module instanceof WebAssembly.Module;
      }
    }
    return false;
  });
}

test('after the first visit, everything works without the server', async ({ app, guard, page }) => {
  const site = await serveSite(PUBLIC_FOLDER);
  guard.allow(site.origin);
  await app.open(`${site.origin}/?q=rocket`);
  await app.answered('rocket');
  const scale = page.getByRole('group', { name: 'Rate this search' });
  await scale.getByRole('radio', { name: '8', exact: true }).check();
  await expect(scale.getByRole('radio', { name: '8', exact: true })).toBeChecked();
  await kept(app);

  await site.stop();
  guard.expect(/ERR_CONNECTION_REFUSED|Failed to fetch/);
  await app.reload();
  await app.answered('rocket');
  expect(await compilesKeptRuntime(page), 'with it the browser keeps its machine code').toBe(true);
  await expect(app.notices).toContainText(/these are the pictures that the last visit kept/i);
  await expect(scale.getByRole('radio', { name: '8', exact: true })).toBeChecked();
  await picturesAreSeen(app);

  // What was never looked at while there was a network is there as well.
  await app.search('castle');
  expect((await app.top(3)).join()).toContain('castle');
  await picturesAreSeen(app);
  await app.at(1).focus();
  await page.keyboard.press('Control+End');
  await expect(app.at(1594)).toBeFocused();
  await picturesAreSeen(app);
  await page.keyboard.press('Enter');
  await expect(app.detail.getByRole('img')).toBeVisible();
  await page.keyboard.press('Escape');

  await scale.getByRole('radio', { name: '3', exact: true }).check();
  await expect(scale.getByRole('radio', { name: '3', exact: true })).toBeChecked();
  await page.getByRole('link', { name: 'Search log' }).click();
  await expect(page.locator('.log-query')).toHaveText(['castle', 'rocket']);
  await expect(page.locator('.log-rating')).toHaveText([/3/, /8/]);
  await page.getByRole('link', { name: 'About' }).click();
  await expect(page.getByRole('heading', { name: 'Works by others' })).toBeVisible();
  await expect(page.getByText('@huggingface/transformers')).toBeVisible();
});

test('says that it is offline, and that it is online again', async ({ app, context, guard }) => {
  await app.open();
  await kept(app);
  await context.setOffline(true);
  guard.expect(/ERR_INTERNET_DISCONNECTED/);
  await expect(app.status).toHaveAccessibleName('Status: Offline ready');
  await app.search('rocket');
  await app.openStatus();
  await expect(app.fact('Network')).toHaveText('Offline');
  await context.setOffline(false);
  await expect(app.fact('Network')).toHaveText('Online');
});

test('without a network and an earlier visit, says what is missing', async ({ app, guard, page }) => {
  guard.expect(/ERR_FAILED|ERR_CONNECTION_REFUSED/);
  await page.route(/collections\/|models\//, (route) => route.abort('connectionrefused'));
  await page.goto('./');
  await expect(page.getByRole('alert').getByText('network', { exact: true })).toBeVisible();
  await expect(app.status).toHaveAccessibleName('Status: Not working');
  await page.unroute(/collections\/|models\//);
  await page.getByRole('button', { name: 'Try again' }).first().click();
  await app.ready();
  await app.search('rocket');
});

test('says why the app is not kept where one of its files is missing, and keeps it once it is there', async ({
  app,
  context,
  guard,
}, info) => {
  const folder = info.outputPath('site');
  const data = [join(SITE, 'collections'), join(SITE, 'models')];
  await cp(SITE, folder, { recursive: true, filter: (path) => !data.includes(path) });
  const worker = await readFile(join(folder, 'sw.js'), 'utf8');
  const more = worker.replace('{"revision":', '{"revision":"1","url":"late.txt"},{"revision":');
  expect(more).not.toBe(worker);
  await writeFile(join(folder, 'sw.js'), more);
  const site = await serveSite(PUBLIC_FOLDER, '127.0.0.1', folder);
  guard.allow(site.origin);
  guard.expect(/status of 404|bad-precaching-response|ERR_INTERNET_DISCONNECTED/);
  await app.open(`${site.origin}/?q=rocket`);
  await app.openStatus();
  await expect(app.statusPanel).toContainText('The app could not be kept for offline use.');
  await expect(app.fact('App')).toHaveText('Not kept yet');

  await writeFile(join(folder, 'late.txt'), 'late');
  await context.setOffline(true);
  await expect(app.fact('Network')).toHaveText('Offline');
  await context.setOffline(false);
  await expect(app.fact('App')).toHaveText('Kept');
  await expect(app.statusPanel).not.toContainText('could not be kept');
});

test('an updated collection replaces the old one as a whole, and says so', async ({ app, guard, page }, info) => {
  const folder = await makePublicFolder(info.outputPath('public'));
  const collection = join(folder, 'collections/small');
  const build = async (name: string, pictures: readonly string[]) => {
    const drawn = await drawPictures(info.outputPath(name), pictures);
    await script('build-index.ts', drawn, '--out', collection, '--title', name);
  };
  await build('before', ['rocket', 'dog', 'cat', 'umbrella']);
  const site = await serveSite(folder);
  guard.allow(site.origin);
  await app.open(`${site.origin}/?q=rocket`);
  expect((await app.top(1))[0]).toBe('rocket.svg');
  await kept(app);

  await build('after', ['dog', 'cat', 'guitar', 'ghost', 'airplane']);
  await page.reload();
  await expect(app.notices).toContainText('The pictures have changed since the last visit: this is the new state.');
  await expect(page.getByRole('heading', { name: /^5 pictures/ })).toBeVisible();
  await app.search('guitar');
  expect((await app.top(1))[0]).toBe('guitar.svg');
  await expect(app.pictures).toHaveCount(5);
  await expect(app.grid.getByText('rocket.svg')).toHaveCount(0);
  await kept(app);

  // The third state misses a part: whoever has the second keeps it.
  await build('broken', ['dog', 'rocket', 'umbrella']);
  const vectors = (await readdir(collection)).filter((name) => name.startsWith('vectors-'));
  for (const name of vectors) await rm(join(collection, name));
  guard.expect(/status of 404/);
  await page.reload();
  await expect(app.notices).toContainText('There are newer pictures, but they could not be read completely');
  await expect(page.getByRole('heading', { name: /^5 pictures/ })).toBeVisible();
  await app.answered('guitar');
  expect((await app.top(1))[0]).toBe('guitar.svg');
});

test('deletes everything, on request', async ({ app, page }) => {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  await page.getByRole('group', { name: 'Rate this search' }).getByRole('radio', { name: '8', exact: true }).check();
  await page.getByRole('button', { name: /^Theme/ }).click();
  await kept(app);
  expect(await remains(app)).not.toEqual(NOTHING);

  await app.openStatus();
  await page.getByRole('button', { name: 'Delete everything' }).click();
  await page.getByRole('button', { name: 'Yes, delete it all' }).click();
  // The page is left at once and starts as on a first visit.
  await expect(page).toHaveURL(/\/$/);
  await app.ready();
  expect((await remains(app)).settings).toBe(0);
  await page.getByRole('link', { name: 'Search log' }).click();
  await expect(page.getByText('No searches yet.')).toBeVisible();
});

const NOTHING = { databases: [], caches: [], registrations: 0, settings: 0 };

async function remains(app: AppPage) {
  return app.page.evaluate(async () => ({
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
    registrations: (await navigator.serviceWorker.getRegistrations()).length,
    settings: localStorage.length,
  }));
}
