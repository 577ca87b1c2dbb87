import { expect, test } from '../fixtures.ts';
import { drawPictures, OwnPictures } from './own-pictures.ts';

test('pictures are added, searched, deleted and brought back, and are there on the next visit', async ({
  app,
  page,
}) => {
  const own = new OwnPictures(page);
  await app.open('./');
  await page.getByRole('link', { name: 'Use your own pictures' }).click();
  await expect(page.getByText('They stay on this device: nothing is uploaded.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'What happens then' })).toBeVisible();
  await own.input.setInputFiles(await drawPictures(8));
  await expect(page.getByRole('region', { name: 'All added' })).toContainText('8 files added.');
  await own.has(8);

  await own.searchLink.click();
  await app.search('rocket');
  expect(await app.top(1)).toEqual(['rocket.png']);
  await page.getByRole('button', { name: 'Clear', exact: true }).click();
  await expect(app.pictures).toHaveCount(8);

  await page.getByRole('button', { name: 'Select', exact: true }).click();
  await app.at(1).click();
  await app.at(3).click({ modifiers: ['Shift'] });
  await expect(page.getByText('3 selected')).toBeVisible();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(app.pictures).toHaveCount(5);
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(app.pictures).toHaveCount(8);

  await page.reload();
  await expect(app.pictures).toHaveCount(8);
  await app.ready();
  await app.search('pizza');
  expect(await app.top(1)).toEqual(['pizza.png']);
});

test('a visit that does not use them loads nothing of it', async ({ app, page }) => {
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(request.url()));
  await app.open('./?q=rocket');
  await app.answered('rocket');
  expect(loaded.filter((url) => /assets\/(library|vision|gather|clip-vision)/.test(url))).toEqual([]);
  expect(loaded.some((url) => /assets\/query\.worker/.test(url))).toBe(true);
});

test('what cannot be added is listed with its reason, and tried again', async ({ page }) => {
  const own = new OwnPictures(page);
  await own.open();
  const [rocket] = await drawPictures(1);
  if (!rocket) throw new Error('Nothing was drawn.');
  const name = `${'<b>long</b> '.repeat(19)}.png`;
  await own.input.setInputFiles([
    rocket,
    { name: 'empty.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(0) },
    { name, mimeType: 'image/png', buffer: rocket.buffer.subarray(0, 200) },
  ]);
  await expect(page.getByRole('heading', { name: '2 files could not be added' })).toBeVisible();
  await expect(page.getByText(name)).toBeVisible();
  await own.has(1);
  await page.getByRole('button', { name: 'Try all again' }).click();
  await expect(page.getByRole('heading', { name: '2 files could not be added' })).toBeVisible();
  await own.has(1);
});

test('what is dropped on the page is added', async ({ app, page }) => {
  await app.open('./');
  const [rocket] = await drawPictures(1);
  const data = await page.evaluateHandle((base64) => {
    const transfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    transfer.items.add(new File([bytes], 'dropped.png', { type: 'image/png' }));
    return transfer;
  }, rocket?.buffer.toString('base64') ?? '');
  const overlay = page.getByText('Drop to add to your pictures');
  await app.grid.dispatchEvent('dragenter', { dataTransfer: data });
  await expect(overlay).toBeVisible();
  await app.grid.dispatchEvent('drop', { dataTransfer: data });
  await expect(overlay).toBeHidden();
  await new OwnPictures(page).has(1);
});
