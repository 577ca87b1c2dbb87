import { cp, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChromaServer, startChroma } from '../../scripts/push/chroma-server.ts';
import { COLLECTIONS_FOLDER, MODELS_FOLDER } from '../../scripts/repository/folders.ts';
import { listCollections } from '../../scripts/site/list-collections.ts';
import { buildSite } from '../../scripts/site/site.ts';
import { expect, test } from '../fixtures.ts';
import { SITE, script, serveSite } from '../sites.ts';

let chroma: ChromaServer | undefined;
test.afterEach(() => chroma?.remove());

test('a collection that a server searches', async ({ app, guard, page }, info) => {
  chroma = await startChroma(8750);
  const publicFolder = info.outputPath('public');
  await cp(join(COLLECTIONS_FOLDER, 'demo'), join(publicFolder, 'collections/demo'), { recursive: true });
  await symlink(MODELS_FOLDER, join(publicFolder, 'models'));
  await listCollections(join(publicFolder, 'collections'), () => {});
  await script('push.ts', join(publicFolder, 'collections/demo'), '--to', chroma.url);
  const built = info.outputPath('site');
  await buildSite({ out: built, base: './', data: false, remotes: [chroma.url] });

  // The one origin is in the policy of this site, and of no other.
  const policy = `connect-src 'self' ${chroma.url};`;
  for (const file of ['index.html', 'sw.js']) expect(await readFile(join(built, file), 'utf8')).toContain(chroma.url);
  expect(await readFile(join(SITE, 'index.html'), 'utf8')).toMatch(/connect-src (&#39;|')self\1;/);
  expect(await readFile(join(SITE, 'sw.js'), 'utf8')).not.toContain(chroma.url);
  const site = await serveSite(publicFolder, undefined, built);
  for (const origin of [site.origin, chroma.url]) guard.allow(origin);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const answer = await page.goto(site.origin);
  expect(answer?.headers()['content-security-policy']).toContain(policy);

  // What leaves the device is said before it does.
  await expect(app.notices).toContainText(`Searches are answered by ${chroma.url}`);
  await app.search('rocket');
  expect((await app.top(3)).join()).toContain('rocket');
  await expect(page.getByText(/1,594 pictures searched in /)).toBeVisible();
  await app.field.fill('cat name:face');
  await app.answered('cat, name: face');
  expect(await app.top(5)).toEqual(Array(5).fill(expect.stringContaining('face')));
  expect(asked.filter((url) => url.startsWith(chroma?.url ?? '-'))).not.toEqual([]);
  expect(asked.filter((url) => /\/(vectors|graph)-/.test(url))).toEqual([]);
  await app.openStatus();
  await expect(app.fact('Index')).toContainText('Server');
  await expect(app.statusPanel).toContainText(`are sent to ${chroma.url}`);
  await app.closeStatus();
  await page.getByRole('link', { name: 'About' }).click();
  await expect(page.getByText(`These pictures are searched by ${chroma.url}.`)).toBeVisible();
  await page.goBack();

  // Away, what is here answers.
  guard.expect(/ERR_CONNECTION_REFUSED|Failed to fetch/);
  await chroma.stop();
  await app.search('castle');
  expect((await app.top(3)).join()).toContain('castle');
  await expect(app.notices).toContainText('The search runs on this device, because its server does not answer.');
});
