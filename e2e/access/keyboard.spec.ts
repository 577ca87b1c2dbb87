import { expect, test } from '../fixtures.ts';

test('a whole visit by keyboard alone', async ({ app, page }) => {
  const { keyboard } = page;
  await app.open();
  await expect(app.field).toBeFocused();
  await app.type('rocket');
  await keyboard.press('Enter');
  await app.answered('rocket');

  // Into the pictures, through them, and out again.
  await keyboard.press('ArrowDown');
  await expect(app.at(1)).toBeFocused();
  await keyboard.press('ArrowRight');
  await keyboard.press('ArrowRight');
  await expect(app.at(3)).toBeFocused();
  await keyboard.press('Home');
  await keyboard.press('ArrowDown');
  await expect(app.at(1)).not.toBeFocused();
  await keyboard.press('Control+End');
  await expect(app.at(1594)).toBeFocused();
  await keyboard.press('Control+Home');
  await expect(app.at(1)).toBeFocused();

  // The grid is one stop of the Tab key, with the thumbs of the picture at hand.
  await keyboard.press('Tab');
  await expect(page.getByRole('button', { name: /^Good match: / })).toBeFocused();
  await keyboard.press('Space');
  await expect(page.locator(':focus')).toHaveAttribute('aria-pressed', 'true');
  await keyboard.press('Shift+Tab');
  await expect(app.at(1)).toBeFocused();

  // Open, go on, judge, close.
  await keyboard.press('Enter');
  await expect(app.detail).toBeVisible();
  await keyboard.press('ArrowRight');
  await expect(app.detail.getByText('2 of 1,594')).toBeVisible();
  await keyboard.press('Tab');
  await expect(app.detail.locator(':focus')).toHaveCount(1);
  await keyboard.press('Escape');
  await expect(app.detail).toBeHidden();
  await expect(app.at(2)).toBeFocused();

  // Rate.
  await keyboard.press('Shift+Tab');
  const radios = page.getByRole('group', { name: 'Rate this search' }).getByRole('radio');
  while ((await radios.and(page.locator(':focus')).count()) === 0) await keyboard.press('Shift+Tab');
  await keyboard.press('Space');
  await expect(radios.and(page.locator(':focus'))).toBeChecked();
  await keyboard.press('ArrowRight');
  await expect(radios.and(page.locator(':focus'))).toBeChecked();
  const rated = await page.locator(':focus').getAttribute('value');

  // The log.
  await page.evaluate(() => (document.activeElement as HTMLElement).blur());
  const log = page.getByRole('link', { name: 'Search log' });
  while ((await log.and(page.locator(':focus')).count()) === 0) await keyboard.press('Tab');
  await keyboard.press('Enter');
  await expect(page.locator('.log-query')).toHaveText(['rocket']);
  await expect(page.locator('.log-rating')).toHaveText(new RegExp(`Rated ${rated} of 10`));

  // The status, and out of it.
  const status = app.status;
  while ((await status.and(page.locator(':focus')).count()) === 0) await keyboard.press('Shift+Tab');
  await keyboard.press('Enter');
  await expect(app.statusPanel).toBeVisible();
  await keyboard.press('Escape');
  await expect(app.statusPanel).toBeHidden();
  await expect(status).toBeFocused();
});

test.describe('on a page that is open', () => {
  test.use({ samePage: true });

  test('the skip link leads past the header to the pictures', async ({ app, page }) => {
    await app.open('./?q=rocket');
    await app.answered('rocket');
    const skip = page.getByRole('link', { name: 'To the pictures' });
    await skip.focus();
    await expect(skip).toBeInViewport();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await expect(app.at(1)).toBeFocused();
  });

  test('Escape leaves the pictures for the search field', async ({ app, page }) => {
    await app.open('./?q=rocket');
    await app.answered('rocket');
    await app.field.press('ArrowDown');
    await expect(app.at(1)).toBeFocused();
    await page.keyboard.press('Escape');
    await expect(app.field).toBeFocused();
  });
});
