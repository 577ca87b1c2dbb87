import type { Page } from '@playwright/test';
import type { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';

/** What others do to the texts of a page: browsers translate it, extensions mark words. */
const OTHERS = {
  /** As Chrome and Edge translate. */
  translated: (page: Page) =>
    page.evaluate(() => {
      for (const text of texts()) {
        const outer = document.createElement('font');
        const inner = document.createElement('font');
        inner.textContent = `«${text.data}»`;
        outer.append(inner);
        text.replaceWith(outer);
      }
      function texts(): Text[] {
        const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        const found: Text[] = [];
        while (walker.nextNode()) found.push(walker.currentNode as Text);
        return found.filter(({ data, parentElement }) => data.trim() !== '' && parentElement?.tagName !== 'SCRIPT');
      }
    }),
  /** As an extension marks words: the second letter of each text. */
  marked: (page: Page) =>
    page.evaluate(() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      const found: Text[] = [];
      while (walker.nextNode()) found.push(walker.currentNode as Text);
      for (const text of found) {
        if (text.data.trim().length < 3 || text.parentElement?.tagName === 'SCRIPT') continue;
        const letter = text.splitText(1);
        letter.splitText(1);
        const mark = document.createElement('mark');
        letter.replaceWith(mark);
        mark.append(letter);
      }
    }),
} as const;

/** By place, not by words, which are changed. */
const cell = (page: Page, place: number) => page.locator(`[data-cell="${place - 1}"]`);

async function titles(page: Page): Promise<string[]> {
  const links = page.locator('[data-cell]');
  const all = await links.evaluateAll((found) =>
    found.map(
      (link) => [Number(link.getAttribute('data-cell')), link.querySelector('.cell-title')?.textContent] as const,
    ),
  );
  return all
    .sort(([a], [b]) => a - b)
    .slice(0, 8)
    .map(([, title]) => title ?? '');
}

for (const [name, change] of Object.entries(OTHERS)) {
  test(`a page that was ${name} goes on with the right pictures, names and words`, async ({
    app,
    guard,
    page,
    newTab,
  }) => {
    guard.expect(/ERR_INTERNET_DISCONNECTED/);
    const untouched = await newTab();
    await untouched.open('./?q=rocket');
    await untouched.answered('rocket');
    await untouched.field.press('Enter');
    const right = await untouched.top(8);
    const headline = (await untouched.headline.textContent()) ?? '';
    const announced = ({ page: shown }: AppPage) => shown.getByRole('status').filter({ hasText: 'of 1,594 pictures.' });
    const said = (await announced(untouched).textContent()) ?? '';

    await app.open('./?q=dog');
    await app.answered('dog');
    await app.top(8);
    await change(page);
    await app.search('rocket');
    await expect(app.headline).toHaveText(headline);
    await expect.poll(() => titles(page)).toEqual(right);
    await expect(announced(app)).toHaveText(said);

    await change(page);
    await cell(page, 1).click();
    const title = app.detail.locator('h2');
    await expect(title).toHaveText(right[0] ?? '');
    await change(page);
    await page.keyboard.press('ArrowRight');
    await expect(title).toHaveText(right[1] ?? '');
    await expect(app.detail.locator('dd').filter({ hasText: /^2\D+1,594$/ })).toBeVisible();
    await expect(app.detail.locator('dd').filter({ hasText: /^[a-z-]+\.png$/ })).toHaveText(
      `${right[1]?.replaceAll(' ', '-')}.png`,
    );
    await page.keyboard.press('Escape');

    await page.locator('.status-chip').click();
    await expect(app.statusPanel).toBeVisible();
    await change(page);
    await page.context().setOffline(true);
    await expect(app.statusPanel.locator('dd').filter({ hasText: /^Offline$/ })).toBeVisible();
    await expect(app.statusPanel.locator('p').first()).toHaveText(
      /^There is no network, and the search works without one\./,
    );
    await page.context().setOffline(false);
    await expect(app.statusPanel.locator('dd').filter({ hasText: /^Online$/ })).toBeVisible();
    await page.keyboard.press('Escape');

    await change(page);
    await page.locator('.rating input[value="9"]').check();
    await change(page);
    await page.locator('a[href*="view=log"]').click();
    await expect(page.locator('.log-query')).toHaveText(['rocket', 'dog', 'rocket']); // the last: of the other tab
    await change(page);
    await page.getByRole('button', { name: 'Delete the search “dog”' }).click();
    await expect(page.locator('.log-query')).toHaveText([/rocket/, /rocket/]);
    await expect(page.locator('.log-undo')).toContainText('Deleted “dog”.');
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect(page.locator('.log-query')).toHaveText([/rocket/, /dog/, /rocket/]);
  });
}
