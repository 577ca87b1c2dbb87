import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PUBLIC_FOLDER } from '../../scripts/repository/folders.ts';
import { expect, test } from '../fixtures.ts';
import { SITE, serveSite } from '../sites.ts';

/** A copy of the built site without its data. */
async function copySite(folder: string): Promise<string> {
  const data = [join(SITE, 'collections'), join(SITE, 'models')];
  await cp(SITE, folder, { recursive: true, filter: (path) => !data.includes(path) });
  return folder;
}

/** Publish another version: a document that can be told from the one before, and a service worker that knows it. */
async function publishNewer(site: string): Promise<void> {
  const change = async (name: string, from: RegExp, to: string) => {
    const path = join(site, name);
    const before = await readFile(path, 'utf8');
    expect(before).toMatch(from);
    await writeFile(path, before.replace(from, to));
  };
  await change('index.html', /<html /, '<html data-newer ');
  await change('sw.js', /"revision":"[0-9a-f]+","url":"index\.html"/, '"revision":"newer","url":"index.html"');
}

test('a newer version of the app takes over when it is asked to, in one tab after the other', async ({
  app,
  guard,
  newTab,
  page,
}, info) => {
  const folder = await copySite(info.outputPath('site'));
  const site = await serveSite(PUBLIC_FOLDER, '127.0.0.1', folder);
  guard.allow(site.origin);
  await app.open(`${site.origin}/?q=rocket`);
  await app.answered('rocket');
  await app.openStatus();
  await expect(app.fact('App')).toHaveText('Kept');
  await app.closeStatus();
  const other = await newTab();
  await other.open(`${site.origin}/?q=dog`);
  await other.answered('dog');

  await publishNewer(folder);
  await page.reload();
  // The old version starts, from what is kept, and stays until the person wants the new one.
  for (const tab of [app, other]) {
    await expect(tab.notices).toContainText('A new version of Afterimage is ready.');
    await expect(tab.page.locator('html[data-newer]')).toHaveCount(0);
  }
  await app.search('castle');

  await app.notices.getByRole('button', { name: 'Reload' }).click();
  await expect(page.locator('html[data-newer]')).toHaveCount(1);
  await app.answered('castle');
  await expect(app.notices).not.toContainText('A new version');

  // The other tab is not pulled away from under anybody's hands: it goes on, and changes when it is asked to.
  await expect(other.page.locator('html[data-newer]')).toHaveCount(0);
  await other.search('fruit');
  await other.notices.getByRole('button', { name: 'Reload' }).click();
  await expect(other.page.locator('html[data-newer]')).toHaveCount(1);
  await other.answered('fruit');
});

test('a version that cannot open its collection does not stay for good: the next one is announced', async ({
  app,
  guard,
  page,
}, info) => {
  const folder = await copySite(info.outputPath('site'));
  const site = await serveSite(PUBLIC_FOLDER, '127.0.0.1', folder);
  guard.allow(site.origin);
  await app.open(`${site.origin}/?q=rocket`);
  await app.openStatus();
  await expect(app.fact('App')).toHaveText('Kept');

  guard.expect(/status of 404/);
  await publishNewer(folder);
  await page.goto(`${site.origin}/?c=gone`);
  await expect(page.getByRole('alert')).toBeVisible();
  await app.notices.getByRole('button', { name: 'Reload' }).click();
  await expect(page.locator('html[data-newer]')).toHaveCount(1);
});
