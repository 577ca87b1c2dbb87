import type { BrowserContext } from '@playwright/test';
import type { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';

/** Types with an input method; each step stays longer than the pause after which a search counts as completed. */
async function compose(
  app: AppPage,
  context: BrowserContext,
  steps: readonly string[],
  confirmed: string,
): Promise<void> {
  const devtools = await context.newCDPSession(app.page);
  await app.field.focus();
  const show = (text: string) =>
    devtools.send('Input.imeSetComposition', { text, selectionStart: text.length, selectionEnd: text.length });
  for (const step of steps) {
    await show(step);
    await app.page.waitForTimeout(1300);
  }
  if (confirmed === '') await show('');
  else await devtools.send('Input.insertText', { text: confirmed });
}

async function logged(app: AppPage): Promise<string[]> {
  await app.page.waitForTimeout(1500); // what would be logged after a pause is logged by now
  await app.page.getByRole('link', { name: 'Search log' }).click();
  await expect(app.page.getByRole('heading', { name: 'Search log' })).toBeVisible();
  await expect(app.page.getByText(/No searches yet|No search is rated yet/)).toBeVisible();
  return app.page.locator('.log-query').allTextContents();
}

test('what is confirmed is the search, and nothing before it', async ({ app, context }) => {
  await app.open();
  await compose(app, context, ['ｉ', 'い', 'いｎ', 'いぬ'], '犬');
  await app.answered('犬');
  expect(await logged(app)).toEqual(['犬']);
});

for (const [method, steps] of [
  ['Pinyin', ['g', 'go', 'gou']],
  ['Korean', ['ㄱ', '개']],
  ['a dead key', ['´', 'é']],
] as const) {
  test(`what was composed and given up is no search (${method})`, async ({ app, context }) => {
    await app.open();
    await compose(app, context, steps, '');
    await expect(app.field).toHaveValue('');
    await expect(app.grid).toHaveAccessibleName('All pictures');
    expect(await logged(app)).toEqual([]);
  });
}

test('a search that goes on with an input method counts when it is confirmed', async ({ app, context, page }) => {
  await app.open();
  await app.field.focus();
  await page.keyboard.insertText('dog');
  await compose(app, context, ['i', 'い', 'いぬ'], '犬');
  await app.answered('dog犬');
  expect(await logged(app)).toEqual(['dog犬']);
});

test.describe('on a screen with a finger', () => {
  test.use({ hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } });

  test('results follow the word that the keyboard composes, and the word it becomes is the search', async ({
    app,
    context,
  }) => {
    await app.open();
    await compose(app, context, ['ro', 'rockt'], 'rocket');
    await app.answered('rocket');
    expect(await logged(app)).toEqual(['rocket']);
  });
});
