/** Albums of pictures, saved searches, and the filter by album. */
import { expect, test } from '../fixtures.ts';

test('albums are made, searched, changed, told to other tabs, and deleted', async ({ app, page, context }) => {
  await app.open();
  const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true });
  const other = await context.newPage();
  await other.goto('./?view=albums');
  await expect(other.getByText('There are no albums yet.')).toBeVisible();

  await app.search('rocket');
  await button('Save this search').click();
  await expect(page.getByRole('textbox', { name: 'Name of the album' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText('Saved as “rocket”.')).toBeVisible();
  await expect(button('Save this search')).toBeFocused();
  await button('Select').click();
  const [first = ''] = await app.top(2);
  await app.at(1).click();
  await app.at(2).click();
  await button('Add to album').click();
  await expect(page.getByRole('textbox', { name: 'Name of a new album' })).toBeFocused();
  await page.keyboard.type('To the moon');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Added to “To the moon”.')).toBeVisible();
  await expect(other.getByRole('link', { name: /^To the moon/ })).toContainText('2 pictures');

  await app.field.fill('');
  await app.field.pressSequentially('album:mo');
  await page.getByRole('option', { name: 'To the moon' }).click();
  await expect(app.field).toHaveValue('album:"To the moon" ');
  await expect(app.headline).toHaveText('2 pictures with “album: To the moon”');
  await app.field.fill('balloon album:rocket');
  await app.answered('balloon, album: rocket');
  expect((await app.shown()).map(({ title }) => title)).toContain(first);

  await page.getByRole('link', { name: 'Albums' }).click();
  await page.getByRole('link', { name: /^To the moon/ }).click();
  await app.answered('album: To the moon');
  await button('Select').click();
  await app.at(1).click();
  await button('Remove from album').click();
  await expect(app.headline).toHaveText('1 picture with “album: To the moon”');
  await button('Undo').click();
  await expect(app.headline).toHaveText('2 pictures with “album: To the moon”');

  await page.goto('./?view=albums');
  await page.getByRole('link', { name: /^rocket/ }).click();
  await app.answered('rocket');
  await other.getByRole('button', { name: 'Delete To the moon' }).click();
  await expect(other.getByRole('link', { name: /^To the moon/ })).toHaveCount(0);
  await app.field.fill('album:"to the moon"');
  await expect(app.headline).toHaveText('No picture here passes the filters of “album: to the moon”');
  await other.getByRole('button', { name: 'Undo' }).click();
  await expect(app.headline).toHaveText('2 pictures with “album: to the moon”');
});
