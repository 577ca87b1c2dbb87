import { badFiles } from '../../scripts/checks/bad-files.ts';
import { expect, test } from '../fixtures.ts';
import { OwnPictures } from './own-pictures.ts';

test('bad files are named with their reasons, all others are in, and nothing is executed or fetched', async ({
  page,
}) => {
  // What is asked of elsewhere, and what the policy forbids, fails every test.
  const files = await badFiles('https://elsewhere.example');
  const own = new OwnPictures(page);
  await own.open();
  await own.input.setInputFiles(
    files.map(({ name, bytes }) => ({ name, mimeType: 'image/png', buffer: Buffer.from(bytes) })),
  );
  const refused = files.filter((file) => file.refused !== null);
  await own.has(files.length - refused.length);
  await expect(page.getByRole('heading', { name: `${refused.length} files could not be added` })).toBeVisible();
  for (const { name, refused: reason } of refused) {
    const line = page.locator('.library-failures li').filter({ has: page.getByText(name, { exact: true }) });
    await expect(line.getByText(reason ?? ''), name).toBeVisible();
  }
  expect(await page.evaluate(() => 'attacked' in window)).toBe(false);
});
