import type { Page } from '@playwright/test';
import { expect, hold, test } from '../fixtures.ts';

interface Shift {
  readonly value: number;
  readonly what: readonly string[];
}

/** Layout shifts as browsers report them, but for those that a person's own input explains. */
async function watchShifts(page: Page): Promise<() => Promise<{ sum: number; largest: readonly Shift[] }>> {
  await page.addInitScript(() => {
    const shifts: Shift[] = [];
    Object.assign(globalThis, { shifts });
    const name = (node: Node | null) =>
      node instanceof Element ? `${node.tagName}.${node.getAttribute('class')}` : String(node?.nodeName);
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as unknown as LayoutShift[]) {
        if (!entry.hadRecentInput)
          shifts.push({ value: entry.value, what: entry.sources.map(({ node }) => name(node)) });
      }
    }).observe({ type: 'layout-shift', buffered: true });
    interface LayoutShift {
      readonly value: number;
      readonly hadRecentInput: boolean;
      readonly sources: readonly { readonly node: Node | null }[];
    }
  });
  return async () => {
    const all = await page.evaluate(() => (globalThis as unknown as { shifts: Shift[] }).shifts);
    const largest = all.sort((a, b) => b.value - a.value).slice(0, 5);
    return { sum: all.reduce((sum, { value }) => sum + value, 0), largest };
  };
}

for (const [size, viewport] of [
  ['phone', { width: 390, height: 844 }],
  ['desktop', { width: 1280, height: 800 }],
] as const) {
  for (const address of ['./', './?q=dog']) {
    test.describe(size, () => {
      test.use(size === 'phone' ? { viewport, hasTouch: true, isMobile: true } : { viewport });

      test(`nothing moves while ${address} is loaded, however slowly`, async ({ app, page }) => {
        const shifted = await watchShifts(page);
        // Each part comes after what was there before it has been painted.
        const parts = [/collections\/index\.json/, /manifest\.json$/, /items-/, /vectors-|graph-/, /text_model/];
        const releases: (() => void)[] = [];
        for (const part of parts) releases.push(await hold(page, part));
        await page.goto(address);
        for (const release of releases) {
          await page.waitForTimeout(400);
          release();
        }
        await app.ready();
        if (address !== './') await app.answered('dog');
        await expect.poll(() => page.evaluate(() => [...document.images].every(({ complete }) => complete))).toBe(true);
        await page.waitForTimeout(800); // what follows when an answer has settled
        const { sum, largest } = await shifted();
        expect(sum, JSON.stringify(largest)).toBeLessThanOrEqual(0.02);
      });
    });
  }
}

test('no control of a search moves its pictures', async ({ app, page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await app.open('./?q=rocket');
  await app.answered('rocket');
  const top = () => app.grid.evaluate((grid) => Math.round(grid.getBoundingClientRect().top));
  const folded = await top();
  expect(folded, 'the first row is on the screen').toBeLessThan(500);
  await page.locator('summary', { hasText: 'Rate this search' }).click();
  const scale = page.getByRole('group', { name: 'Rate this search' });
  await expect(scale).toBeVisible();
  const before = await top();
  await scale.getByRole('radio', { name: '7', exact: true }).check();
  await expect(scale.getByRole('button', { name: 'Withdraw' })).toBeVisible();
  expect(await top()).toBe(before);
  await scale.getByRole('button', { name: 'Withdraw' }).click();
  await expect(scale.getByRole('radio', { name: '7', exact: true })).not.toBeChecked();
  expect(await top()).toBe(before);
  await app.at(1).hover();
  await page
    .getByRole('button', { name: /^Good match: / })
    .first()
    .click();
  await expect(page.getByRole('button', { name: 'Find more like the good ones' })).toBeVisible();
  expect(await top()).toBe(before);
});
