import type { Page, Request, Route } from '@playwright/test';
import { expect, hold, test } from '../fixtures.ts';
import { makeCollection, serveSite } from '../sites.ts';

/** More than the megabyte below which a file is read as a whole for its first bytes. */
const [COUNT, DIM] = [10_000, 128];
const VECTORS = /\/vectors-/;

/** A site with a collection of made-up vectors with codes, called `coded`, and its address. */
async function codedSite(folder: string, count = COUNT): Promise<{ folder: string; address: string }> {
  const site = await makeCollection(folder, { name: 'coded', title: 'Coded', index: 'codes', count, dim: DIM });
  const { origin } = await serveSite(site);
  return { folder: site, address: `${origin}/?c=coded` };
}

/** Not the first bytes of the vectors, without which nothing is searched. */
const isWhole = (request: Request) => request.headers().range === undefined;

/** What is on the page, and where. */
const place = (page: Page) =>
  page.evaluate(() => ({
    scroll: scrollY,
    focused: document.activeElement?.getAttribute('data-cell'),
    top: document.activeElement?.getBoundingClientRect().top,
  }));

test('an answer by estimates is asked again by itself when the vectors have arrived', async ({
  app,
  guard,
  page,
}, info) => {
  const site = await codedSite(info.outputPath());
  guard.allow(new URL(site.address).origin);
  await page.clock.install();
  const release = await hold(page, VECTORS, isWhole);
  await app.open(`${site.address}&q=rocket`);
  await app.answered('rocket');
  await expect(page.getByText(/^Pictures are still arriving.*: some scores are estimates\.$/)).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'Pictures are still arriving' })).toHaveCount(1);
  // Logged as a completed search by now, and rated.
  const scale = page.getByRole('group', { name: 'Rate this search' });
  await scale.getByRole('radio', { name: '8', exact: true }).check();
  await expect(scale.getByRole('button', { name: 'Withdraw' })).toBeEnabled();
  await app.at(5).focus();
  await page.evaluate(() => scrollBy({ top: 200, behavior: 'instant' }));
  const before = await place(page);

  release();
  await expect(page.getByText(/10,000 pictures searched in [\d.<]+ m?s\.$/)).toBeVisible();
  expect(await place(page)).toEqual(before);
  await expect(scale.getByRole('radio', { name: '8', exact: true })).toBeChecked();
  await page.clock.fastForward(1500); // what is asked again is not logged after the usual pause either
  await page.getByRole('link', { name: 'Search log' }).click();
  await expect(page.locator('.log-query')).toHaveText(['rocket']);
  await expect(page.locator('.log-rating')).toHaveText([/8/]);
});

test('vectors that a lost network stopped go on arriving when it is back', async ({
  app,
  guard,
  page,
  context,
}, info) => {
  const site = await codedSite(info.outputPath());
  guard.allow(new URL(site.address).origin);
  guard.expect(/ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to (load|fetch)/);
  const fail = (route: Route) => (isWhole(route.request()) ? route.abort('failed') : route.fallback());
  await page.route(VECTORS, fail);
  await app.open(`${site.address}&q=rocket`);
  await app.answered('rocket');
  await expect(page.getByText(/^Pictures are still arriving/)).toBeVisible();
  await context.setOffline(true);
  await expect(page.getByText(/^Offline.*: some scores are estimates until the network is back\.$/)).toBeVisible();
  await page.unroute(VECTORS, fail);
  await context.setOffline(false);
  await expect(page.getByText(/10,000 pictures searched in [\d.<]+ m?s\.$/)).toBeVisible();
});

test('blocks that cannot be fetched leave scores estimated, and the page says why', async ({
  app,
  guard,
  page,
  context,
}, info) => {
  const site = await codedSite(info.outputPath(), 4 * COUNT); // of 10,000, one answer reads all records
  guard.allow(new URL(site.address).origin);
  guard.expect(/ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to (load|fetch)/);
  await app.open(`${site.address}&index=blocks&q=rocket`);
  await app.answered('rocket');
  await expect(page.getByText(/s\. Scores further down are estimates\.$/)).toBeVisible();
  await context.setOffline(true);
  await app.search('a very long description of an old castle by the sea');
  await expect(page.getByText(/s\. Offline: some scores are estimates\.$/)).toBeVisible();
  // Some of its records are in blocks that were not read: pictures of the query before do not stand in for them.
  const unread = app.grid.locator('a[data-cell]:not([href])');
  await expect(unread).not.toHaveCount(0);
  await expect(app.notices).toContainText('There is no network');
  const titles = (await app.shown()).map(({ title }) => title);
  expect(titles.filter((title, at) => titles.indexOf(title) < at)).toEqual([]);
  await context.setOffline(false);
  await expect(page.getByText(/s\. Scores further down are estimates\.$/)).toBeVisible();
  await expect(unread).toHaveCount(0);
});
