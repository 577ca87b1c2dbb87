import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import type { Page } from '@playwright/test';
import { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';
import { makePublicFolder, serveSite, unpackCollection } from '../sites.ts';
import { OwnPictures } from './own-pictures.ts';
import { picturePaths, readPictures, savedAgain } from './pictures.ts';

/** A thousand takes some minutes: `AFTERIMAGE_COUNT=1000`. */
const COUNT = Number(env.AFTERIMAGE_COUNT ?? 300);

test('hundreds of pictures: added, killed, continued, searched, cleaned up, taken along, published', async ({
  app,
  newTab,
  browser,
  guard,
}) => {
  test.setTimeout(1_500_000);
  const paths = await picturePaths(COUNT);
  const work = await mkdtemp(join(tmpdir(), 'afterimage-journey-'));

  await test.step('add a folder, and kill the tab in the middle', async () => {
    const own = new OwnPictures(app.page);
    await own.stubFolder();
    await app.open();
    await app.page.getByRole('link', { name: 'Use your own pictures' }).click();
    await own.writeToFolder(await readPictures(paths));
    await app.page.getByRole('button', { name: 'Choose a folder' }).click();
    await expect.poll(() => added(app.page), { timeout: 300_000 }).toBeGreaterThan(50);
    await app.page.close();
  });

  const again = await newTab();
  await test.step('the next visit goes on where it was', async () => {
    await again.open('?view=library');
    const before = await added(again.page);
    expect(before).toBeLessThan(paths.length);
    await expect(again.page.getByRole('heading', { name: 'All added' })).toBeVisible({ timeout: 900_000 });
    await expect(again.page.getByText(`${paths.length.toLocaleString('en')} pictures`).first()).toBeVisible();
  });

  await test.step('search, and search by picture', async () => {
    await again.page.getByRole('link', { name: /^Search your/ }).click();
    await again.search('animal');
    const animals = await again.top(3);
    await again.at(1).hover();
    await again.page.getByRole('button', { name: `More like this: ${animals[0]}` }).click();
    await expect(again.page.getByRole('button', { name: `Remove like “${animals[0]}”` })).toBeVisible();
    expect((await again.shown()).length).toBeGreaterThan(10);
  });

  await test.step('a picture that was saved again is a duplicate; deleting it can be undone', async () => {
    const copy = await savedAgain(paths[0] as string, 'saved-again.jpg');
    await again.open('?view=library');
    await again.page.locator('input[aria-label="Pictures"]').setInputFiles([copy]);
    await expect(again.page.getByText(`${(paths.length + 1).toLocaleString('en')} pictures`).first()).toBeVisible();
    await again.open('?c=library&view=copies');
    await again.page.getByRole('tab', { name: 'Same picture' }).click();
    const found = again.page.getByRole('tabpanel').getByRole('status');
    await expect(found).toHaveText(/^[1-9]\d* groups? of \d+ pictures/);
    const groups = (await found.textContent()) ?? '';
    await again.page.getByRole('button', { name: 'Select all but the best' }).click();
    await again.page.getByRole('button', { name: /^Delete \d/ }).click();
    await expect(found).toHaveText('No two pictures look the same.');
    await again.notices.getByRole('button', { name: 'Undo' }).click();
    await expect(found).toHaveText(groups);
  });

  const taken = join(work, 'taken.zip');
  await test.step('export, and import in another browser', async () => {
    await again.open('?view=library');
    await download(again, () => again.page.getByRole('button', { name: 'Export' }).click(), taken);
    const elsewhere = await browser.newContext();
    await guard.watch(elsewhere);
    const page = await elsewhere.newPage();
    await page.goto(new URL('?view=library', again.page.url()).href);
    await page.locator('input[aria-label="Exported pictures"]').setInputFiles(taken);
    await expect(page.getByText(`${(paths.length + 1).toLocaleString('en')} pictures came in.`)).toBeVisible();
    await page.getByRole('link', { name: /^Search your/ }).click();
    await new AppPage(page).search('animal');
    await elsewhere.close();
  });

  await test.step('publish, and search the published collection', async () => {
    const published = join(work, 'published.zip');
    await again.page.getByText('Make a collection for a site').click();
    await download(again, () => again.page.getByRole('button', { name: 'Save the collection' }).click(), published);
    const folder = await makePublicFolder(join(work, 'public'));
    await unpackCollection(published, folder);
    const { origin } = await serveSite(folder);
    guard.allow(origin);
    await again.page.goto(origin);
    await again.ready();
    await again.search('animal');
    expect((await again.top(3)).length).toBe(3);
  });
  await again.page.close(); // it still fetches what is about to go
  await rm(work, { recursive: true, force: true });
});

/** Files that are in, as the queue says. */
async function added(page: Page): Promise<number> {
  const value = page.locator('.library-queue dd').first();
  return Number(((await value.textContent()) ?? '0').replaceAll(',', ''));
}

async function download(app: AppPage, start: () => Promise<void>, path: string): Promise<void> {
  const waiting = app.page.waitForEvent('download', { timeout: 300_000 });
  await start();
  await (await waiting).saveAs(path);
}
