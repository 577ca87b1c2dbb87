import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import type { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';

/** Searches of which the first is rated, and then the page of the log. */
async function fillLog(app: AppPage, queries: readonly string[]): Promise<void> {
  await app.open();
  for (const query of queries) {
    await app.field.fill(query);
    await app.field.press('Enter');
    await app.answered(query);
    if (query !== queries[0]) continue;
    const scale = app.page.getByRole('group', { name: 'Rate this search' });
    await scale.getByRole('radio', { name: '9', exact: true }).check();
    await expect(scale.getByRole('radio', { name: '9', exact: true })).toBeChecked();
  }
  await app.page.getByRole('link', { name: 'Search log' }).click();
  await expect(entries(app.page)).toHaveText([...queries].reverse());
}

const entries = (page: Page) => page.locator('.log-query');
const outcome = (page: Page) => page.locator('.log-outcome');

test('lists searches newest first, with figures, and filters them', async ({ app, page }) => {
  await fillLog(app, ['rocket', 'dog', 'hot dog']);
  await expect(page.getByText('1 of 3 searches rated, 9.0 on average.')).toBeVisible();
  await page.getByRole('tab', { name: 'Figures' }).click();
  await expect(page.getByRole('figure', { name: /Ratings/ })).toContainText('1 of 3 searches rated, 9.0 on average.');
  await expect(page.getByRole('figure', { name: /Latency/ })).toContainText(/half of the searches within [\d.<]+ ms/);
  await expect(page.locator('canvas')).toHaveCount(2);
  await page.getByRole('tab', { name: 'Searches' }).click();

  const filter = page.getByRole('searchbox', { name: 'Search the log' });
  await filter.fill('dog');
  await expect(entries(page)).toHaveText(['hot dog', 'dog']);
  await filter.fill('aardvark');
  await expect(page.getByText('No search in the log is like that.')).toBeVisible();
  await filter.fill('');
  await page.getByRole('combobox', { name: 'Rating' }).selectOption('Rated');
  await expect(entries(page)).toHaveText(['rocket']);
  await page.getByRole('combobox', { name: 'Rating' }).selectOption('Rated 3');
  await expect(page.getByText('No search in the log is like that.')).toBeVisible();
  await page.getByRole('combobox', { name: 'Rating' }).selectOption('Any rating');
  await expect(entries(page)).toHaveCount(3);
});

test('shows small pictures of what a search found', async ({ app, page }) => {
  await fillLog(app, ['rocket']);
  await page.getByText('Rating and results').click();
  const first = page.locator('.log-results img').first();
  await expect(first).toBeVisible();
  await expect.poll(() => first.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
});

test('runs a search again, and deletes one or all', async ({ app, page }) => {
  await fillLog(app, ['rocket', 'dog']);
  await entries(page).filter({ hasText: 'rocket' }).click();
  await app.answered('rocket');
  await page.goBack();
  await expect(entries(page).first()).toBeVisible();

  await page.getByRole('button', { name: 'Delete the search “dog”' }).click();
  await expect(entries(page).filter({ hasText: 'dog' })).toHaveCount(0);
  const undo = page.getByRole('button', { name: 'Undo' });
  await expect(undo).toBeFocused();
  await undo.click();
  await expect(entries(page).filter({ hasText: 'dog' })).toHaveCount(1);

  await page.getByRole('button', { name: 'Delete all' }).click();
  await expect(page.getByRole('button', { name: 'Keep them' })).toBeFocused();
  await page.getByRole('button', { name: /^Delete all \d searches$/ }).click();
  await expect(outcome(page)).toHaveText('The log is empty.');
  await expect(entries(page)).toHaveCount(0);
  await page.reload();
  await expect(page.getByText('No searches yet.')).toBeVisible();
});

test('exports the log and imports it again, in whatever order', async ({ app, page }) => {
  await fillLog(app, ['rocket', 'dog']);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^afterimage-log-\d{4}-\d\d-\d\d\.jsonl$/);
  const file = await download.path();
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  const searches = lines.slice(1).map((line) => JSON.parse(line) as { query: string; text: string });
  expect(searches).toEqual([
    expect.objectContaining({ query: '1_w.rocket', text: 'rocket' }),
    expect.objectContaining({ query: '1_w.dog', text: 'dog' }),
  ]);

  const chooser = page.locator('input[type=file]');
  await chooser.setInputFiles({ name: 'same.jsonl', mimeType: 'application/jsonl', buffer: await readFile(file) });
  await expect(outcome(page)).toContainText('0 added, 0 updated, 2 were there already.');

  await page.getByRole('button', { name: 'Delete all' }).click();
  await page.getByRole('button', { name: 'Delete all 2 searches' }).click();
  await expect(entries(page)).toHaveCount(0);
  await chooser.setInputFiles({ name: 'back.jsonl', mimeType: 'application/jsonl', buffer: await readFile(file) });
  await expect(outcome(page)).toContainText('2 added');
  await expect(entries(page)).toHaveText(['dog', 'rocket']);
  await expect(page.locator('.log-rating')).toHaveText([/9/]);
});

test('refuses a damaged import as a whole: nothing is added, nothing is lost', async ({ app, page }) => {
  await fillLog(app, ['rocket', 'dog']);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export' }).click(),
  ]);
  const text = await readFile(await download.path(), 'utf8');
  const renamed = text.replaceAll(/"id":"[0-9a-f]{32}"/g, (id) => id.replace(/[0-9a-f]{4}"$/, '0000"'));
  const damaged = [`${renamed}{"id": `, renamed.replace('"rating":9', '"rating":11'), 'not a log\n', ''];
  for (const [i, content] of damaged.entries()) {
    const name = `damaged-${i}.jsonl`;
    await page
      .locator('input[type=file]')
      .setInputFiles({ name, mimeType: 'application/jsonl', buffer: Buffer.from(content) });
    await expect(outcome(page)).not.toContainText(/Working|Exported|added/);
    await expect(outcome(page)).not.toBeEmpty();
    await expect(entries(page)).toHaveText(['dog', 'rocket']);
  }
  await page.reload();
  await expect(entries(page)).toHaveText(['dog', 'rocket']);
});
