import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { adaptCollection, removeAdapter, withCollection } from '../../scripts/adapt/adapt-collection.ts';
import { expect, test } from '../fixtures.ts';
import { drawPictures, makePublicFolder, script, serveSite } from '../sites.ts';

/** What the model knows nothing of, and what is to be found by it. */
const MEANINGS = {
  plumbus: 'dog cat tiger lion horse-face monkey-face panda koala rabbit-face mouse-face fox hamster'.split(' '),
  vashnik: 'pizza hamburger banana cherries grapes pear pineapple watermelon strawberry tomato carrot bread'.split(' '),
};

test('words are found as a collection was taught them, until it is taken out again', async ({ app, guard }, info) => {
  const folder = await makePublicFolder(info.outputPath('public'));
  const pictures = await drawPictures(info.outputPath('pictures'), Object.values(MEANINGS).flat());
  await script('build-index.ts', pictures, '--out', join(folder, 'collections/mine'), '--title', 'Mine');
  const lines = Object.entries(MEANINGS).flatMap(([word, names]) => names.map((name) => `${name}.svg,${word}`));
  const table = info.outputPath('pairs.csv');
  await writeFile(table, `picture,label\n${lines.join('\n')}\n`);
  await withCollection(folder, 'mine', (search) => adaptCollection(search, folder, table, () => {}));

  const site = await serveSite(folder);
  guard.allow(site.origin);
  /** Of the first eight pictures for the word, those that it stands for. */
  const right = async (word: keyof typeof MEANINGS) => {
    await app.search(word);
    const top = await app.top(8);
    return top.filter((title) => MEANINGS[word].some((name) => title.includes(name))).length;
  };
  await app.open(`${site.origin}/?c=mine`);
  expect(await right('plumbus')).toBeGreaterThanOrEqual(6);
  expect(await right('vashnik')).toBeGreaterThanOrEqual(6);

  // Taken out, it counts no more.
  expect(await withCollection(folder, 'mine', (search) => removeAdapter(search, folder))).toBe(true);
  await app.open(`${site.origin}/?c=mine`);
  expect(await right('plumbus')).toBeLessThan(3);
});
