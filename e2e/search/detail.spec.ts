import { expect, hold, test } from '../fixtures.ts';

test.use({ samePage: true });

test('opens a picture with what is known of it, and gives the keyboard back on closing', async ({ app, page }) => {
  await app.open('./?q=guitar');
  await app.answered('guitar');
  await app.at(1).click();
  await expect(app.detail).toBeVisible();
  await expect(app.detail.getByRole('heading', { name: 'guitar' })).toBeVisible();
  await expect(app.detail.getByRole('img', { name: 'guitar' })).toBeVisible();
  await expect(app.detail.getByText('A sure match for “guitar”')).toBeVisible();
  await expect(app.detail.getByText('guitar.png')).toBeVisible();
  await expect(app.detail.getByText('1 of 1,594')).toBeVisible();
  await expect(app.detail.getByText(/^768 × 768, /)).toBeVisible();
  await expect(app.detail.getByText(/MIT/)).toBeVisible();
  await expect(page).toHaveURL(/[?&]p=[0-9a-f]+/);

  await page.keyboard.press('Escape');
  await expect(app.detail).toBeHidden();
  await expect(app.at(1)).toBeFocused();
  await expect(page).toHaveURL(/\?q=guitar$/);
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

test('arrow keys work wherever the keyboard was, and the picture they lead to is said', async ({ app, page }) => {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  const titles = await app.top(4);
  const heading = (place: number) => app.detail.getByRole('heading', { name: titles[place - 1] ?? '', exact: true });
  await app.at(1).click();
  await expect(heading(1)).toBeVisible();
  const said = await app.detail.getByRole('heading').elementHandle();

  await app.detail.getByRole('button', { name: /^Good match/ }).click();
  for (const place of [2, 3, 4]) {
    await page.keyboard.press('ArrowRight');
    await expect(heading(place)).toBeVisible();
  }
  await expect(app.detail.getByRole('button', { name: /^Good match/ })).toBeFocused();
  expect(await said?.textContent(), 'a screen reader says what changes in the same element').toBe(titles[3]);

  // A click on what takes no keyboard.
  await app.detail.locator('.stage-frame').click();
  await page.keyboard.press('ArrowLeft');
  await expect(heading(3)).toBeVisible();

  const previous = app.detail.getByRole('button', { name: 'Previous picture' });
  await previous.click();
  await expect(heading(2)).toBeVisible();
  await previous.click();
  await expect(heading(1)).toBeVisible();
  await expect(previous).toBeDisabled();
  await expect(previous).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(heading(2)).toBeVisible();
});

test('closing far from where it was opened shows the picture that was open', async ({ app, page }) => {
  await app.open();
  await app.at(1).click();
  for (let place = 2; place <= 60; place++) {
    await page.keyboard.press('ArrowRight');
    await expect(app.detail.getByText(`${place} of 1,594`, { exact: true })).toBeVisible();
  }
  await page.keyboard.press('Escape');
  await expect(app.at(60)).toBeFocused();
  await expect(app.at(60)).toBeInViewport();
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

test.describe('from a start', () => {
  test.use({ samePage: false });

  test('a picture that was opened before the answer came has its own place in it', async ({ app, page }) => {
    const release = await hold(page, /text_model\.onnx$/);
    await page.goto('./');
    await app.field.fill('rocket');
    await expect(page.getByText('Your search runs as soon as the model is here.')).toBeVisible();
    await app.at(2).click();
    await expect(app.detail.getByText('2 of 1,594')).toBeVisible();
    const title = (await app.detail.getByRole('heading').textContent()) ?? '';
    release();
    await expect(app.detail.getByText('Rank')).toBeVisible();
    await expect(app.detail.getByText(/^[\d,]+ of 1,594$/)).not.toHaveText('2 of 1,594');
    await expect(app.detail.getByText(/^A (less )?sure match/)).toBeHidden();
    const rank = (await app.detail.getByText(/^[\d,]+ of 1,594$/).textContent()) ?? '';
    await page.keyboard.press('Escape');
    const link = app.at(Number(rank.replace(/ of .*/, '').replaceAll(',', '')));
    await expect(link).toContainText(title);
    await expect(link).toBeFocused();
  });
});

test.describe('on a phone', () => {
  test.use({ samePage: false, viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });

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
