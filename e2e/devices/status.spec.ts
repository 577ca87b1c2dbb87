import { expect, test } from '../fixtures.ts';

test('the status panel says how things stand', async ({ app, page }) => {
  await app.open('./?view=status');
  await expect(app.statusPanel).toBeVisible();
  await expect(
    app.statusPanel.getByText(/^All is ready(, also without a network)?\. Searches run on this device/),
  ).toBeVisible();
  await expect(app.fact('Device')).toContainText('WebAssembly, because');
  await expect(app.fact('Model')).toContainText('afterimage-mini');
  await expect(app.fact('Precision')).toHaveText('fp32, 256 dimensions');
  await expect(app.fact('Self-test')).toHaveText(/^Cosine (0\.999|1\.0)\d+ to the golden vectors$/);
  await expect(app.fact('Index')).toContainText('HNSW graph');
  await expect(app.fact('Vectors')).toHaveText('1,594 × 256');
  await expect(app.fact('Size')).toContainText('1,594 pictures');
  await expect(app.fact('Isolation')).toHaveText('Cross-origin isolated: threads are available');
  await expect(app.fact('Threads')).toHaveText(/^\d+$/);
  await expect(app.fact('Storage')).toHaveText(/^[\d.]+ .?B used by this site$/);
  await expect(app.fact('Pictures')).toHaveText('3,184 of 3,184 kept');
  await expect(app.fact('ONNX Runtime')).toHaveText(/^1\./);
  await expect(app.fact('Transformers.js')).toHaveText(/^4\./);
  await app.statusPanel.getByRole('button', { name: 'Close' }).click();
  await expect(app.statusPanel).toBeHidden();
  await expect(page).toHaveURL(/\/$/);
});

test('wasm is used where it is asked for', async ({ app }) => {
  await app.open('./?device=wasm&view=status');
  await expect(app.fact('Device')).toContainText('WebAssembly was asked for in the address.');
});

test('About names what is inside and whose it is', async ({ app, page }) => {
  await app.open('./?view=about');
  await expect(page.getByRole('heading', { name: 'About Afterimage' })).toBeVisible();
  await expect(page.getByText(/Tiny ImageNet/).first()).toBeVisible();
  await expect(page.getByText(/Fluent Emoji/).first()).toBeVisible();
  const licence = page.getByRole('group').filter({ hasText: 'hnswlib-wasm' });
  await licence.locator('summary').click();
  await expect(licence).toContainText('Apache License');
  await page.getByRole('link', { name: 'Back to the search' }).click();
  await expect(app.field).toBeVisible();
});

test('the theme is chosen and kept', async ({ app, page }) => {
  await app.open();
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  await page.getByRole('button', { name: 'Theme: as the system' }).click();
  const chosen = await page.getByRole('button', { name: /^Theme: (light|dark)$/ }).getAttribute('aria-label');
  const first = await background();
  await page.getByRole('button', { name: /^Theme/ }).click();
  await expect.poll(background).not.toBe(first);
  await page.getByRole('button', { name: /^Theme/ }).click();
  await page.getByRole('button', { name: 'Theme: as the system' }).click();
  await page.reload();
  await expect(page.getByRole('button', { name: chosen ?? '' })).toBeVisible();
  expect(await background()).toBe(first);
});
