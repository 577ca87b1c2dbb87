import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from '@playwright/test';
import type { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';
import { SITE, script, serveBare } from '../sites.ts';

/** Counts how often the page is loaded. */
function countLoads(page: Page): () => number {
  let loads = 0;
  page.on('domcontentloaded', () => {
    loads += 1;
  });
  return () => loads;
}

async function isolatedAfterOneReload(app: AppPage, address: string): Promise<void> {
  const loads = countLoads(app.page);
  // A slow machine may take longer than the page waits for isolation on a first visit.
  await app.page.addInitScript(() => {
    const wait = globalThis.setTimeout;
    const patiently = (work: () => void, ms = 0) => wait(work, ms === 4000 ? 100_000 : ms);
    globalThis.setTimeout = patiently as typeof setTimeout;
  });
  // Not until it is loaded: by then it may be loading again.
  await app.page.goto(`${address}?q=guitar`, { waitUntil: 'commit' });
  await app.answered('guitar');
  expect((await app.top(1))[0]).toBe('guitar');
  expect(await app.page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(loads()).toBe(2);
  await app.openStatus();
  await expect(app.fact('Isolation')).toContainText('Cross-origin isolated');
  await expect(app.fact('Pictures')).toHaveText('3,184 of 3,184 kept');
  await app.closeStatus();

  // Every address reloads, and the service worker isolates it at once.
  await app.at(1).click();
  await app.page.reload();
  await expect(app.detail.getByRole('heading', { name: 'guitar', exact: true })).toBeVisible();
  expect(await app.page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(loads()).toBe(3);
}

test('in a folder of a server without headers, the service worker isolates the page', async ({ app, guard }, info) => {
  const root = info.outputPath('root');
  await mkdir(root, { recursive: true });
  await symlink(SITE, join(root, 'pictures'));
  const site = await serveBare(root);
  guard.allow(site.origin);
  await isolatedAfterOneReload(app, `${site.origin}/pictures/`);
  await site.stop();
  guard.expect(/ERR_CONNECTION_REFUSED|Failed to fetch/);
  await app.page.reload();
  await app.answered('guitar');
});

test('a build for one folder works there', async ({ app, guard }, info) => {
  const root = info.outputPath('root');
  await script('build.ts', '--base', '/repo/', '--out', join(root, 'repo'), '--origin', 'https://pictures.example');
  const site = await serveBare(root);
  guard.allow(site.origin);
  await isolatedAfterOneReload(app, `${site.origin}/repo/`);
  const description = await app.page.request.get(`${site.origin}/repo/opensearch.xml`);
  expect(await description.text()).toContain('https://pictures.example/repo/?q={searchTerms}');
  const tag = (property: string) => app.page.locator(`meta[property="${property}"]`);
  await expect(tag('og:url')).toHaveAttribute('content', 'https://pictures.example/repo/');
  await expect(tag('og:image')).toHaveAttribute('content', 'https://pictures.example/repo/icons/icon-512.png');
  expect((await app.page.request.get(`${site.origin}/repo/icons/icon-512.png`)).ok()).toBe(true);
});

test('where the service worker is refused, the page starts all the same, without a loop', async ({
  app,
  guard,
  page,
}, info) => {
  const root = info.outputPath('root');
  await mkdir(root, { recursive: true });
  await symlink(SITE, join(root, 'pictures'));
  const site = await serveBare(root);
  guard.allow(site.origin);
  guard.expect(/sw\.js/);
  await page.addInitScript(() => {
    ServiceWorkerContainer.prototype.register = () => Promise.reject(new DOMException('no', 'SecurityError'));
  });
  const loads = countLoads(page);
  await app.open(`${site.origin}/pictures/?q=guitar`);
  await app.answered('guitar');
  expect(loads()).toBe(1);
  await app.openStatus();
  await expect(app.fact('Isolation')).toHaveText('Not isolated: one thread');
  await expect(app.fact('Threads')).toHaveText('1');
});

test('`start` tells browsers how to search from the address bar', async ({ app, page }) => {
  await app.open();
  const link = page.locator('link[rel="search"]');
  await expect(link).toHaveAttribute('type', 'application/opensearchdescription+xml');
  const address = new URL((await link.getAttribute('href')) ?? '', page.url());
  const description = await page.request.get(address.href);
  expect(await description.text()).toContain(`template="${new URL('./', page.url()).href}?q={searchTerms}"`);
});

test('is installable: manifest and icons are there', async ({ app, page }) => {
  await app.open();
  const address = new URL((await page.locator('link[rel="manifest"]').getAttribute('href')) ?? '', page.url());
  const manifest = (await (await page.request.get(address.href)).json()) as {
    name: string;
    display: string;
    icons: { src: string; sizes: string; purpose?: string }[];
  };
  expect(manifest).toMatchObject({ name: expect.stringContaining('Afterimage'), display: 'standalone' });
  expect(manifest.icons.map(({ sizes }) => sizes)).toEqual(expect.arrayContaining(['192x192', '512x512']));
  for (const { src } of manifest.icons) expect((await page.request.get(new URL(src, address).href)).ok()).toBe(true);
});

test('the server sends the policy, isolation and nothing that is not there', async ({ request }) => {
  const response = await request.get('./');
  expect(response.headers()).toMatchObject({
    'content-security-policy': expect.stringMatching(/^default-src 'none'; script-src 'self' 'wasm-unsafe-eval';/),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
  });
  expect((await request.get('./nowhere.html')).status()).toBe(404);
});

test('opened from the disk, the page says what to do instead', async ({ guard, page }) => {
  guard.expect(/file:/, /ERR_FAILED/);
  await page.goto(pathToFileURL(join(SITE, 'index.html')).href);
  await expect(page.getByRole('heading', { name: 'Opened from the disk?' })).toBeVisible();
  await expect(page.getByText('npx -y pnpm@12 start')).toBeVisible();
  await expect(page.locator('.static-old')).toBeHidden();
});
