/** The strip of the pictures beside the opened one. */
import type { Locator } from '@playwright/test';
import type { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';

test.use({ samePage: true });

const strip = (app: AppPage) => app.detail.getByRole('navigation', { name: 'Pictures beside this one' });
const current = (app: AppPage) => strip(app).locator('[aria-current="true"]');

async function isWithin(inner: Locator, outer: Locator): Promise<boolean> {
  const [a, b] = await Promise.all([inner.boundingBox(), outer.boundingBox()]);
  return a !== null && b !== null && a.x >= b.x - 1 && a.x + a.width <= b.x + b.width + 1;
}

test('shows where the opened picture is among the others, and leads to them', async ({ app, page }) => {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  const titles = await app.top(8);
  await app.at(3).click();
  await expect(current(app)).toHaveAccessibleName(`${titles[2]}, 3`);
  await expect(strip(app).getByRole('link', { name: `${titles[4]}, 5`, exact: true })).toBeVisible();
  await strip(app)
    .getByRole('link', { name: `${titles[4]}, 5`, exact: true })
    .click();
  await expect(app.detail.getByText('5 of 1,594')).toBeVisible();
  await expect(app.detail.getByRole('heading', { name: titles[4] ?? '', exact: true })).toBeVisible();
  await expect(current(app)).toHaveAccessibleName(`${titles[4]}, 5`);
  await expect(current(app)).toHaveCount(1);

  // Back closes it, as after any other step.
  await page.goBack();
  await expect(app.detail).toBeHidden();
  await expect(app.at(5)).toBeFocused();
});

test('is one stop of the Tab key, and the arrow keys take the keyboard along', async ({ app, page }) => {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  await app.at(4).click();
  await expect(current(app)).toBeVisible();
  const links = strip(app).getByRole('link');
  expect(await links.count()).toBeGreaterThan(5);
  await expect(strip(app).locator('a[tabindex="0"]')).toHaveCount(1);
  await current(app).focus();
  for (const place of [5, 6, 7]) {
    await page.keyboard.press('ArrowRight');
    await expect(app.detail.getByText(`${place} of 1,594`, { exact: true })).toBeVisible();
    await expect(current(app)).toBeFocused();
  }
  await page.keyboard.press('ArrowLeft');
  await expect(app.detail.getByText('6 of 1,594', { exact: true })).toBeVisible();
  await expect(current(app)).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(strip(app).locator(':focus')).toHaveCount(0);
  await expect(app.detail.locator(':focus')).toHaveCount(1);
});

test('scrolls along, and holds few of many', async ({ app, page }) => {
  await app.open();
  await app.at(1).click();
  await expect(current(app)).toBeVisible();
  for (let place = 2; place <= 40; place++) {
    await page.keyboard.press('ArrowRight');
    await expect(app.detail.getByText(`${place} of 1,594`, { exact: true })).toBeVisible();
  }
  await expect.poll(() => isWithin(current(app), strip(app))).toBe(true);
  await expect(current(app)).toHaveAccessibleName(/, 40$/);
  expect(await strip(app).getByRole('link').count()).toBeLessThan(60);

  // A wheel goes far, and what is there then is shown and can be opened.
  await strip(app).hover();
  for (let i = 0; i < 10; i++) await page.mouse.wheel(0, 1000);
  const far = strip(app)
    .getByRole('link', { name: /, 20\d$/ })
    .first();
  await expect(far.locator('img')).toBeVisible();
  await expect(far).not.toHaveAccessibleName(/^,/);
  expect(await strip(app).getByRole('link').count()).toBeLessThan(60);
  const place = ((await far.textContent()) ?? '').replace(/^.*, /, '');
  await far.click();
  await expect(app.detail.getByText(`${place} of 1,594`, { exact: true })).toBeVisible();
});

test('appears for a link once the place of its picture is known, and moves nothing', async ({ app, page }) => {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  await app.at(2).click();
  await expect(current(app)).toBeVisible();
  const frame = app.detail.locator('.stage-frame');
  const before = await frame.boundingBox();
  await page.reload();
  await expect(frame).toBeVisible();
  expect(await frame.boundingBox()).toEqual(before);
  await expect(current(app)).toHaveAccessibleName(/, 2$/);
  expect(await frame.boundingBox()).toEqual(before);
});
