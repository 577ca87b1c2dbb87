/** Searches that are more than words: their links, their parts, and links that cannot be read. */
import { expect, test } from '../fixtures.ts';

test.use({ samePage: true });

test('a link to a search with more than words is answered, and each part can be taken out', async ({ app, page }) => {
  await app.open('./?query=1_w.animal_w-.cat_name.face');
  await app.answered('animal, not cat, name: face');
  await expect(app.field).toHaveValue('animal -cat name:face');
  const parts = page.getByRole('list', { name: 'Parts of this search' });
  await expect(parts.getByRole('button')).toHaveText(['Remove not cat', 'Remove name: face']);
  for (const { title } of await app.shown()) expect(title).toContain('face');
  await expect(page).toHaveURL(/\?query=1_w\.animal_w-\.cat_name\.face$/);

  await parts.getByRole('button', { name: 'Remove name: face' }).click();
  await app.answered('animal, not cat');
  await expect(app.field).toBeFocused();
  await expect(page).toHaveURL(/\?query=1_w\.animal_w-\.cat$/);
  await parts.getByRole('button', { name: 'Remove not cat' }).click();
  await app.answered('animal');
  await expect(parts).toHaveCount(0);
  await expect(page).toHaveURL(/\?q=animal$/);

  await page.goBack();
  await app.answered('animal, not cat');
  await page.goBack();
  await app.answered('animal, not cat, name: face');
  await expect(parts.getByRole('button')).toHaveCount(2);
  await page.goForward();
  await app.answered('animal, not cat');
  await page.reload();
  await app.answered('animal, not cat');
  await expect(app.field).toHaveValue('animal -cat');
});

test('a link to words alone can be changed as what was typed', async ({ app, page }) => {
  await app.open('./?query=1_w.fruit_w-.red');
  await app.answered('fruit, not red');
  await expect(app.field).toHaveValue('fruit -red');
  await app.field.fill('apple  -red');
  await app.answered('apple, not red');
  await expect(app.field).toHaveValue('apple  -red');
  await app.field.press('Escape');
  await expect(app.grid).toHaveAccessibleName('All pictures');
  await expect(page).toHaveURL(/\/$/);
});

test('a picture that is not there is said', async ({ app, page }) => {
  await app.open('./?query=1_w.dog_i.ffffffffffffffff');
  await expect(page.getByRole('alert').getByText('There is no picture ffffffffffffffff')).toBeVisible();
  await page.getByRole('button', { name: 'Remove like a picture' }).click();
  await app.answered('dog');
});

test('a link that cannot be read says so, and stays until something is searched for', async ({ app, page }) => {
  await app.open('./?query=99_x.something+new');
  await expect(app.notices).toContainText('This search was made by a newer version of Afterimage.');
  await expect(app.grid).toHaveAccessibleName('All pictures');
  await page.getByRole('button', { name: 'Reload' }).click();
  await app.ready();
  await expect(page).toHaveURL(/\?query=99_x\.something\+new$/);

  await app.open('./?query=1_w.dog_');
  await expect(app.notices).toContainText('This search cannot be read.');
  await app.search('dog');
  await expect(page).toHaveURL(/\?q=dog$/);
  await expect(app.notices).not.toContainText('This search cannot be read.');
});

test.describe('with a log of its own', () => {
  test.use({ samePage: false });

  test('a picture of the collection is a query, and the log keeps it', async ({ app, page }) => {
    await app.open('./?q=rocket');
    await app.answered('rocket');
    const [title = ''] = await app.top(1);
    const id = new URL((await app.at(1).getAttribute('href')) ?? '', page.url()).searchParams.get('p');

    await app.open(`./?query=1_i.${id}`);
    await app.answered('like a picture');
    expect(await app.top(9)).not.toContain(title);
    const part = page.getByRole('button', { name: `Remove like “${title}”` });
    await expect(part.locator('img')).toBeVisible();

    await page.getByRole('link', { name: 'Search log' }).click();
    await expect(page.getByRole('link', { name: 'like a picture' })).toBeVisible();
    await page.getByRole('link', { name: 'like a picture' }).click();
    await app.answered('like a picture');
    await expect(page).toHaveURL(new RegExp(`\\?query=1_i\\.${id}`));
    await part.click();
    await expect(app.grid).toHaveAccessibleName('All pictures');
  });
});
