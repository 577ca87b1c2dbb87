import { expect, test } from './firefox-page.ts';

test('a link to a search is answered, on more than one thread', async ({ app, baseURL }) => {
  await app.page.goto(`${baseURL}?q=dog`);
  await app.find('h2', 'Results for');
  expect((await app.titles(6)).join(' ')).toContain('dog');
  expect(await app.page.evaluate(() => crossOriginIsolated)).toBe(true);
});

test('typing searches, and Back returns to the search before', async ({ app, baseURL }) => {
  await app.page.goto(baseURL ?? '');
  await app.page.type('input[type=search]', 'guitar');
  await app.until(() => document.querySelector('.cell-title')?.textContent?.includes('guitar'));
  await app.page.keyboard.press('Enter');
  await app.page.evaluate(() => document.querySelector<HTMLInputElement>('input[type=search]')?.select());
  await app.page.type('input[type=search]', 'ghost');
  await app.until(() => document.querySelector('.cell-title')?.textContent?.includes('ghost'));
  await app.page.evaluate(() => history.back());
  await app.until(() => document.querySelector('.cell-title')?.textContent?.includes('guitar'));
  expect(await app.page.evaluate(() => document.querySelector<HTMLInputElement>('input[type=search]')?.value)).toBe(
    'guitar',
  );
});
