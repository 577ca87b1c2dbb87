import type { ElementHandle } from 'puppeteer-core';
import { picturePaths } from '../library/pictures.ts';
import { expect, test } from './firefox-page.ts';

const COUNT = 40;

test('pictures of one’s own: added through an input, found, still there on the next visit', async ({
  app,
  baseURL,
}) => {
  const paths = await picturePaths(COUNT);
  await app.page.goto(`${baseURL}?view=library`);
  const input = await app.find('input[type=file]', 'Pictures');
  await (input as ElementHandle<HTMLInputElement>).uploadFile(...paths);
  await app.find('h2', 'All added');
  await app.page.goto(`${baseURL}?c=library&q=animal`);
  await app.find('h2', '“animal”');
  expect((await app.titles(3)).length).toBe(3);
  await app.until(() =>
    [...document.querySelectorAll<HTMLImageElement>('.cell img')].some((one) => one.naturalWidth > 0),
  );
  await app.page.reload();
  await app.find('option', `Your pictures (${COUNT})`);
  await app.find('h2', '“animal”');
});
