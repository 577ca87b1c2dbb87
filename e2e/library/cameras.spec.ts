import { cameraFiles } from '../../scripts/checks/camera-files.ts';
import { expect, test } from '../fixtures.ts';
import { OwnPictures } from './own-pictures.ts';

test('HEIC and RAW files, and those that belong together, are pictures with date, camera and place', async ({
  app,
  page,
}) => {
  const own = new OwnPictures(page);
  await own.stubFolder();
  await own.open();
  const files = await cameraFiles();
  await own.writeToFolder(files.map(({ name, bytes }) => ({ name, mimeType: '', buffer: Buffer.from(bytes) })));
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await own.has(10);
  await expect(page.getByRole('heading', { name: /could not be added/ })).toHaveCount(0);

  await app.open('?c=library');
  await expect(app.pictures).toHaveCount(10);
  await expect(app.grid.locator('.picture[data-state="shown"]')).toHaveCount(10);

  await app.field.fill('camera:iphone');
  await expect(app.pictures).toHaveCount(1);
  await app.at(1).click();
  await expect(app.detail.getByText('IMG_0001.MOV')).toBeVisible();
  await expect(app.detail.getByText('Apple iPhone 15 Pro')).toBeVisible();
  await expect(app.detail.getByText(/14 July 2023|July 14, 2023|14\/07\/2023|2023/).first()).toBeVisible();
  await expect(app.detail.getByText(/38\.71/)).toBeVisible();
  await expect(app.detail.getByText(/^64 × 96/)).toBeVisible();
  await page.keyboard.press('Escape');

  await app.field.fill('camera:canon');
  await expect(app.pictures).toHaveCount(2); // the RAW file of the third belongs to its JPEG
  await app.field.fill('before:2022');
  await expect(app.pictures).toHaveCount(9);
  await app.field.fill('after:2022 type:heic');
  await expect(app.pictures).toHaveCount(1);

  await app.field.fill('name:turned');
  await expect(app.pictures).toHaveCount(1);
  await app.at(1).click();
  await expect(app.detail.getByText(/^200 × 300/)).toBeVisible();
});
