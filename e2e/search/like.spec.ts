/** More pictures like one of the collection. */
import { expect, test } from '../fixtures.ts';

test.use({ samePage: true });

test('more like a result: it takes the place of the words, and is not among its own results', async ({ app, page }) => {
  await app.open('./?q=rocket');
  await app.answered('rocket');
  const [title = ''] = await app.top(1);
  await app.at(1).hover();
  await page.getByRole('button', { name: `More like this: ${title}`, exact: true }).click();
  await app.answered('like a picture');
  await expect(page).toHaveURL(/\?query=1_i\.[0-9a-f]{16}$/);
  await expect(app.field).toHaveValue('');
  await expect(app.field).toBeFocused();
  const part = page.getByRole('button', { name: `Remove like “${title}”`, exact: true });
  await expect(part.locator('img')).toBeVisible();
  const [nearest, second] = await app.shown();
  expect(nearest?.title).not.toBe(title);
  expect(nearest?.score).toBeGreaterThan(second?.score ?? 1);
  expect(nearest?.score).toBeLessThan(1);
  await expect(app.at(1)).toContainText('1 of 1,593');

  // Words come beside it.
  await app.field.fill('moon');
  await app.answered('moon, like a picture');
  await page.goBack();
  await app.answered('like a picture');
  await page.goBack();
  await app.answered('rocket');
});

test('more like the opened picture, alone or with the words', async ({ app, page }) => {
  await app.open('./?q=red&c=demo');
  await app.answered('red');
  await app.at(3).click();
  const title = (await app.detail.getByRole('heading').textContent()) ?? '';
  await app.detail.getByRole('button', { name: 'with these words' }).click();
  await app.answered('red, like a picture');
  await expect(app.detail).toBeHidden();
  await expect(app.field).toHaveValue('red');
  await expect(app.field).toBeFocused();
  await expect(page.getByRole('button', { name: `Remove like “${title}”`, exact: true })).toBeVisible();

  // Back leads to the picture, and from there to the search.
  await page.goBack();
  await expect(app.detail.getByRole('heading', { name: title, exact: true })).toBeVisible();
  await app.detail.getByRole('button', { name: 'More like this', exact: true }).click();
  await app.answered('like a picture');
  await expect(app.field).toHaveValue('');
  await page.goBack();
  await page.keyboard.press('Escape');
  await expect(app.detail).toBeHidden();
  await app.answered('red');
});

test('by keyboard, and while nothing is searched for; a filter stays', async ({ app, page }) => {
  await app.open();
  await app.field.press('ArrowDown');
  await expect(app.at(1)).toBeFocused();
  const [title = ''] = await app.top(1);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: `More like this: ${title}`, exact: true })).toBeFocused();
  await page.keyboard.press('Enter');
  await app.answered('like a picture');
  await expect(app.field).toBeFocused();

  await app.open('./?query=1_w.animal_name.face');
  await app.answered('animal, name: face');
  await app.at(2).hover();
  await page.getByRole('button', { name: /^More like this: / }).click();
  await app.answered('like a picture, name: face');
  for (const shown of await app.shown()) expect(shown.title).toContain('face');
});
