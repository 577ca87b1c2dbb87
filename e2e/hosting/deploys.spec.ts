import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { packageSite } from '../../scripts/package/package-site.ts';
import type { Behaviour } from '../../scripts/serve/emulated/emulated-host.ts';
import type { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';
import { drawPictures } from '../library/own-pictures.ts';
import { SITE, serveHost } from '../sites.ts';
import { NEWER, writeNewerVersion } from './newer-version.ts';

const HOST: Behaviour = { headersFile: '_headers', appForMissing: true, hidesIndex: true };

/** A site as a host has it, and the version that comes after it. */
async function twoVersions(folder: string) {
  const [older, newer] = [join(folder, 'older'), join(folder, 'newer')];
  await packageSite({ site: SITE, out: older, host: 'cloudflare', base: './' });
  await writeNewerVersion(older, newer);
  return { older, newer, host: await serveHost(older, HOST) };
}

type Version = 'older' | 'newer';

/** Document, code, styles and workers of a page are all of one version. */
async function isAll(page: Page, version: Version): Promise<void> {
  const code = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => new URL(name).pathname)
      .filter((path) => /\/assets\/(?!onnxruntime|libheif).*\.(js|css)$/.test(path)),
  );
  const workers = page.workers().map((worker) => new URL(worker.url()).pathname);
  expect(code.length).toBeGreaterThan(1);
  expect(workers.length).toBeGreaterThan(0);
  const isNewer = (path: string) => new RegExp(`${NEWER}\\.(js|css)$`).test(path);
  const others = [...code, ...workers].filter((path) => isNewer(path) !== (version === 'newer'));
  expect(others, `files that are not of the ${version} version`).toEqual([]);
  await expect(page.locator('html[data-newer]')).toHaveCount(version === 'newer' ? 1 : 0);
}

async function kept(app: AppPage): Promise<void> {
  await app.openStatus();
  await expect(app.fact('App')).toHaveText('Kept');
  await app.closeStatus();
}

/** Takes the version that is offered. */
async function takeOffered(app: AppPage, version: Version): Promise<void> {
  await app.page.reload();
  await app.notices.getByRole('button', { name: 'Reload' }).click();
  await expect(app.page.locator('html[data-newer]')).toHaveCount(version === 'newer' ? 1 : 0);
  await app.ready();
}

test('a tab that is open while a site is published and taken back goes on with its own version', async ({
  app,
  guard,
  newTab,
  page,
}, info) => {
  const { older, newer, host } = await twoVersions(info.outputPath());
  guard.allow(host.origin);
  await app.open(`${host.origin}/?q=rocket`);
  await kept(app);
  const other = await newTab();
  await other.open(`${host.origin}/?q=dog`);

  await host.deploy(newer);
  await takeOffered(app, 'newer');
  await app.answered('rocket');
  await isAll(page, 'newer');

  // The other tab wants parts and workers that the server has no longer, and that the new version has not.
  await other.at(1).click();
  await expect(other.detail.getByRole('heading', { name: 'service dog' })).toBeVisible();
  await other.page.keyboard.press('Escape');
  await other.page.getByRole('link', { name: 'About' }).click();
  await expect(other.page.getByRole('heading', { name: 'Works by others' })).toBeVisible();
  await other.page.getByRole('link', { name: 'Back to the search' }).click();
  await other.field.fill('');
  await other.page.getByRole('link', { name: 'Use your own pictures' }).click();
  await other.page.getByLabel('Pictures', { exact: true }).setInputFiles(await drawPictures(1));
  await expect(other.page.getByRole('link', { name: 'Search your 1 picture' })).toBeVisible();
  expect(other.page.workers().length).toBeGreaterThan(1);
  await isAll(other.page, 'older');

  // Taken back: the same in the other direction.
  await host.deploy(older);
  await takeOffered(app, 'older');
  await app.answered('rocket');
  await isAll(page, 'older');
  await kept(app);
  await host.stop();
  guard.expect(/ERR_CONNECTION_REFUSED|Failed to fetch/);
  await page.reload();
  await app.answered('rocket');
  await isAll(page, 'older');
});

test('a version of which a server still gives the old document is not taken, and the whole one is', async ({
  app,
  guard,
  page,
}, info) => {
  const { older, newer, host } = await twoVersions(info.outputPath());
  const half = info.outputPath('half');
  await cp(newer, half, { recursive: true });
  await cp(join(older, 'index.html'), join(half, 'index.html'));
  guard.allow(host.origin);
  await app.open(`${host.origin}/?q=rocket`);
  await kept(app);

  await host.deploy(half);
  const before = host.asked.length;
  await page.reload();
  await app.answered('rocket');
  // The new service worker has read the document.
  await expect
    .poll(() => host.asked.slice(before).map(({ path }) => path))
    .toEqual(expect.arrayContaining(['sw.js', '']));
  await isAll(page, 'older');

  await host.deploy(newer);
  await takeOffered(app, 'newer');
  await app.answered('rocket');
  await isAll(page, 'newer');
});

test.describe('in a tab that nothing is kept for', () => {
  test.use({ serviceWorkers: 'block' });

  test('parts that the server has no longer say so, and reloading brings the new version', async ({
    app,
    guard,
    page,
  }, info) => {
    const { newer, host } = await twoVersions(info.outputPath());
    guard.allow(host.origin);
    guard.expect(/status of 404|dynamically imported module|Unable to preload CSS/);
    await app.open(`${host.origin}/?q=rocket`);
    await app.answered('rocket');
    await host.deploy(newer);
    await app.status.click();
    const dialog = page.getByRole('dialog', { name: 'Not loaded' });
    await dialog.getByRole('button', { name: 'Reload' }).click();
    await expect(app.statusPanel).toBeVisible();
    await isAll(page, 'newer');
  });

  test('a page whose code has gone while it was loading says so, and reloading brings the new version', async ({
    app,
    guard,
    page,
  }, info) => {
    const { newer, host } = await twoVersions(info.outputPath());
    guard.allow(host.origin);
    guard.expect(/status of 404/);
    host.before('boot.js', () => host.deploy(newer));
    await page.goto(`${host.origin}/?q=rocket`);
    await expect(page.getByRole('alert')).toContainText('a newer version has just been published');
    await page.getByRole('button', { name: 'Reload' }).click();
    await app.answered('rocket');
    await isAll(page, 'newer');
  });
});
