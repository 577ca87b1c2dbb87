import { BROWSER_ARGS, findBrowser } from '../../scripts/checks/browser.ts';
import { PUBLIC_FOLDER } from '../../scripts/repository/folders.ts';
import { expect, test } from '../fixtures.ts';
import { serveSite } from '../sites.ts';

const executablePath = findBrowser();

// A name that is not this machine's: a browser trusts it no more than a stranger's.
test.use({
  launchOptions: {
    args: [...BROWSER_ARGS, '--host-resolver-rules=MAP app.test 127.0.0.1'],
    ...(executablePath && { executablePath }),
  },
});

test('over plain HTTP search works, verified, and the page says what is off', async ({ app, guard, page }) => {
  const site = await serveSite(PUBLIC_FOLDER, '0.0.0.0');
  const origin = `http://app.test:${new URL(site.origin).port}`;
  guard.allow(origin);
  // The browser's own remark on the isolation headers, which it does not take from an origin it does not trust.
  guard.expect(/Cross-Origin-Opener-Policy|Origin-Agent-Cluster/);
  await app.open(`${origin}/?q=guitar`);
  await app.answered('guitar');
  expect(await page.evaluate(() => isSecureContext)).toBe(false);
  expect((await app.top(1))[0]).toBe('guitar');
  await expect(app.notices).toContainText('Plain HTTP: search works, more slowly, and needs a network each time.');

  await page.getByRole('group', { name: 'Rate this search' }).getByRole('radio', { name: '5', exact: true }).check();
  await app.reload();
  await expect(page.getByRole('radio', { name: '5', exact: true })).toBeChecked();

  await app.openStatus();
  await expect(app.fact('Device')).toContainText('the page is not served by HTTPS or from localhost');
  await expect(app.fact('Isolation')).toHaveText('Not isolated: one thread');
  await expect(app.fact('App')).toHaveText('Cannot be kept here');
  await expect(app.fact('Off here')).toContainText('Plain HTTP');
  await page.keyboard.press('Escape');

  await page.route(/text_model\.onnx$/, async (route) => {
    // Only the browser knows the made-up name.
    const response = await route.fetch({ url: route.request().url().replace('app.test', 'localhost') });
    const body = Buffer.from(await response.body());
    body[1000] = (body[1000] ?? 0) ^ 1;
    await route.fulfill({ response, body });
  });
  await page.reload();
  await expect(page.getByRole('alert').first()).toContainText('part-corrupt');
});

test('without IndexedDB search works, and the page says that nothing is logged', async ({ app, page }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(globalThis, 'indexedDB');
    Object.defineProperty(globalThis, 'indexedDB', { value: undefined, configurable: true });
    Reflect.deleteProperty(globalThis, 'indexedDB');
  });
  await app.open('./?q=guitar');
  await app.answered('guitar');
  await expect(app.notices).toContainText('searches are not logged');
  await expect(page.getByRole('group', { name: 'Rate this search' })).toBeHidden();
});
