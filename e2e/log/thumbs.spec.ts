import { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';
import { drawPictures, OwnPictures } from '../library/own-pictures.ts';

const QUERY = 'musical instrument';
/** As high as the places that are looked at. */
const viewport = { width: 1280, height: 1400 };
test.use({ viewport });

test('thumbs order the results; they are undone, kept, saved with the search, and go to another profile', async ({
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
  const exported = async () => {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export' }).click();
    return await (await download).path();
  };
  const more = page.getByRole('button', { name: 'Find more like the good ones' });
  await app.open(`./?q=${QUERY}`);
  await app.answered(QUERY);
  await expect(more).toHaveCount(0);
  const [first, , , liked] = (await app.top(4)) as [string, string, string, string];
  await judge('Good match', liked);
  await expect(app.at(1)).toContainText(liked);
  await expect(app.notices).toContainText('Ordered by your thumb.');
  const withOne = await order(app);
  expect(withOne.slice(0, 2)).toEqual([liked, first]);
  await page.getByRole('button', { name: 'Save this search' }).click();
  await expect(page.getByRole('textbox', { name: 'Name of the album' })).toHaveValue(QUERY);
  await page.keyboard.press('Enter');
  await expect(page.getByText(`Saved as “${QUERY}”.`)).toBeVisible();

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
  await more.focus();
  await page.keyboard.press('Enter');
  await app.answered('like a picture, not like a picture');
  await expect(app.field).toBeFocused();
  await expect(more).toHaveCount(0);
  expect(await order(app)).not.toContain(liked);
  await page.getByRole('button', { name: 'Save this search' }).click();
  await expect(page.getByRole('textbox', { name: 'Name of the album' })).toHaveValue('like a picture');
  await page.keyboard.press('Escape');
  await page.goBack();
  await expect.poll(() => order(app)).toEqual(withTwo);
  await app.search('dog');
  await expect(app.notices.getByText(/^Ordered by/)).toHaveCount(0);
  const [, otherLiked] = (await app.top(2)) as [string, string];
  await judge('Good match', otherLiked);
  await expect(app.at(1)).toContainText(otherLiked);
  await app.search(QUERY);
  await app.field.press('Enter');
  await expect.poll(() => order(app)).toEqual(withTwo);

  await page.goto('./?view=log');
  const log = await exported();
  const own = new OwnPictures(page);
  await own.open();
  await own.input.setInputFiles(await drawPictures(1));
  await own.has(1);
  const pictures = await exported();
  const context = await browser.newContext({ viewport, ...(baseURL && { baseURL }) });
  const other = new AppPage(await context.newPage());
  await other.page.goto('./?view=library');
  await other.page.locator('input[aria-label="Exported pictures"]').setInputFiles(pictures);
  await expect(other.page.getByText(/came in\./)).toBeVisible();
  await other.page.goto('./?view=albums');
  await other.page.getByRole('link', { name: new RegExp(`^${QUERY}`) }).click();
  await expect.poll(() => order(other), 'the saved search alone').toEqual(withTwo);
  await other.page.goto('./?view=log');
  await other.page.locator('input[type=file]').setInputFiles(log);
  await expect(other.page.getByText(/\d added/).first()).toBeVisible();
  await other.page.goto('./?q=dog');
  await expect(other.at(1)).toContainText(otherLiked);
  await context.close();
});
