/** Duplicates in groups, and pictures by date, of a collection that build-index makes of generated photographs. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from '../fixtures.ts';
import { copyPublicFolder, script, serveSite } from '../sites.ts';

const COUNT = 12;

/** Pictures of blobs that differ; every fourth with a smaller copy and one that was saved again. */
async function makePictures(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let i = 0; i < COUNT; i++) {
    const blobs = Array.from({ length: 9 }, (_, j) => {
      const [x, y, r] = [(i * 97 + j * 53) % 320, (i * 41 + j * 89) % 240, 20 + ((i * 13 + j * 29) % 50)];
      return `<circle cx="${x}" cy="${y}" r="${r}" fill="hsl(${(i * 67 + j * 40) % 360} 70% ${25 + ((j * 17) % 55)}%)"/>`;
    });
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480" viewBox="0 0 320 240"><rect width="320" height="240" fill="hsl(${i * 30} 30% 50%)"/>${blobs.join('')}</svg>`;
    const year = 2019 + (i % 4);
    const taken = { IFD2: { DateTimeOriginal: `${year}:0${1 + (i % 9)}:15 10:00:00` } };
    const jpeg = await sharp(Buffer.from(svg)).jpeg({ quality: 90 }).withExif(taken).toBuffer();
    await writeFile(join(folder, `IMG_${i}.jpg`), jpeg);
    if (i % 4 !== 0) continue;
    await sharp(jpeg)
      .resize(320)
      .jpeg({ quality: 60 })
      .toFile(join(folder, `IMG_${i} small.jpg`));
    await sharp(jpeg)
      .webp({ quality: 60 })
      .toFile(join(folder, `IMG_${i} again.webp`));
  }
}

test('duplicates in groups with the one to keep, and pictures by date with a jump to a year', async ({
  app,
  guard,
  page,
}, info) => {
  const folder = await copyPublicFolder(info.outputPath('public'));
  const pictures = info.outputPath('pictures');
  await makePictures(pictures);
  await script('build-index.ts', pictures, '--out', join(folder, 'collections/photos'), '--title', 'Photos');
  const site = await serveSite(folder);
  guard.allow(site.origin);
  await app.open(`${site.origin}/?c=photos`);

  await test.step('by date', async () => {
    await page.getByRole('combobox', { name: 'Order' }).selectOption('Oldest first');
    await expect(page).toHaveURL(/sort=oldest/);
    const headings = page.locator('.grid-divider');
    await expect(headings.first()).toHaveText('January 2019');
    await page.getByRole('combobox', { name: 'Jump to a year' }).selectOption({ index: 4 });
    await expect(page.getByText('April 2022')).toBeInViewport();
    await page.reload();
    await expect(headings.first()).toHaveText('January 2019');
  });

  await test.step('duplicates', async () => {
    await page.getByRole('link', { name: 'Find duplicates' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'out of' })).toHaveText(
      '3 groups of 9 pictures, out of 18.',
    );
    await expect(page.getByText('Keep the first: largest, 640 × 480').first()).toBeVisible();
    await page.getByRole('slider', { name: 'How alike' }).press('Home');
    await expect(page.getByText('a likeness of at least 90 %')).toBeVisible();
    await page.getByRole('tab', { name: 'Same file' }).click();
    await expect(page.getByText('No two pictures have the same content.')).toBeVisible();
    await page.getByRole('tab', { name: 'Similar' }).click();
    await expect(page.getByRole('status').filter({ hasText: 'out of 18' })).toBeVisible();
    await page.getByRole('link', { name: 'Show IMG_0.jpg' }).click();
    await expect(app.detail).toBeVisible();
  });
});
