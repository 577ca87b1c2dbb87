import type { Page } from '@playwright/test';

const WHEELS = 40;
const JUMPS = 16;
const WAIT_MS = 30_000;

/**
 * From the first picture to the last and back with the wheel, the bar and the keyboard; it ends at the last.
 * @throws Error where pictures do not come, or the last is not reached
 */
export async function scrollThrough(page: Page, count: number): Promise<void> {
  await page.evaluate(() => scrollTo(0, 0));
  await untilShown(page);
  await page.mouse.move(300, 500);
  await wheel(page, 700);
  for (let jump = 1; jump <= JUMPS; jump++) {
    await page.evaluate((share) => scrollTo(0, share * document.documentElement.scrollHeight), jump / JUMPS);
    await untilShown(page);
  }
  await expectInView(page, count);
  await wheel(page, -700);
  await page.locator('[role=grid] a[tabindex="0"]').focus();
  await page.keyboard.press('Control+Home');
  await untilShown(page);
  await expectInView(page, 1);
  await page.keyboard.press('Control+End');
  await untilShown(page);
  await expectInView(page, count);
}

async function wheel(page: Page, by: number): Promise<void> {
  for (let turn = 0; turn < WHEELS; turn++) {
    await page.mouse.wheel(0, by);
    await page.waitForTimeout(30);
  }
  await untilShown(page);
}

/** Until every cell of the window links to its picture. */
async function untilShown(page: Page): Promise<void> {
  const shown = await page.evaluate(async (wait) => {
    await new Promise((resolve) => setTimeout(resolve, 300)); // a scroll is over, and the grid in step
    for (const end = performance.now() + wait; performance.now() < end; ) {
      const cells = [...document.querySelectorAll<HTMLAnchorElement>('[role=grid] a[data-cell]')].filter((cell) => {
        const { top, bottom } = cell.getBoundingClientRect();
        return bottom > 0 && top < innerHeight;
      });
      if (cells.length > 0 && cells.every(({ href }) => href.includes('p='))) return true;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return false;
  }, WAIT_MS);
  if (!shown) throw new Error(`The pictures at ${await page.evaluate(() => scrollY)} px did not come.`);
}

/** @param place from 1 */
async function expectInView(page: Page, place: number): Promise<void> {
  const isInView = await page.evaluate((cell) => {
    const box = document.querySelector(`[data-cell="${cell}"]`)?.getBoundingClientRect();
    return box !== undefined && box.top >= 0 && box.bottom <= innerHeight;
  }, place - 1);
  if (!isInView) throw new Error(`Picture ${place} was scrolled to and is not to be seen.`);
}
