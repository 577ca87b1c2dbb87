import { expect, test } from '../fixtures.ts';

test('a search is rated, changed and withdrawn, and a reload knows it', async ({ app, page }) => {
  const scale = page.getByRole('group', { name: 'Rate this search' });
  await app.open('./?q=rocket');
  await app.answered('rocket');

  await scale.getByRole('radio', { name: '7', exact: true }).check();
  await expect(scale.getByRole('radio', { name: '7', exact: true })).toBeChecked();
  await expect(scale.getByRole('button', { name: 'Withdraw' })).toBeEnabled();
  await app.reload();
  await expect(scale.getByRole('radio', { name: '7', exact: true })).toBeChecked();

  await scale.getByRole('radio', { name: '10, all fit', exact: true }).check();
  await expect(scale.getByRole('radio', { name: '10, all fit', exact: true })).toBeChecked();
  await app.reload();
  await expect(scale.getByRole('radio', { name: '10, all fit', exact: true })).toBeChecked();

  await scale.getByRole('button', { name: 'Withdraw' }).click();
  await expect(scale.getByRole('radio', { checked: true })).toHaveCount(0);
  await app.reload();
  await app.answered('rocket');
  await expect(scale.getByRole('radio')).toHaveCount(10);
  await expect(scale.getByRole('radio', { checked: true })).toHaveCount(0);
});

test('results are judged by thumbs, in the grid and in the detail view', async ({ app, page }) => {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  const [first] = await app.top(1);
  await app.at(1).hover();
  await page.getByRole('button', { name: `Good match: ${first}`, exact: true }).click();
  await expect(page.getByRole('button', { name: `Good match: ${first}`, exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
  await expect(app.notices).toContainText('Ordered by your thumb.');

  const [, second] = await app.top(2);
  await app.at(2).click();
  const bad = app.detail.getByRole('button', { name: `Bad match: ${second}`, exact: true });
  await bad.click();
  await expect(bad).toHaveAttribute('aria-pressed', 'true');
  await app.reload();
  await expect(bad).toHaveAttribute('aria-pressed', 'true');

  await bad.click();
  await expect(bad).toHaveAttribute('aria-pressed', 'false');
  await app.detail.getByRole('button', { name: 'Close' }).click();
  await app.reload();
  await expect(page.getByRole('button', { name: `Good match: ${first}`, exact: true })).toHaveAttribute(
    'aria-pressed',
    'true',
  );
});

test('a search keeps its rating though one of its pictures is opened before it is in the log', async ({
  app,
  page,
}) => {
  const scale = page.getByRole('group', { name: 'Rate this search' });
  await app.open();
  await app.search('dog');
  await app.at(1).click();
  await app.detail.getByRole('button', { name: 'Close' }).click();
  await expect(app.detail).toBeHidden();
  await scale.getByRole('radio', { name: '8', exact: true }).check();
  await expect(scale.getByRole('radio', { name: '8', exact: true })).toBeChecked();
  await app.reload();
  await expect(scale.getByRole('radio', { name: '8', exact: true })).toBeChecked();
  await page.getByRole('link', { name: 'Search log' }).click();
  await expect(page.locator('.log-query')).toHaveText(['dog']);
});

test('Back to a rated search shows its rating, and a new one takes its place', async ({ app, page }) => {
  const scale = page.getByRole('group', { name: 'Rate this search' });
  await app.open();
  await app.search('dog');
  await scale.getByRole('radio', { name: '8', exact: true }).check();
  await app.search('cat');
  await app.field.press('Enter');
  await page.goBack();
  await app.answered('dog');
  await scale.getByRole('radio', { name: '5', exact: true }).check();
  await app.reload();
  await expect(scale.getByRole('radio', { name: '5', exact: true })).toBeChecked();
  await page.getByRole('link', { name: 'Search log' }).click();
  await expect(page.locator('.log-query')).toHaveText(['cat', 'dog']);
});

test('completed searches are logged, keystrokes are not', async ({ app, page }) => {
  await app.open();
  await app.type('guitar');
  await app.field.press('Enter');
  await app.answered('guitar');
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByRole('list', { name: 'Examples' }).getByRole('button', { name: 'ocean' }).click();
  await app.answered('ocean');
  // A pause completes a search too: the page is left in the moment of the answer, however slow the machine.
  const left = page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        const observer = new MutationObserver(() => {
          if (!document.querySelector('.results-header')?.textContent.includes('“dog”')) return;
          observer.disconnect();
          document.querySelector<HTMLAnchorElement>('header a[href*="view=log"]')?.click();
          resolve();
        });
        observer.observe(document.body, { subtree: true, childList: true, characterData: true });
      }),
  );
  await app.field.fill('dog');
  await left;
  const entries = page.getByRole('region', { name: 'Searches' }).locator('.log-query');
  await expect(entries).toHaveText(['ocean', 'guitar']);
});

test('a search that pauses for a second is logged', async ({ app, newTab }) => {
  const log = await newTab();
  await log.page.goto('./?view=log');
  await expect(log.page.getByText('No searches yet.')).toBeVisible();
  await app.open();
  await app.search('umbrella');
  await expect(log.page.locator('.log-query')).toHaveText(['umbrella']);
});

test('two tabs rate the same search, and each shows what the other did', async ({ app, newTab }) => {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  const scale = app.page.getByRole('group', { name: 'Rate this search' });
  await scale.getByRole('radio', { name: '4', exact: true }).check();
  await expect(scale.getByRole('radio', { name: '4', exact: true })).toBeChecked();

  const log = await newTab();
  await log.page.goto('./?view=log');
  await log.page.getByText(/^Rating and results/).click();
  const other = log.page.getByRole('group', { name: /Rate “rocket”/ });
  await expect(other.getByRole('radio', { name: '4', exact: true })).toBeChecked();
  await other.getByRole('radio', { name: '9', exact: true }).check();
  await expect(scale.getByRole('radio', { name: '9', exact: true })).toBeChecked();

  await Promise.all([
    scale.getByRole('radio', { name: '2', exact: true }).check(),
    other.getByRole('radio', { name: '8', exact: true }).check(),
  ]);
  const rated = async (group: typeof scale) => group.getByRole('radio', { checked: true }).getAttribute('value');
  const agree = () => expect(async () => expect(await rated(scale)).toBe(await rated(other))).toPass();
  await agree();
  await app.reload();
  await agree();
});
