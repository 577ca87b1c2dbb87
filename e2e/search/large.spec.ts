import { readFile } from 'node:fs/promises';
import type { Browser, Page } from '@playwright/test';
import { expect, test } from '../fixtures.ts';
import { makeCollection, serveSite } from '../sites.ts';

const COUNT = 100_000;
const DIM = 512;
/** About 520 MB are seen, of which 59 MB are vectors and codes. Vectors held twice or as float32 would pass the limit. */
const MEMORY_BYTES = 650e6;

test('a hundred thousand pictures are searched by their codes and scrolled to the last', async ({
  app,
  guard,
  page,
}, info) => {
  test.setTimeout(600_000); // the collection is built first
  const collection = { name: 'large', title: 'Large', index: 'codes', count: COUNT, dim: DIM } as const;
  const folder = await makeCollection(info.outputPath(), collection);
  const site = await serveSite(folder);
  guard.allow(site.origin);
  await app.open(`${site.origin}/?c=large&q=rocket`);
  await app.answered('rocket');
  await expect(page.getByText(/100,000 pictures searched in [\d.<]+ m?s\.$/)).toBeVisible();
  await app.search('castle');
  await app.at(1).focus();
  await page.keyboard.press('Control+End');
  await expect(app.at(COUNT)).toBeFocused();
  await expect(app.at(COUNT)).toHaveAttribute('href', /p=/);
  await page.setViewportSize({ width: 390, height: 844 });
  await app.at(COUNT).focus();
  await page.keyboard.press('Control+Home');
  await expect(app.at(1)).toBeInViewport();
  await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
  await expect(app.at(COUNT)).toBeInViewport();
  await expect(app.at(COUNT)).toHaveAttribute('href', /p=/);
  expect(await pageBytes(page)).toBeLessThan(MEMORY_BYTES);
});

/** Resident memory of the process that runs the page and its worker: Chromium's own measure leaves out WebAssembly. */
async function pageBytes(page: Page): Promise<number> {
  const session = await (page.context().browser() as Browser).newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const renderers = processInfo.filter(({ type }) => type === 'renderer');
  const bytes = await Promise.all(
    renderers.map(async ({ id }) => {
      const status = await readFile(`/proc/${id}/status`, 'utf8');
      return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
    }),
  );
  return Math.max(...bytes);
}
