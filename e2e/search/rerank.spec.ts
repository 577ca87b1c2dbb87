import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { secondScores } from '../../scripts/eval/testing-rerank.ts';
import { addReranker } from '../../scripts/models/rerankers/add-reranker.ts';
import { ROOT_FOLDER } from '../../scripts/repository/folders.ts';
import { listCollections } from '../../scripts/site/list-collections.ts';
import { expect, test } from '../fixtures.ts';
import { copyPublicFolder, serveSite } from '../sites.ts';

/** Of the smallest size, with random weights: it knows nothing, and so puts pictures in another order. */
const TINY = join(ROOT_FOLDER, 'src/platform/rerankers/fixtures/random-blip-itm');

/** Browsers decode thumbnails a little differently: what is so near to each other may change places. */
const NEAR = 0.02;

/** How far the page is scrolled, and where its pictures are in the window. */
function placesOf(page: Page): Promise<readonly (readonly number[])[]> {
  return page.evaluate(() => {
    const cells = [...document.querySelectorAll('.grid [data-cell]')].map((cell) => cell.getBoundingClientRect());
    return [[scrollY], ...cells.map(({ x, y, width, height }) => [x, y, width, height])];
  });
}

test('the best pictures are looked at again: nothing jumps, the newest search wins, and it works without a network', async ({
  app,
  guard,
  page,
}, info) => {
  const folder = await copyPublicFolder(info.outputPath('public'));
  const modelsFolder = join(folder, 'models');
  await addReranker({ folder: TINY, modelsFolder, id: 'tiny', described: { title: 'Tiny', licence: 'MIT' } });
  await listCollections(join(folder, 'collections'), () => {});
  const expected = await secondScores(folder, { reranker: 'tiny', collection: 'demo', text: 'vehicle' });
  const site = await serveSite(folder);
  guard.allow(site.origin);
  const loaded: string[] = [];
  page.on('request', (request) => loaded.push(request.url()));
  const isLoaded = () => loaded.some((url) => url.includes('/tiny/onnx/'));

  const button = page.getByRole('button', { name: 'Look again', exact: true });
  const allTheSame = page.getByRole('button', { name: 'Look again all the same' });
  const said = page.locator('.rerank-switch [role="status"]');
  const moved = page.getByRole('link', { name: /, moved (up|down) from/ });
  const shown = async () => (await app.shown()).slice(0, 24);
  /** On a busy machine it is slow, and asks. */
  const isOn = async () => {
    await expect(said.filter({ hasText: 'have moved' }).or(allTheSame)).toHaveCount(1);
    if (await allTheSame.isVisible()) await allTheSame.click();
    await expect(said).toHaveText(/^The best pictures were looked at again: \d+ have moved\.$/);
  };
  const isAsInNode = async () => {
    const top = (await shown()).slice(0, 20).map(({ title }) => expected.get(title));
    expect(top).not.toContain(undefined);
    for (const [i, one] of top.entries()) {
      const next = top[i + 1];
      if (!one || !next) continue;
      expect(one.part, `the lines, at ${i}`).toBeLessThanOrEqual(next.part);
      if (one.part === next.part) expect(one.score, `at ${i}`).toBeGreaterThan(next.score - NEAR);
    }
  };

  // What it takes is said before anything of it is loaded.
  await app.open(`${site.origin}/`);
  await expect(button).toHaveCount(0);
  await app.search('vehicle');
  await expect(button).toHaveAttribute('aria-pressed', 'false');
  const before = await shown();
  await button.click();
  await expect(page.getByText(/^A larger model, Tiny, looks at the best 20 .* Licence: MIT\.$/)).toBeVisible();
  expect(isLoaded()).toBe(false);

  // The other order takes the place of the fast one.
  await page.evaluate(() => scrollTo({ top: 60 }));
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(60);
  const places = await placesOf(page);
  expect(places.length).toBeGreaterThan(20);
  await page.getByRole('button', { name: /^Download \d+ kB$/ }).click();
  await isOn();
  await expect(button).toHaveAttribute('aria-pressed', 'true');
  await expect(button).toBeFocused();
  expect(await placesOf(page)).toEqual(places);
  expect(isLoaded()).toBe(true);
  await isAsInNode();
  const after = await shown();
  const byTitle = (all: typeof before) => all.map(({ title, score }) => `${title} ${score}`).sort();
  expect(after.map(({ title }) => title)).not.toEqual(before.map(({ title }) => title));
  expect(byTitle(after.slice(0, 20))).toEqual(byTitle(before.slice(0, 20)));
  expect(after.slice(20)).toEqual(before.slice(20));
  const up = page.getByRole('link', { name: /, moved up from \d+: a second look matches it to [\d.]+ %/ });
  await up.first().click();
  await expect(app.detail.getByText(/^moved up from \d+: a second look/)).toBeVisible();
  await page.keyboard.press('Escape');

  // Off, the pictures are as they were; nothing is downloaded a second time.
  await button.click();
  await expect(button).toHaveAttribute('aria-pressed', 'false');
  expect(await shown()).toEqual(before);
  loaded.length = 0;
  await button.click();
  await isOn();
  expect(isLoaded()).toBe(false);

  // Of two searches in a row the second one is looked at.
  await app.field.fill('tree');
  await app.search('animal');
  await expect(moved.first()).toBeVisible();
  await expect(app.headline).toContainText('“animal”');
  await app.search('vehicle');
  await expect(moved.first()).toBeVisible();
  await isAsInNode();

  // It is among what can be removed; on the next visit it is as it was left, without a network too.
  await app.openStatus();
  await expect(app.fact('App')).toHaveText('Kept');
  await expect(app.fact('Model, index')).toHaveText('Kept');
  await page.getByText('What they are, and what this browser keeps of them').click();
  await expect(page.locator('.models-item', { hasText: 'Tiny' })).toContainText(/For a second look .* kB kept here/s);
  await app.closeStatus();
  await site.stop();
  // Pictures that nobody has looked at need not be kept yet.
  guard.expect(/ERR_CONNECTION_REFUSED|Failed to fetch|ERR_FAILED .*\/thumbs\//);
  await app.reload();
  await isOn();
  await isAsInNode();

  await button.click();
  await expect(moved).toHaveCount(0);
  expect(await shown()).toEqual(before);
});
