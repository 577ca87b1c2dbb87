/** The search box: what can be typed, what it shows of it, completion, names. */
import type { AppPage } from '../app-page.ts';
import { expect, test } from '../fixtures.ts';

test.use({ samePage: true });

const chips = (app: AppPage) => app.page.getByRole('list', { name: 'Parts of this search' }).getByRole('button');
const options = (app: AppPage) => app.page.getByRole('listbox', { name: 'Completions' }).getByRole('option');

test('what is typed is understood, shown as chips, and stays as it was typed', async ({ app, page }) => {
  await app.open();
  await app.field.fill('Fruit  -red^2 "on a tree" type:PNG width:>700');
  await app.field.press('Enter');
  await app.answered('Fruit, not red ×2, on a tree, type: png, width: >700');
  await expect(chips(app)).toHaveText([
    'Remove not red ×2',
    'Remove on a tree',
    'Remove type: png',
    'Remove width: >700',
  ]);
  await expect(page).toHaveURL(/\?query=1_w\.Fruit_w-200\.red_w\.on\+a\+tree_type\.png_width\.701-$/);

  await page.reload();
  await app.answered('Fruit, not red ×2, on a tree, type: png, width: >700');
  await expect(app.field).toHaveValue('Fruit  -red^2 "on a tree" type:PNG width:>700');
  await page.getByRole('button', { name: 'Remove on a tree' }).click();
  await app.answered('Fruit, not red ×2, type: png, width: >700');
  await expect(app.field).toHaveValue('Fruit  -red^2 type:PNG width:>700');
  await expect(app.field).toBeFocused();

  await page.goBack();
  await expect(app.field).toHaveValue('Fruit  -red^2 "on a tree" type:PNG width:>700');
  await expect(chips(app)).toHaveCount(4);
  await page.goForward();
  await expect(app.field).toHaveValue('Fruit  -red^2 type:PNG width:>700');
});

test('filters leave what passes, and what is no filter is words', async ({ app }) => {
  await app.open();
  await app.search('animal');
  await app.field.fill('animal name:face');
  await app.answered('animal, name: face');
  for (const { title } of await app.shown()) expect(title).toContain('face');
  await app.field.fill('animal foo:bar before:never');
  await app.answered('animal foo:bar before:never');
  await expect(chips(app)).toHaveCount(0);
});

test('filters alone list all that pass, to the end, and the address keeps it', async ({ app, page }) => {
  await app.open();
  await app.field.fill('name:face');
  await app.answered('name: face');
  await expect(app.headline).toHaveText(/^\d+ pictures with “name: face”$/);
  for (const { title, score } of await app.shown()) {
    expect(title).toContain('face');
    expect(score).toBeNull();
  }
  const count = Number.parseInt((await app.headline.textContent()) ?? '', 10);
  await app.at(1).focus();
  await page.keyboard.press('Control+End');
  await expect(app.at(count)).toBeFocused();
  await expect(app.at(count)).toContainText('face');
  await page.reload();
  await app.answered('name: face');
  await expect(app.field).toHaveValue('name:face');
  await page.getByRole('button', { name: 'Remove name: face' }).click();
  await expect(app.field).toHaveValue('');
  await expect(app.headline).toHaveCount(0);
});

test('nothing moves when chips come and go', async ({ app }) => {
  await app.open('./?q=dog');
  await app.answered('dog');
  const top = () => app.headline.evaluate((element) => element.getBoundingClientRect().top + scrollY);
  const before = await top();
  await app.field.fill('dog -cat "red car" dog^2 type:png name:dog folder:x -a -b -c -d -e -f -g');
  await expect(chips(app)).toHaveCount(13);
  expect(await top()).toBe(before);
});

test('names of filters and their values are completed by the keyboard', async ({ app, page }) => {
  await app.open();
  await app.field.pressSequentially('dog ty');
  await expect(options(app)).toHaveText([/^type:/]);
  await expect(app.field).toHaveAttribute('aria-expanded', 'true');
  await page.keyboard.press('Tab');
  await expect(app.field).toHaveValue('dog type:');
  await expect(options(app)).toHaveText([/^png1,594 pictures$/]);
  await page.keyboard.press('ArrowDown');
  const active = options(app).first();
  await expect(active).toHaveAttribute('aria-selected', 'true');
  await expect(app.field).toHaveAttribute('aria-activedescendant', (await active.getAttribute('id')) ?? '');
  await page.keyboard.press('Enter');
  await expect(app.field).toHaveValue('dog type:png ');
  await expect(options(app)).toHaveCount(0);
  await app.answered('dog, type: png');

  await page.keyboard.type('in:');
  await expect(options(app)).toHaveText([/^demo/]);
  await page.keyboard.press('Escape');
  await expect(options(app)).toHaveCount(0);
  await expect(app.field).toHaveValue('dog type:png in:');
  await page.keyboard.type('demo rating:u');
  await expect(options(app)).toHaveText(['up']);
  await options(app).first().click();
  await expect(app.field).toHaveValue('dog type:png in:demo rating:up ');
  await expect(app.field).toBeFocused();
});

test('plain words complete nothing, and Enter searches for what stands there', async ({ app, page }) => {
  await app.open();
  await app.field.pressSequentially('a red fox');
  await app.answered('a red fox');
  await expect(options(app)).toHaveCount(0);
  await app.field.fill('');
  await app.field.pressSequentially('name');
  await expect(options(app)).toHaveText([/^name:/]);
  await page.keyboard.press('Enter');
  await expect(app.field).toHaveValue('name');
  await expect(options(app)).toHaveCount(0);
});

test('names are found where they count, and said', async ({ app, page }) => {
  await app.open('./?q=service');
  await app.answered('service');
  const names = page.getByRole('button', { name: 'Names' });
  await expect(names).toHaveAttribute('aria-pressed', 'false');
  await expect(app.grid.getByText('found by name')).toHaveCount(0);
  await names.click();
  await expect(names).toHaveAttribute('aria-pressed', 'true');
  await expect(page).toHaveURL(/\?q=service&names=1$/);
  const dog = app.grid.getByRole('link', { name: /^service dog ?, \d+ of [\d,]+ ?, found by name/ });
  await expect(dog.locator('.cell-named')).toBeVisible();
  await page.reload();
  await expect(dog).toBeVisible();
});

test('what can be typed is told, and the keyboard comes back', async ({ app, page }) => {
  await app.open();
  const help = page.getByRole('button', { name: 'What can be typed' });
  await help.click();
  const dialog = page.getByRole('dialog', { name: 'What can be typed' });
  await expect(dialog.getByRole('rowheader', { name: 'folder:"two words"' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await expect(help).toBeFocused();
});

test.describe('with a log of its own', () => {
  test.use({ samePage: false });

  test('thumbs are a filter', async ({ app, page }) => {
    await app.open('./?q=rocket');
    await app.answered('rocket');
    const [title = ''] = await app.top(1);
    await app.at(1).hover();
    await page.getByRole('button', { name: `Good match: ${title}` }).click();
    await app.search('rocket');
    await app.field.fill('vehicle rating:up');
    await app.answered('vehicle, rating: up');
    await expect(app.pictures).toHaveCount(1);
    expect((await app.shown())[0]?.title).toBe(title);
    await expect(page).toHaveURL(/\?query=2_w\.vehicle_rating\.up$/);
  });
});
