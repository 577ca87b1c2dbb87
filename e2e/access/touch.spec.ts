import { expect, test } from '../fixtures.ts';

test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

test('each result is judged by a finger, without being opened', async ({ app, page }) => {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  const [first] = await app.top(1);
  const good = page.getByRole('button', { name: `Good match: ${first}`, exact: true });
  await expect(page.getByRole('button', { name: /^(Good|Bad) match: / })).toHaveCount(0);
  const judge = page.getByRole('button', { name: 'Judge each picture' });
  await expect(judge).toHaveAttribute('aria-pressed', 'false');

  await judge.tap();
  await expect(judge).toHaveAttribute('aria-pressed', 'true');
  const shown = await app.pictures.count();
  await expect(page.getByRole('button', { name: /^Good match: / })).toHaveCount(shown);
  await expect(page.getByRole('button', { name: /^Bad match: / })).toHaveCount(shown);
  // As large as a finger, below the picture, and not over those of the row below.
  const [thumb, picture, below] = await Promise.all([good, app.at(1), app.at(4)].map((one) => one.boundingBox()));
  expect(thumb?.width).toBeGreaterThanOrEqual(44);
  expect(thumb?.height).toBeGreaterThanOrEqual(44);
  expect(thumb?.y).toBeGreaterThanOrEqual((picture?.y ?? 0) + (picture?.height ?? 0));
  expect((thumb?.y ?? 0) + (thumb?.height ?? 0)).toBeLessThan(below?.y ?? 0);

  await good.tap();
  await expect(good).toHaveAttribute('aria-pressed', 'true');
  await expect(app.detail).toBeHidden();
  await judge.tap();
  await expect(page.getByRole('button', { name: /^Bad match: / })).toHaveCount(1);
  await page.reload();
  await expect(good).toHaveAttribute('aria-pressed', 'true');
});

test('a finger that moves level steps, and one that moves down closes', async ({ app, page, context }) => {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  const [, second] = await app.top(2);
  await app.at(1).tap();
  await expect(app.detail).toBeVisible();
  const devtools = await context.newCDPSession(page);
  const swipe = async (x: number, y: number) => {
    const move = (type: 'touchStart' | 'touchMove', share: number) =>
      devtools.send('Input.dispatchTouchEvent', { type, touchPoints: [{ x: 200 + share * x, y: 250 + share * y }] });
    await move('touchStart', 0);
    for (const share of [0.25, 0.5, 0.75, 1]) await move('touchMove', share);
    await devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  };
  await swipe(-120, 10);
  await expect(app.detail.getByRole('heading', { name: second ?? '', exact: true })).toBeVisible();
  await swipe(0, -150);
  await expect(app.detail).toBeVisible();
  await swipe(10, 160);
  await expect(app.detail).toBeHidden();
  await expect(page).toHaveURL(/\?q=rocket$/);
});
