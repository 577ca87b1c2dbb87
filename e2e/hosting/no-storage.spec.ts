import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { BROWSER_ARGS, findBrowser } from '../../scripts/checks/browser.ts';
import { AppPage } from '../app-page.ts';
import { beforeWorker, expect, test } from '../fixtures.ts';

/** How each storage of a browser refuses, in the page and in its worker: as Chromium does it for sites that may keep nothing. */
const REFUSALS = {
  locks: `LockManager.prototype.request = () => Promise.reject(new DOMException('The request was denied.', 'SecurityError'));`,
  caches: `for (const name of ['open', 'match', 'keys', 'has', 'delete'])
    CacheStorage.prototype[name] = () => Promise.reject(new DOMException('Denied.', 'SecurityError'));`,
  'caches, which cannot even be named': `Object.defineProperty(globalThis, 'caches', { get() { throw new DOMException('Denied.', 'SecurityError'); } });`,
  IndexedDB: `IDBFactory.prototype.open = () => { throw new DOMException('Denied.', 'SecurityError'); };
    IDBFactory.prototype.deleteDatabase = IDBFactory.prototype.open;`,
  'channels between tabs': `globalThis.BroadcastChannel = class { constructor() { throw new DOMException('Denied.', 'SecurityError'); } };`,
  'settings and the session': `if (globalThis.Storage) for (const name of ['localStorage', 'sessionStorage'])
    Object.defineProperty(globalThis, name, { get() { throw new DOMException('Denied.', 'SecurityError'); } });`,
  'service workers': `if (globalThis.ServiceWorkerContainer) for (const name of ['register', 'getRegistration'])
    ServiceWorkerContainer.prototype[name] = () => Promise.reject(new DOMException('Denied.', 'SecurityError'));`,
  'estimates of storage': `for (const name of ['estimate', 'persist', 'persisted'])
    StorageManager.prototype[name] = () => Promise.reject(new DOMException('Denied.', 'SecurityError'));`,
} as const;

async function refuse(page: Page, script: string): Promise<void> {
  await page.addInitScript(script);
  await beforeWorker(page, script, Number.POSITIVE_INFINITY);
}

for (const [name, script] of Object.entries({ ...REFUSALS, 'all of it': Object.values(REFUSALS).join('\n') })) {
  test.describe(`where the browser forbids ${name}`, () => {
    // One that was kept would answer in the place of what is changed here.
    test.use({ serviceWorkers: 'block' });

    test('search, detail view and status panel work', async ({ app, page }) => {
      await refuse(page, script);
      await app.open('./?q=dog');
      await app.answered('dog');
      expect(await app.top(1)).toEqual(['service dog']);
      await app.at(1).click();
      await expect(app.detail.getByRole('heading', { name: 'service dog' })).toBeVisible();
      await page.keyboard.press('Escape');
      await app.search('rocket');
      await page.getByRole('button', { name: /^Theme/ }).click();
      await app.openStatus();
      await expect(app.fact('Device')).toContainText('WebAssembly');
      await expect(app.statusPanel.getByText(/^All is ready\./)).toBeVisible();
    });
  });
}

test('where sites may keep nothing, search works, and the page says what is not kept', async ({ baseURL }, info) => {
  const profile = info.outputPath('profile');
  await mkdir(join(profile, 'Default'), { recursive: true });
  const preferences = { profile: { default_content_setting_values: { cookies: 2 } } };
  await writeFile(join(profile, 'Default', 'Preferences'), JSON.stringify(preferences));
  const executablePath = findBrowser();
  const context = await chromium.launchPersistentContext(profile, {
    args: [...BROWSER_ARGS],
    ...(executablePath && { executablePath }),
    ...(baseURL && { baseURL }),
  });
  try {
    const app = new AppPage(await context.newPage());
    await app.open('./?q=dog');
    await app.answered('dog');
    expect(await app.page.evaluate(() => navigator.locks.request('any', () => true).catch((error) => error.name))).toBe(
      'SecurityError',
    );
    expect(await app.top(1)).toEqual(['service dog']);
    await expect(app.notices).toContainText('searches are not logged');
    await expect(app.notices).toContainText('allow this site to store data');
    await expect(app.page.getByRole('group', { name: 'Rate this search' })).toBeHidden();
    await app.openStatus();
    await expect(app.fact('Model, index')).toContainText('Not kept.');
  } finally {
    await context.close();
  }
});
