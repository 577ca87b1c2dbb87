import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { storedFolder } from '../../scripts/indexing/fixtures/stored.ts';
import { listCollections } from '../../scripts/site/list-collections.ts';
import { expect, test } from '../fixtures.ts';
import { makePublicFolder, script, serveSite } from '../sites.ts';

test('a collection of version 3 is searched, and as before once it is brought to version 4', async ({
  app,
  guard,
  page,
}, testInfo) => {
  const stored = storedFolder(3);
  const folder = await makePublicFolder(testInfo.outputPath('public'));
  const out = join(folder, 'collections/hnsw');
  await cp(join(stored, 'collections/hnsw'), out, { recursive: true });
  await listCollections(join(folder, 'collections'), () => {});
  const { origin } = await serveSite(folder);
  guard.allow(origin);

  const look = async () => {
    await app.open(`${origin}/?c=hnsw&q=red+circle`);
    await app.answered('red circle');
    await expect(app.pictures).toHaveCount(9);
    const shown = await app.shown();
    await expect(page.locator('main img').first()).toHaveJSProperty('complete', true);
    await app.openStatus();
    const format = await app.fact('Format').textContent();
    await app.statusPanel.getByRole('button', { name: 'Close' }).click();
    return { shown, version: format?.replace(/,.*/, '') };
  };
  const before = await look();
  expect(before.version).toBe('Version 3');

  const texts = ['--captions', join(stored, 'captions.json')];
  await script(
    'build-index.ts',
    join(stored, 'pictures'),
    '--out',
    out,
    ...texts,
    '--M',
    '8',
    '--efConstruction',
    '50',
  );
  const after = await look();
  expect(after).toEqual({ shown: before.shown, version: 'Version 4' });
});
