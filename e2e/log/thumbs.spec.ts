import { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';

const QUERY = 'musical instrument';
/** As high as the places that are looked at. */
const viewport = { width: 1280, height: 1400 };
test.use({ viewport });

test('thumbs order the results; they are undone, kept, and go with the log to another profile', async ({
  app,
  page,
  browser,
  baseURL,
}) => {
  const judge = async (verdict: string, title: string) => {
    await app.grid.getByRole('link', { name: new RegExp(`^${title} ?, `) }).hover();
    await page.getByRole('button', { name: `${verdict}: ${title}`, exact: true }).click();
  };
  const order = async (shown: AppPage) => (await shown.shown()).slice(0, 8).map(({ title }) => title);
  await app.open(`./?q=${QUERY}`);
  await app.answered(QUERY);
  const [first, , , liked] = (await app.top(4)) as [string, string, string, string];
  await judge('Good match', liked);
  await expect(app.at(1)).toContainText(liked);
  await expect(app.notices).toContainText('Ordered by your thumb.');
  const withOne = await order(app);
  expect(withOne.slice(0, 2)).toEqual([liked, first]);

  await judge('Bad match', first);
  await expect(app.notices).toContainText('Ordered by your 2 thumbs.');
  expect(await order(app)).not.toContain(first);
  await app.notices.getByRole('button', { name: 'Undo' }).click();
  await expect(app.notices).toContainText('Ordered by your thumb.');
  expect(await order(app)).toEqual(withOne);
  await judge('Bad match', first);
  await expect(app.notices).toContainText('Ordered by your 2 thumbs.');
  const withTwo = await order(app);

  await app.reload();
  await expect.poll(() => order(app)).toEqual(withTwo);
  await app.search('dog');
  await expect(app.notices.getByText(/^Ordered by/)).toHaveCount(0);
  await app.search(QUERY);
  await app.field.press('Enter');
  await expect.poll(() => order(app)).toEqual(withTwo);

  await page.goto('./?view=log');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export' }).click(),
  ]);
  const context = await browser.newContext({ viewport, ...(baseURL && { baseURL }) });
  const other = new AppPage(await context.newPage());
  await other.open('./?view=log');
  await other.page.locator('input[type=file]').setInputFiles(await download.path());
  await expect(other.page.getByText(/\d added/).first()).toBeVisible();
  await other.page.goto(`./?q=${QUERY}`);
  await expect.poll(() => order(other)).toEqual(withTwo);
  await context.close();
});
