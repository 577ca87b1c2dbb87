import { join } from 'node:path';
import { addModel } from '../../scripts/models/add-model.ts';
import { putWeightsBeside, TEXT_TOWER } from '../../scripts/models/hf/testing.ts';
import { expect, test } from '../fixtures.ts';
import { drawPictures as drawThings, OwnPictures } from '../library/own-pictures.ts';
import { copyPublicFolder, drawPictures, script, serveSite } from '../sites.ts';

test('a collection of another model and dimension is offered and searched', async ({ app, guard, page }, info) => {
  const folder = await copyPublicFolder(info.outputPath('public'));
  const models = join(folder, 'models');
  await script('models/make-random-model.ts', info.outputPath('random'), '--dim', '48');
  // A tower with weights beside it, as large ones have them.
  await putWeightsBeside(info.outputPath('random'), TEXT_TOWER, 'text_model.onnx_data');
  const model = await addModel({ folder: info.outputPath('random'), modelsFolder: models, id: 'random-48' });
  expect(model.dim).toBe(48);
  expect(model.files.map(({ path }) => path)).toContain(`${TEXT_TOWER}_data`);
  const pictures = await drawPictures(info.outputPath('pictures'), ['rocket', 'dog', 'cat', 'ghost', 'guitar']);
  const collection = join(folder, 'collections/other');
  await script(
    'build-index.ts',
    pictures,
    '--out',
    collection,
    '--models',
    models,
    '--model',
    'random-48',
    '--title',
    'Other',
  );

  const site = await serveSite(folder);
  guard.allow(site.origin);

  // Together with others: its pictures are found once its model is here, which is offered.
  await app.open(`${site.origin}/?c=*`);
  const offer = app.notices.getByText(/^“Other” is not searched yet: it needs the model random-48 \(/);
  await expect(offer).toBeVisible();
  await app.search('rocket');
  await expect(page.getByText(/1,594 pictures searched in /)).toBeVisible();
  await app.notices.getByRole('button', { name: /^Load \d/ }).click();
  await expect(page.getByText(/1,599 pictures searched in /)).toBeVisible();
  await expect(offer).toHaveCount(0);
  await app.field.fill('rocket in:other');
  await app.answered('rocket, in: other');
  await expect(app.pictures).toHaveCount(5);
  await app.pictures.first().click();
  await expect(app.detail.getByText('Found by random-48')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.goto(site.origin);

  await page.getByRole('combobox', { name: 'Collection' }).selectOption('Other');
  await expect(page).toHaveURL(/\?c=other$/);
  await expect(page.getByText('Other, 5 pictures.')).toBeVisible();
  await expect(app.pictures).toHaveCount(5);
  await app.search('rocket');
  await expect(page.getByText(/5 pictures searched in [\d.<]+ m?s\.$/)).toBeVisible();
  await expect(app.pictures.filter({ hasText: /score/ })).toHaveCount(5);
  await app.openStatus();
  await expect(app.fact('Model')).toContainText('random-48');
  await expect(app.fact('Precision')).toHaveText('fp32, 48 dimensions');
  await expect(app.fact('Vectors')).toHaveText('5 × 48');

  // Its space can be had back, and it can be downloaded again.
  await page.getByText('What they are, and what this browser keeps of them').click();
  const listed = app.statusPanel.getByRole('listitem').filter({ hasText: 'random-48' });
  const sum = app.statusPanel.getByText(/^This browser keeps .* of them\.$/);
  await expect(listed.getByText(/^[\d.]+ [kM]B kept here$/)).toBeVisible();
  const before = (await sum.textContent()) ?? '';
  await listed.getByRole('button', { name: 'Remove' }).click();
  await listed.getByRole('button', { name: 'Yes, remove it' }).click();
  await expect(listed.getByText(/kept here$/)).toHaveCount(0);
  await expect(sum).not.toHaveText(before);
  await listed.getByRole('button', { name: /^Download \d/ }).click();
  await expect(listed.getByText(/kept here$/)).toBeVisible();
  await expect(sum).toHaveText(before);
  await page.keyboard.press('Escape');

  // And back, with the query.
  await page.getByRole('combobox', { name: 'Collection' }).selectOption('Fluent Emoji');
  await expect(page.getByText(/1,594 pictures searched in /)).toBeVisible();
  expect((await app.top(3)).join()).toContain('rocket');

  // The visitor's own pictures can be looked at again by it; then it finds them.
  const own = new OwnPictures(page);
  await page.goto(`${site.origin}/?view=library`);
  await own.input.setInputFiles(await drawThings(3));
  await own.has(3);
  await page.getByRole('button', { name: /^Search with it.*, random-48$/ }).click();
  await expect(page.getByText('It is random-48.')).toBeVisible();
  await own.searchLink.click();
  await app.search('rocket');
  await expect(page.getByText(/3 pictures searched in /)).toBeVisible();
  await app.openStatus();
  await expect(app.fact('Vectors')).toHaveText('3 × 48');
});
