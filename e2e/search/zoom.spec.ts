/** The opened picture at its full size: keys, buttons, wheel, mouse and fingers. */
import type { Page } from '@playwright/test';
import type { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';

test.use({ samePage: true });

async function openFirst(app: AppPage): Promise<string> {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  await app.at(1).click();
  await expect(app.detail.locator('.stage-frame img[data-shown]')).toBeVisible();
  return (await app.detail.getByRole('heading').textContent()) ?? '';
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Where the picture and its stage are once nothing moves any more. */
async function boxes(page: Page): Promise<{ picture: Box; stage: Box }> {
  return await page.evaluate(async () => {
    await Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined)));
    const box = (selector: string) => document.querySelector(selector)?.getBoundingClientRect().toJSON() as Box;
    return { picture: box('.stage-frame'), stage: box('.stage') };
  });
}

async function widthOf(page: Page): Promise<number> {
  const { picture } = await boxes(page);
  return picture.right - picture.left;
}

/** No room beside a picture that is larger than the stage. */
async function expectCovered(page: Page): Promise<void> {
  const { picture, stage } = await boxes(page);
  expect(picture.left).toBeLessThanOrEqual(stage.left + 1);
  expect(picture.right).toBeGreaterThanOrEqual(stage.right - 1);
  expect(picture.top).toBeLessThanOrEqual(stage.top + 1);
  expect(picture.bottom).toBeGreaterThanOrEqual(stage.bottom - 1);
}

test('keys enlarge, move and fit; Escape shows the whole picture before it closes', async ({ app, page }) => {
  const title = await openFirst(app);
  const heading = app.detail.getByRole('heading', { name: title, exact: true });
  const fitted = await widthOf(page);
  await page.keyboard.press('+');
  await expect.poll(() => widthOf(page)).toBeCloseTo(1.5 * fitted, 0);
  for (let i = 0; i < 9; i++) await page.keyboard.press('=');
  const largest = await widthOf(page);
  await page.keyboard.press('+');
  expect(await widthOf(page)).toBe(largest);
  await expect(app.detail.getByRole('button', { name: 'Larger' })).toBeDisabled();

  // Arrow keys move what is enlarged, up to its edges, and lead to no other picture.
  const before = (await boxes(page)).picture;
  await page.keyboard.press('ArrowRight');
  await expect.poll(async () => (await boxes(page)).picture.left).toBeCloseTo(before.left - 80, 0);
  for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowDown');
  await expectCovered(page);
  const { picture, stage } = await boxes(page);
  expect(picture.bottom).toBeCloseTo(stage.bottom, 0);
  await expect(heading).toBeVisible();

  await page.keyboard.press('0');
  await expect.poll(() => widthOf(page)).toBe(fitted);
  await page.keyboard.press('+');
  await page.keyboard.press('-');
  await expect.poll(() => widthOf(page)).toBe(fitted);
  await page.keyboard.press('+');
  await page.keyboard.press('Escape');
  await expect.poll(() => widthOf(page)).toBe(fitted);
  await expect(app.detail).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(app.detail).toBeHidden();
  await expect(app.at(1)).toBeFocused();
});

test('buttons enlarge and fit, and say how large it is', async ({ app, page }) => {
  await openFirst(app);
  const fitted = await widthOf(page);
  const smaller = app.detail.getByRole('button', { name: 'Smaller' });
  const larger = app.detail.getByRole('button', { name: 'Larger' });
  const whole = app.detail.getByRole('button', { name: 'Show the whole picture' });
  await expect(smaller).toBeDisabled();
  await expect(whole).toHaveCount(0);
  await larger.click();
  await larger.click();
  await expect.poll(() => widthOf(page)).toBeCloseTo(2.25 * fitted, 0);
  const percent = `${Math.round((2.25 * fitted * 100) / 768)} %`;
  await expect(app.detail.getByRole('group', { name: 'Size of the picture' }).getByRole('status')).toHaveText(percent);
  await smaller.click();
  await expect.poll(() => widthOf(page)).toBeCloseTo(1.5 * fitted, 0);
  await whole.click();
  await expect.poll(() => widthOf(page)).toBe(fitted);

  // Of the next picture all is seen at first.
  await larger.click();
  await app.detail.getByRole('button', { name: 'Next picture' }).click();
  await expect(app.detail.getByText('2 of 1,594')).toBeVisible();
  await expect.poll(() => widthOf(page)).toBe(fitted);
});

test('the wheel enlarges what is under the pointer, and a mouse moves it', async ({ app, page }) => {
  await openFirst(app);
  const { picture, stage } = await boxes(page);
  const fitted = picture.right - picture.left;
  const at = { x: picture.left + fitted / 4, y: picture.top + fitted / 2 };
  await page.mouse.move(at.x, at.y);
  for (let i = 0; i < 4; i++) await page.mouse.wheel(0, -100);
  await expect.poll(() => widthOf(page)).toBeGreaterThan(2 * fitted);
  const share = ({ left, right }: Box) => (at.x - left) / (right - left);
  const covering = (await boxes(page)).picture;
  for (let i = 0; i < 3; i++) await page.mouse.wheel(0, -100);
  await expect.poll(() => widthOf(page)).toBeGreaterThan(3.5 * fitted);
  const near = (await boxes(page)).picture;
  expect(share(near), 'what is under the pointer').toBeCloseTo(share(covering), 2);

  await page.mouse.down();
  await page.mouse.move(at.x - 50, at.y + 30, { steps: 3 });
  await page.mouse.up();
  const moved = (await boxes(page)).picture;
  expect(moved.left).toBeCloseTo(near.left - 50, 0);
  expect(moved.top).toBeCloseTo(near.top + 30, 0);
  await page.mouse.down();
  await page.mouse.move(stage.right + 900, stage.bottom + 900, { steps: 5 });
  await page.mouse.up();
  await expectCovered(page);
  await page.mouse.move(at.x, at.y);
  for (let i = 0; i < 12; i++) await page.mouse.wheel(0, 200);
  await expect.poll(() => widthOf(page)).toBe(fitted);

  await page.mouse.dblclick(at.x, at.y);
  await expect.poll(() => widthOf(page)).toBeCloseTo(2.5 * fitted, 0);
  await page.mouse.dblclick(at.x, at.y);
  await expect.poll(() => widthOf(page)).toBe(fitted);
  await expect(app.detail.getByText('1 of 1,594')).toBeVisible();
});

test('a window that becomes smaller leaves no room beside an enlarged picture', async ({ app, page }) => {
  await openFirst(app);
  for (let i = 0; i < 4; i++) await page.keyboard.press('+');
  for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowRight');
  await page.setViewportSize({ width: 900, height: 600 });
  await expectCovered(page);
});

test.describe('with fingers', () => {
  test.use({ samePage: false, viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test('two enlarge, one moves, two taps go back, and then a swipe steps again', async ({ app, page, context }) => {
    await openFirst(app);
    const devtools = await context.newCDPSession(page);
    type Finger = readonly [x: number, y: number];
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', ...fingers: Finger[]) =>
      devtools.send('Input.dispatchTouchEvent', { type, touchPoints: fingers.map(([x, y], id) => ({ x, y, id })) });
    const fitted = await widthOf(page);

    await touch('touchStart', [180, 200], [220, 200]);
    for (const by of [10, 20, 30, 40]) await touch('touchMove', [180 - by, 200], [220 + by, 200]);
    await touch('touchEnd');
    await expect.poll(() => widthOf(page)).toBeCloseTo(3 * fitted, -1);
    await expect(page.locator('.stage')).toHaveAttribute('data-zoomed', '');
    expect(await page.evaluate(() => visualViewport?.scale), 'the page itself stays as large').toBe(1);

    // Far across: what moves an enlarged picture is no swipe.
    await touch('touchStart', [300, 200]);
    for (const x of [250, 200, 150, 100]) await touch('touchMove', [x, 200]);
    await touch('touchEnd');
    await expectCovered(page);
    await expect(app.detail.getByText('1 of 1,594')).toBeVisible();

    const tap = async () => {
      await touch('touchStart', [200, 220]);
      await touch('touchEnd');
    };
    await tap();
    await tap();
    await expect.poll(() => widthOf(page)).toBe(fitted);
    await touch('touchStart', [300, 200]);
    for (const x of [250, 200, 150, 100]) await touch('touchMove', [x, 200]);
    await touch('touchEnd');
    await expect(app.detail.getByText('2 of 1,594')).toBeVisible();
  });
});
