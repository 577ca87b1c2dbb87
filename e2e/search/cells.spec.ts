import { join } from 'node:path';
import { addModel } from '../../scripts/models/add-model.ts';
import { expect, test } from '../fixtures.ts';
import { copyPublicFolder, script, serveSite } from '../sites.ts';

/** So that the members of the cells are more than the megabyte below which a file is read whole for a part of it. */
const [COUNT, DIM] = [20_000, 128];

test('a collection of cells is searched by what is near, scrolled to its end, and searched without the network', async ({
  app,
  guard,
  page,
  context,
}, info) => {
  test.setTimeout(180_000); // the collection is built first
  const folder = await copyPublicFolder(info.outputPath('public'));
  const models = join(folder, 'models');
  await script('models/make-random-model.ts', info.outputPath('random'), '--dim', String(DIM));
  await addModel({ folder: info.outputPath('random'), modelsFolder: models, id: 'random' });
  const vectors = info.outputPath('vectors.npy');
  await script('bench/synthetic/make.ts', vectors, '--count', String(COUNT), '--dim', String(DIM));
  const out = join(folder, 'collections/cells');
  const options = ['--models', models, '--model', 'random', '--title', 'Cells', '--index', 'cells'];
  await script('build-index.ts', '--from-npy', vectors, '--out', out, ...options);
  const site = await serveSite(folder);
  guard.allow(site.origin);
  guard.expect(/ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to (load|fetch)/);
  /** Of the cells and of the vectors: what was asked for without saying which part. */
  const whole: string[] = [];
  page.on('request', (request) => {
    if (/\/(members|vectors)-/.test(request.url()) && request.headers().range === undefined) whole.push(request.url());
  });

  await app.open(`${site.origin}/?c=cells&q=rocket`);
  await app.answered('rocket');
  await expect(
    page.getByText(/20,000 pictures searched in [\d.<]+ m?s\. Scores further down are estimates\.$/),
  ).toBeVisible();
  await app.openStatus();
  await expect(app.statusPanel).toContainText('only the cells near to it are read');
  await expect(app.statusPanel).toContainText(/Read in parts[\d.,]+ [kM]B of at most 256 MB/);
  await app.statusPanel.getByRole('button', { name: 'Delete what was read in parts' }).click();
  await expect(app.statusPanel).toContainText('What was read of collections on their host is deleted.');
  await expect(app.statusPanel).not.toContainText('Read in parts');
  await app.closeStatus();

  // Beyond the first two hundred, each picture once.
  await app.at(1).focus();
  await page.keyboard.press('Control+End');
  await expect(app.at(COUNT)).toHaveAttribute('href', /p=/);
  await page.keyboard.press('Control+Home');
  await expect(app.at(1)).toBeInViewport();

  const first = await app.top(3);
  await app.search('castle');
  expect(whole).toEqual([]);

  await context.setOffline(true);
  await app.search('rocket');
  expect(await app.top(3)).toEqual(first);
  await context.setOffline(false);
});
