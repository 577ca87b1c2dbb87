import { expect, test } from '../fixtures.ts';
import { drawPictures, OwnPictures, type Picture } from './own-pictures.ts';

test('a folder is added, looked through again and forgotten', async ({ app, page }) => {
  const own = new OwnPictures(page);
  await own.stubFolder();
  await own.open();
  const pictures = await drawPictures(5);
  await own.writeToFolder(pictures.slice(0, 3));
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await own.has(3);
  await expect(page.getByText('3 pictures. Can be read.')).toBeVisible();

  await own.writeToFolder(pictures.slice(3));
  await page.getByRole('button', { name: 'Look for changes in Photos' }).click();
  await own.has(5);

  await page.getByRole('button', { name: 'Forget Photos' }).click();
  await page.getByRole('button', { name: 'Delete them here' }).click();
  await expect(page.getByRole('heading', { name: 'What happens then' })).toBeVisible();
  await expect(own.searchLink).toHaveCount(0);
  await app.open('./');
});

test('pictures of a disk that is away are found, and it is said that they are not at hand', async ({ app, page }) => {
  const own = new OwnPictures(page);
  await own.stubFolder();
  await own.open();
  await own.writeToFolder(await drawPictures(3));
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await own.has(3);
  await page.evaluate(async () => {
    await (await navigator.storage.getDirectory()).removeEntry('Photos', { recursive: true });
  });

  await page.reload();
  await expect(page.getByText('3 pictures. Not at hand. Its pictures can be searched all the same.')).toBeVisible();
  await page.getByRole('button', { name: 'Look for changes in Photos' }).click();
  await expect(app.notices).toContainText(/The folder .*Photos.* is not at hand/);
  await own.searchLink.click();
  await app.search('rocket');
  expect(await app.top(1)).toEqual(['rocket.png']);
  await app.at(1).click();
  await expect(app.detail.getByText('Not at hand. What this page keeps of it is shown.')).toBeVisible();
  await expect(app.detail.getByRole('img', { name: 'rocket.png' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(app.pictures).toHaveCount(3);
});

test('a picture that was deleted stays out when its folder is looked through again', async ({ app, page }) => {
  const own = new OwnPictures(page);
  await own.stubFolder();
  await own.open();
  const pictures = await drawPictures(4);
  await own.writeToFolder(pictures.slice(0, 3));
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await own.has(3);
  await app.open('?c=library');
  await page.getByRole('button', { name: 'Select', exact: true }).click();
  await app.at(1).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(app.pictures).toHaveCount(2);

  await own.open();
  await own.writeToFolder(pictures.slice(3));
  await page.getByRole('button', { name: 'Look for changes in Photos' }).click();
  await expect(page.getByRole('heading', { name: 'All added' })).toBeVisible();
  await own.has(3);
});

test('files are deleted from the disk after a second question, and what changed since stays', async ({ app, page }) => {
  const own = new OwnPictures(page);
  await own.stubFolder();
  await own.open();
  const [first, second, third] = await drawPictures(3);
  await own.writeToFolder([first, second, third].filter((one) => one !== undefined));
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await own.has(3);
  await own.writeToFolder([{ ...(second as Picture), buffer: (third as Picture).buffer }]);
  await app.open('?c=library');
  await page.getByRole('button', { name: 'Select', exact: true }).click();
  await page.getByRole('button', { name: 'Select all' }).click();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await page.getByRole('button', { name: 'Delete the files too' }).click();
  await expect(page.getByRole('heading', { name: 'Delete 3 files from the disk?' })).toBeVisible();
  expect(await own.filesInFolder()).toHaveLength(3);
  await page.getByRole('button', { name: 'Yes, delete 3 files' }).click();
  await expect(page.getByRole('heading', { name: '2 files were deleted, 1 not' })).toBeVisible();
  await expect(page.getByText('Changed since it was added')).toBeVisible();
  expect(await own.filesInFolder()).toEqual([second?.name]);
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(app.pictures).toHaveCount(1);
});

test('a folder carries its index: added again, nothing is looked at twice', async ({ app, page }) => {
  const own = new OwnPictures(page);
  await own.stubFolder();
  await own.open();
  const pictures = await drawPictures(5);
  await own.writeToFolder(pictures.slice(0, 4));
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await own.has(4);
  await page.getByRole('button', { name: 'Keep the index in the folder Photos' }).click();
  await expect(page.getByText('The index is in this folder: 4 pictures')).toBeVisible();
  expect(await own.filesInFolder()).toContain('afterimage-index.zip');

  await page.getByRole('button', { name: 'Delete all my pictures' }).click();
  await page.getByRole('button', { name: 'Yes, delete them all' }).click();
  await expect(page.getByRole('heading', { name: 'What happens then' })).toBeVisible();
  await own.writeToFolder(pictures.slice(4));
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await own.has(5);
  const outcome = page.getByRole('region', { name: 'All added' });
  await expect(outcome.getByText('5 files added (4 of them from the index in the folder).')).toBeVisible();
  await own.searchLink.click();
  await expect(app.pictures).toHaveCount(5);
});

test('a tab that is closed in the middle loses nothing, and the next one goes on', async ({ page, newTab }) => {
  const own = new OwnPictures(page);
  await own.stubFolder();
  await own.open();
  await own.writeToFolder(await drawPictures(40));
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await expect(own.searchLink).toBeVisible(); // the first are in
  await page.close();

  const next = await newTab();
  const after = new OwnPictures(next.page);
  await after.open();
  await expect(after.searchLink).toBeVisible();
  const more = next.page.getByRole('button', { name: 'Continue' });
  if (await more.first().isVisible()) await more.first().click();
  await after.has(40);
});

test('two tabs that add at once lose nothing, and a picture that both add is there once', async ({ page, newTab }) => {
  const one = new OwnPictures(page);
  const other = new OwnPictures((await newTab()).page);
  const pictures = await drawPictures(24);
  await Promise.all([one.open(), other.open()]);
  await Promise.all([
    one.input.setInputFiles(pictures.slice(0, 16)),
    other.input.setInputFiles(pictures.slice(8).map((picture) => ({ ...picture, name: `again-${picture.name}` }))),
  ]);
  await Promise.all([one.has(24), other.has(24)]);
});

test('everything is deleted from the status panel too', async ({ app, page }) => {
  const own = new OwnPictures(page);
  await own.open();
  await own.input.setInputFiles(await drawPictures(2));
  await own.has(2);
  await page.goto('./?view=status');
  await expect(page.getByText('What is kept of your own pictures goes too.')).toBeVisible();
  await page.getByRole('button', { name: 'Delete everything' }).click();
  await page.getByRole('button', { name: 'Yes, delete it all' }).click();
  await app.ready();
  await own.open();
  await expect(page.getByRole('heading', { name: 'What happens then' })).toBeVisible();
});
