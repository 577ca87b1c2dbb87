import { expect, test } from './fixtures.ts';

test('opens a picture with what is known of it, and gives the keyboard back on closing', async ({ app, page }) => {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  await app.at(1).click();
  await expect(app.detail).toBeVisible();
  await expect(app.detail.getByRole('heading', { name: 'rocket' })).toBeVisible();
  await expect(app.detail.getByRole('img', { name: 'rocket' })).toBeVisible();
  await expect(app.detail.getByText('A good match for “rocket”')).toBeVisible();
  await expect(app.detail.getByText('rocket.png')).toBeVisible();
  await expect(app.detail.getByText('1 of 1,594')).toBeVisible();
  await expect(app.detail.getByText(/^224 × 224, /)).toBeVisible();
  await expect(app.detail.getByText(/MIT/)).toBeVisible();
  await expect(page).toHaveURL(/[?&]p=[0-9a-f]+/);

  await page.keyboard.press('Escape');
  await expect(app.detail).toBeHidden();
  await expect(app.at(1)).toBeFocused();
  await expect(page).toHaveURL(/\?q=rocket$/);
});

test('goes to the next and previous picture by arrow keys and buttons', async ({ app, page }) => {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  const [first, second, third] = await app.top(3).then((titles) => titles as [string, string, string]);
  await app.at(1).click();
  await expect(app.detail.getByRole('button', { name: 'Previous picture' })).toBeDisabled();
  await page.keyboard.press('ArrowRight');
  await expect(app.detail.getByRole('heading', { name: second, exact: true })).toBeVisible();
  await app.detail.getByRole('button', { name: 'Next picture' }).click();
  await expect(app.detail.getByRole('heading', { name: third, exact: true })).toBeVisible();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  await expect(app.detail.getByRole('heading', { name: first, exact: true })).toBeVisible();

  // Back closes it, however far one went.
  await page.keyboard.press('ArrowRight');
  await expect(app.detail.getByRole('heading', { name: second, exact: true })).toBeVisible();
  await page.goBack();
  await expect(app.detail).toBeHidden();
  await expect(app.at(2)).toBeFocused();
});

test('a link leads straight to a picture; closing it shows the search', async ({ app, page }) => {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  await app.at(2).click();
  const title = await app.detail.getByRole('heading').textContent();
  const link = page.url();

  await page.goto('about:blank');
  await app.open(link);
  await expect(app.detail.getByRole('heading', { name: title ?? '', exact: true })).toBeVisible();
  await expect(app.detail.getByText('2 of 1,594')).toBeVisible();
  await app.detail.getByRole('button', { name: 'Close' }).click();
  await expect(app.detail).toBeHidden();
  await app.answered('rocket');
});

test('a link to a picture that is not there says so', async ({ app }) => {
  await app.open('./?p=0000000000000000');
  await expect(app.detail.getByRole('heading', { name: 'Not here' })).toBeVisible();
  await app.detail.getByRole('button', { name: 'Close' }).click();
  await expect(app.detail).toBeHidden();
  await expect(app.at(1)).toBeVisible();
});

test('browses without a query too', async ({ app, page }) => {
  await app.open();
  await app.at(3).click();
  await expect(app.detail.getByText('3 of 1,594')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(app.detail.getByText('4 of 1,594')).toBeVisible();
  await expect(app.detail.getByRole('button', { name: /Good match/ })).toBeHidden();
});

test.describe('on a phone', () => {
  test.use({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

  test('a swipe goes to the next and back to the previous picture', async ({ app, page }) => {
    await app.open('./?q=rocket');
    await app.answered('rocket');
    await app.at(1).tap();
    await expect(app.detail.getByText('1 of 1,594')).toBeVisible();
    const devtools = await page.context().newCDPSession(page);
    const swipe = async (from: number, to: number) => {
      const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x?: number) =>
        devtools.send('Input.dispatchTouchEvent', { type, touchPoints: x === undefined ? [] : [{ x, y: 200 }] });
      await touch('touchStart', from);
      for (let step = 1; step <= 5; step++) await touch('touchMove', from + ((to - from) * step) / 5);
      await touch('touchEnd');
    };
    await swipe(300, 60);
    await expect(app.detail.getByText('2 of 1,594')).toBeVisible();
    await swipe(60, 300);
    await expect(app.detail.getByText('1 of 1,594')).toBeVisible();
  });
});
