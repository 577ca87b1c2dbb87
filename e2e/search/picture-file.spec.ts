/** What can be done with the file of an opened picture. */
import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import type { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';

async function open(app: AppPage, query: string): Promise<void> {
  await app.open(`./?q=${query}`);
  await app.answered(query);
  await app.at(1).click();
  await expect(app.detail.getByRole('button', { name: 'Download' })).toBeVisible();
}

const said = (app: AppPage, text: string) => app.detail.getByRole('status').filter({ hasText: text });

test('downloads the picture under its own name', async ({ app, page }) => {
  await open(app, 'guitar');
  const waiting = page.waitForEvent('download');
  await app.detail.getByRole('button', { name: 'Download' }).click();
  const download = await waiting;
  // Sites have no originals.
  expect(download.suggestedFilename()).toBe('guitar.webp');
  const file = await readFile(await download.path());
  expect(await sharp(file).metadata()).toMatchObject({ format: 'webp', width: 768, height: 768 });
  await expect(said(app, 'Downloaded in the size that is at hand: guitar.webp')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(said(app, 'Downloaded')).toHaveCount(0);
});

test('copies the picture as a PNG, and the link to it', async ({ app, page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await open(app, 'guitar');
  await app.detail.getByRole('button', { name: 'Copy picture' }).click();
  await expect(said(app, 'Picture copied')).toBeVisible();
  const png = await page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const blob = await item?.getType('image/png');
    return [...new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0))];
  });
  const copied = sharp(Buffer.from(png));
  expect(await copied.metadata()).toMatchObject({ format: 'png', width: 768, height: 768 });
  const { entropy } = await copied.stats();
  expect(entropy, 'it is not empty').toBeGreaterThan(0.5);

  await app.detail.getByRole('button', { name: 'Copy link' }).click();
  await expect(said(app, 'Link copied')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(page.url());
  expect(link).toMatch(/\?q=guitar&p=[0-9a-f]{16}$/);
});

test('what the browser does not allow is said', async ({ app, page }) => {
  await page.addInitScript(() => {
    navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
  });
  await open(app, 'guitar');
  await app.detail.getByRole('button', { name: 'Copy link' }).click();
  await expect(said(app, 'Copying failed: the browser does not allow it.')).toBeVisible();
});
