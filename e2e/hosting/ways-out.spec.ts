import { expect, test } from '../fixtures.ts';

test.describe('where code cannot be loaded', () => {
  test.use({ serviceWorkers: 'block' });

  test('the part says so and what to do, and the page goes on', async ({ app, page, guard }) => {
    guard.expect(/Failed to load resource/, /dynamically imported module/);
    await page.route(/\/assets\/(detail|about)[^/]*\.js$/, (route) => route.abort());
    await app.open('./?q=rocket');
    await app.answered('rocket');
    await app.at(1).click();
    const dialog = page.getByRole('dialog', { name: 'Not loaded' });
    await expect(dialog.getByRole('alert')).toContainText('This part could not be loaded');
    await expect(dialog.getByRole('button', { name: 'Reload' })).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();

    await page.getByRole('link', { name: 'About' }).click();
    await expect(page.locator('main').getByRole('alert')).toContainText('This part could not be loaded');
    await page.getByRole('link', { name: 'Back to the search' }).click();
    await app.search('dog');
  });
});

test('an address with an unknown collection offers one that is there', async ({ app, page, guard }) => {
  guard.expect(/404/);
  await page.goto('./?c=gone');
  await page.getByRole('link', { name: 'Open “Fluent Emoji”' }).click();
  await expect(app.at(1)).toBeVisible();
  await expect(page).toHaveURL(/\?c=demo$/);
});

test('a link to a picture far down knows its rank and the ways to its neighbours', async ({ app, page }) => {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Control+End');
  await expect(app.at(1594)).toHaveAttribute('href', /p=/);
  const href = await app.at(1594).getAttribute('href');
  await page.goto('about:blank');
  await app.open(`./${href}`);
  await expect(app.detail.getByText('1,594 of 1,594')).toBeVisible();
  await app.detail.getByRole('button', { name: 'Previous picture' }).click();
  await expect(app.detail.getByText('1,593 of 1,594')).toBeVisible();
});

test('every view names the tab, and the chosen theme colours the bars of the browser', async ({ app, page }) => {
  await app.open('./?view=log');
  await expect(page).toHaveTitle('Search log · Afterimage');
  await page.getByRole('link', { name: 'About' }).click();
  await expect(page).toHaveTitle('About · Afterimage');
  const theme = page.getByRole('button', { name: /^Theme/ });
  await theme.click();
  await theme.click();
  await expect(theme).toHaveAccessibleName('Theme: dark');
  const bars = page.locator('meta[name="theme-color"][media="all"]');
  await expect(bars).toHaveAttribute('content', '#121415');
});
