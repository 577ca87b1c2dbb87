import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { PUBLIC_FOLDER } from '../../scripts/repository/folders.ts';
import type { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';
import { drawPictures, serveSite } from '../sites.ts';

/** Drawings as PNG files, each called by what is on it. */
async function pictures(folder: string, names: readonly string[]): Promise<string[]> {
  const drawn = await drawPictures(join(folder, 'drawn'), names);
  const out = join(folder, 'pictures');
  await mkdir(out, { recursive: true });
  for (const file of await readdir(drawn)) {
    await sharp(join(drawn, file))
      .png()
      .toFile(join(out, file.replace('.svg', '.png')));
  }
  return names.map((name) => join(out, `${name}.png`));
}

/** Put files into the library, as somebody does who chooses them, and wait until all are in. */
async function add(app: AppPage, origin: string, files: readonly string[], count: number): Promise<void> {
  await app.page.goto(`${origin}/?view=library`);
  await app.page.getByLabel('Pictures', { exact: true }).setInputFiles([...files]);
  await expect(app.page.getByRole('link', { name: `Search your ${count} pictures` })).toBeVisible();
}

const picker = (app: AppPage) => app.page.getByRole('combobox', { name: 'Collection' });

test('own pictures are searched as they come in, after a reload and without the server', async ({
  app,
  guard,
  newTab,
  page,
}, info) => {
  const site = await serveSite(PUBLIC_FOLDER);
  guard.allow(site.origin);
  const first = await pictures(info.outputPath('first'), ['rocket', 'guitar', 'castle', 'dog', 'banana']);
  await add(app, site.origin, first, 5);

  await app.open(`${site.origin}/?c=library`);
  await expect(app.pictures).toHaveCount(5);
  await expect(picker(app).locator('option:checked')).toHaveText('Your pictures (5)');
  await app.search('a rocket');
  await expect(app.at(1)).toHaveText(/^rocket/);
  // Few pictures: nothing is claimed of what matches.
  await expect(app.pictures).toHaveCount(5);
  await expect(app.grid.locator('.picture[data-state="shown"]')).toHaveCount(5);

  const other = await newTab();
  const more = await pictures(info.outputPath('more'), ['bicycle', 'cactus']);
  await add(other, site.origin, more, 7);
  await expect(app.pictures).toHaveCount(7);
  await app.search('a bicycle');
  await expect(app.at(1)).toHaveText(/^bicycle/);

  // The picture itself, at its size, from the file or what was made of it.
  await app.at(1).click();
  await expect(app.detail.getByRole('img', { name: /bicycle/ }).first()).toBeVisible();
  await page.keyboard.press('Escape');
  await app.openStatus();
  await expect(app.fact('App')).toHaveText('Kept');
  await expect(app.fact('Model, index')).toHaveText('Kept');
  await page.keyboard.press('Escape');
  await other.page.close();

  await site.stop();
  guard.expect(/ERR_CONNECTION_REFUSED|Failed to fetch/);
  await app.reload();
  await app.answered('a bicycle');
  await expect(app.at(1)).toHaveText(/^bicycle/);
  await expect(app.grid.locator('.picture[data-state="shown"]')).toHaveCount(7);
  await app.search('a castle');
  await expect(app.at(1)).toHaveText(/^castle/);
});

test('all collections and own pictures are searched as one, or one of them', async ({ app, guard, page }, info) => {
  const site = await serveSite(PUBLIC_FOLDER);
  guard.allow(site.origin);
  await add(app, site.origin, await pictures(info.outputPath(), ['rocket', 'guitar']), 2);
  await app.open(`${site.origin}/`);
  await picker(app).selectOption('All pictures');
  await expect(page).toHaveURL(/\?c=\*$/);
  await expect(page.getByText('All pictures, 1,596 pictures. From Fluent Emoji and Your pictures.')).toBeVisible();
  await app.ready();
  await app.search('rocket');
  // The drawing is in both, and as near.
  const rockets = ['From Fluent Emoji: rocket', 'From Your pictures: rocket.png'];
  await expect.poll(() => app.top(8)).toEqual(expect.arrayContaining(rockets));
  await expect(page.getByText(/1,596 pictures searched in /)).toBeVisible();
  await expect(app.grid.locator('.picture[data-state="failed"]')).toHaveCount(0);

  await app.field.fill('rocket in:library');
  await expect(page.getByText(/2 pictures searched in /)).toBeVisible();
  await expect(app.pictures).toHaveCount(2);
  await expect(app.at(1)).toHaveText(/From Your pictures: rocket/);
  await app.at(1).click();
  await expect(app.detail.getByText('Your pictures', { exact: true })).toBeVisible();
  await page.keyboard.press('Escape');

  await page.reload();
  await expect(page).toHaveURL(/c=\*/);
  await expect(app.at(1)).toHaveText(/From Your pictures: rocket/);
});
