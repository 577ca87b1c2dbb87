import { join } from 'node:path';
import { listModels } from '../../scripts/models/list-models.ts';
import { addReranker } from '../../scripts/models/rerankers/add-reranker.ts';
import { ROOT_FOLDER } from '../../scripts/repository/folders.ts';
import { expect, test } from '../fixtures.ts';
import { copyPublicFolder, serveSite } from '../sites.ts';

/** Of the smallest size, with random weights: it knows nothing, and so puts pictures in another order. */
const TINY = join(ROOT_FOLDER, 'src/platform/rerankers/fixtures/random-blip-itm');

test('the best pictures are looked at again: nothing jumps, off restores, the newest search wins', async ({
  app,
  guard,
  page,
}, info) => {
  const folder = await copyPublicFolder(info.outputPath('public'));
  const models = join(folder, 'models');
  await addReranker({ folder: TINY, modelsFolder: models, id: 'tiny', described: { title: 'Tiny', licence: 'MIT' } });
  await listModels(models);
  const site = await serveSite(folder);
  guard.allow(site.origin);
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(request.url()));
  await app.open(`${site.origin}/`);
  await app.search('animal');

  // What it takes is said before anything of it is loaded.
  const button = page.getByRole('button', { name: /^Look again/ });
  await expect(button).toHaveText(/^Look again \(\d+ kB\)$/);
  await expect(button).toHaveAccessibleDescription(
    /^A larger model, Tiny, looks at the best 20 pictures.*Licence: MIT\.$/,
  );
  expect(loaded.filter((url) => url.includes('/tiny/onnx/'))).toEqual([]);
  const before = (await app.shown()).slice(0, 24);

  await page.evaluate(() => {
    scrollTo({ top: 60 });
    const counted = globalThis as unknown as { shift: number };
    counted.shift = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) counted.shift += (entry as unknown as { value: number }).value;
    }).observe({ type: 'layout-shift' });
  });
  await button.click();
  const said = page.locator('.rerank-switch [role="status"]');
  await expect(said).toHaveText(/^The best pictures were looked at again: \d+ have moved\.$/);
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  await expect(button).toBeFocused();
  expect(await page.evaluate(() => [scrollY, (globalThis as unknown as { shift: number }).shift])).toEqual([60, 0]);
  expect(loaded.some((url) => url.includes('/tiny/onnx/'))).toBe(true);

  const after = (await app.shown()).slice(0, 24);
  const byTitle = (all: typeof before) => all.map(({ title, score }) => `${title} ${score}`).sort();
  expect(after.map(({ title }) => title)).not.toEqual(before.map(({ title }) => title));
  // The same pictures with the same similarities, and the same ones after them.
  expect(byTitle(after.slice(0, 20))).toEqual(byTitle(before.slice(0, 20)));
  expect(after.slice(20)).toEqual(before.slice(20));
  const up = page.getByRole('link', { name: /, moved up from \d+: a second look matches it to [\d.]+ %, score/ });
  await up.first().click();
  await expect(app.detail.getByText(/^moved up from \d+: a second look/)).toBeVisible();
  await page.keyboard.press('Escape');

  // While somebody is at one of the pictures, they stay where they are.
  await button.click();
  await expect(button).toHaveAttribute('aria-pressed', 'false');
  expect((await app.shown()).slice(0, 24)).toEqual(before);
  await app.at(3).focus();
  await page.evaluate(() => document.querySelector<HTMLButtonElement>('.rerank-switch button')?.click());
  await expect(said).toHaveText(/^The second look is ready/);
  expect((await app.shown()).slice(0, 24)).toEqual(before);
  await app.field.focus();
  await expect(said).toHaveText(/have moved/);

  // Of two searches in a row the second one is looked at.
  await app.field.fill('tree');
  await app.field.fill('vehicle');
  await app.answered('vehicle');
  await expect(page.getByRole('link', { name: /, moved (up|down) from/ }).first()).toBeVisible();
  await button.click();
  await expect(page.getByRole('link', { name: /, moved (up|down) from/ })).toHaveCount(0);
});
