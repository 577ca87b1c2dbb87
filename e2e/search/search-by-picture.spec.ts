/** A picture that is in no collection is the query. */
import type { Page } from '@playwright/test';
import sharp from 'sharp';
import type { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';

test.use({ samePage: true });

/** A picture of the demo, smaller and as another file: it is in no collection. */
async function copyOf(app: AppPage, page: Page, query: string): Promise<{ title: string; file: Buffer }> {
  await app.open(`./?q=${query}`);
  await app.answered(query);
  const [title = ''] = await app.top(1);
  await app.at(1).click();
  const address = await app.detail.locator('.stage-thumbnail').getAttribute('src');
  const response = await page.request.get(new URL(address ?? '', page.url()).href);
  const file = await sharp(await response.body())
    .resize(250)
    .jpeg({ quality: 90 })
    .toBuffer();
  await page.keyboard.press('Escape');
  return { title, file };
}

const choose = (page: Page) => page.getByLabel('Search by a picture');
const part = (page: Page, name: string) => page.getByRole('button', { name: `Remove like “${name}”`, exact: true });

/** Drop or paste a file on what a selector finds. */
async function give(page: Page, how: 'drop' | 'paste', selector: string, name: string, file: Buffer): Promise<void> {
  await page.locator(selector).evaluate(
    (element, { how, name, bytes }) => {
      const data = new DataTransfer();
      data.items.add(new File([new Uint8Array(bytes)], name, { type: 'image/jpeg' }));
      const bubbling = { bubbles: true, cancelable: true, composed: true };
      if (how === 'paste') {
        element.dispatchEvent(new ClipboardEvent('paste', { ...bubbling, clipboardData: data }));
        return;
      }
      for (const type of ['dragenter', 'dragover', 'drop']) {
        element.dispatchEvent(new DragEvent(type, { ...bubbling, dataTransfer: data }));
      }
    },
    { how, name, bytes: [...file] },
  );
}

test('a chosen picture finds the one that it is a copy of; words come beside it', async ({ app, page }) => {
  const { title, file } = await copyOf(app, page, 'guitar');
  await app.field.fill('');
  await choose(page).setInputFiles({ name: 'my guitar.jpg', mimeType: 'image/jpeg', buffer: file });
  await app.answered('like a picture');
  expect((await app.top(1))[0]).toBe(title);
  expect((await app.shown())[0]?.score).toBeGreaterThan(0.9);
  await expect(part(page, 'my guitar.jpg').locator('img')).toBeVisible();
  await expect(page).toHaveURL(/\?query=1_p\.[0-9a-f]{64}$/);
  await expect(app.at(1594)).toHaveCount(0); // far below, and there: nothing is left out
  await expect(app.at(1)).toContainText('1 of 1,594');

  await app.field.fill('red');
  await app.answered('red, like a picture');
  await page.goBack();
  await app.answered('like a picture');

  // Another one takes its place.
  const { file: other } = await copyOf(app, page, 'rocket');
  await app.field.fill('red');
  await app.answered('red');
  await choose(page).setInputFiles({ name: 'a.jpg', mimeType: 'image/jpeg', buffer: other });
  await app.answered('red, like a picture');
  await expect(part(page, 'a.jpg')).toBeVisible();
  await expect(part(page, 'my guitar.jpg')).toHaveCount(0);
  await part(page, 'a.jpg').click();
  await app.answered('red');
});

test('a picture that is dropped on the search field or pasted into it is searched for', async ({ app, page }) => {
  const { title, file } = await copyOf(app, page, 'guitar');
  await app.field.fill('');
  await give(page, 'drop', '.search-field', 'dropped.jpg', file);
  await app.answered('like a picture');
  await expect(part(page, 'dropped.jpg')).toBeVisible();
  expect((await app.top(1))[0]).toBe(title);

  await app.field.fill('');
  await part(page, 'dropped.jpg').click();
  await give(page, 'paste', 'input[type="search"]', 'pasted.jpg', file);
  await app.answered('like a picture');
  await expect(part(page, 'pasted.jpg')).toBeVisible();
  await expect(app.notices, 'nothing was added').not.toContainText('Adding to your pictures');
});

test('a link does not hold the picture: it says so, and the picture can be chosen again', async ({ app, page }) => {
  const { title, file } = await copyOf(app, page, 'guitar');
  await choose(page).setInputFiles({ name: 'g.jpg', mimeType: 'image/jpeg', buffer: file });
  await app.answered('guitar, like a picture');
  const link = page.url();

  await page.reload();
  await expect(page.getByRole('alert').getByText('a link does not hold pictures')).toBeVisible();
  await page.getByLabel('Choose the picture again').setInputFiles({
    ...{ name: 'g.jpg', mimeType: 'image/jpeg' },
    buffer: file,
  });
  await app.answered('guitar, like a picture');
  expect((await app.top(1))[0]).toBe(title);
  expect(page.url()).toBe(link);
  await expect(part(page, 'g.jpg').locator('img')).toBeVisible();
});

test('what is no picture is said, and the search stays', async ({ app, page }) => {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  await choose(page).setInputFiles({ name: 'notes.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('no picture') });
  await expect(app.notices).toContainText('notes.jpg');
  await expect(app.notices).toContainText('cannot be searched for.');
  await expect(page).toHaveURL(/\?q=rocket$/);
});
