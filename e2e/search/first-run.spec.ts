import { expect, hold, test } from '../fixtures.ts';
import { line } from './line.ts';

test('shows all pictures, examples and what the model can do before any query', async ({ app, page }) => {
  await page.goto('./');
  await expect(app.at(1)).toBeVisible();
  await expect(app.grid).toHaveAccessibleName('All pictures');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/Describe a picture, find\sit\./);
  await expect(page.getByText(/1,594 pictures/)).toBeVisible();
  await expect(page.getByRole('list', { name: 'Examples' }).getByRole('button')).not.toHaveCount(0);
  await app.ready();
  await expect(page.getByText(/Finds .*It hardly understands/)).toBeVisible();
  await expect(app.field).toBeFocused();
});

test('what people ask is at the top', async ({ app }) => {
  await app.open();
  for (const [query, wanted] of [
    ['dog', /dog/],
    ['guitar', /guitar/],
    ['something to eat', /rice|pie|cookie|hamburger|potato/],
    ['fruta', /grapes|melon|strawberry|pineapple/],
    ['乗り物', /rocket|car|train|ship|airplane/],
    ['ghost', /ghost/],
    ['halloween', /headstone|jack-o-lantern|vampire|zombie/],
  ] as const) {
    await app.search(query);
    await expect.soft(app.headline).toHaveText(`Results for “${query}”`);
    await expect.soft(line(app, query === 'something to eat' ? 'Less sure' : 'Sure')).toBeVisible();
    expect.soft((await app.top(3))[0], query).toMatch(wanted);
  }
});

test('an example is a search', async ({ app, page }) => {
  await app.open();
  await page.getByRole('list', { name: 'Examples' }).getByRole('button', { name: 'ocean' }).click();
  await app.answered('ocean');
  await expect(app.field).toHaveValue('ocean');
  await expect(page).toHaveURL(/\?q=ocean$/);
  await expect(page.getByRole('list', { name: 'Examples' })).toBeHidden();
});

test('says what it loads, in bytes and percent, while a query waits', async ({ app, page }) => {
  const release = await hold(page, /text_model\.onnx$/);
  await page.goto('./?q=rocket');
  await expect(app.at(1)).toBeVisible();
  await expect(page.getByText('Your search runs as soon as the model is here.')).toBeVisible();
  await expect(app.status).toHaveAccessibleName(/Loading \d+ %/);
  await page
    .locator('main')
    .getByText(/^Loading /)
    .click();
  await expect(page.getByText(/Picture vectors\s*[\d.]+ kB/)).toBeVisible();
  release();
  await app.answered('rocket');
});
