import { join } from 'node:path';
import type { BrowserContext } from '@playwright/test';
import { SECURITY_HEADERS } from '../../../src/site/headers.ts';
import { PUBLIC_FOLDER } from '../../repository/folders.ts';
import { serve } from '../../serve/serve.ts';
import { openAnswered } from '../latency.ts';
import { launchProfile, originOf, prepareSite } from '../site.ts';
import { median } from '../stats.ts';
import { openPage } from './tab.ts';

export interface StartReport {
  readonly pictures: number;
  /** Milliseconds from navigation to the first answer in the page: the first visit with them, and medians of later ones. */
  readonly first: number;
  readonly later: number;
  /** Later visits with the demo collection, in turns with those. */
  readonly demo: number;
}

const STARTS = 5;

/**
 * The site as it is built, opened with a library of so many pictures: made-up records, vectors and thumbnails, put in
 * through the store of the page. @param bench the folder of the page of this measurement
 */
export async function measureStart(pictures: number, bench: string): Promise<StartReport> {
  const server = await serve({ site: await prepareSite(), publicFolder: PUBLIC_FOLDER, host: '127.0.0.1', port: 0 });
  const context = await launchProfile();
  try {
    const origin = originOf(server);
    await fill(context, origin, bench, pictures);
    const first = await firstAnswer(context, origin, 'library');
    await firstAnswer(context, origin, 'demo');
    const [later, demo]: [number[], number[]] = [[], []];
    for (let start = 0; start < STARTS; start++) {
      later.push(await firstAnswer(context, origin, 'library'));
      demo.push(await firstAnswer(context, origin, 'demo'));
    }
    return { pictures, first, later: median(later), demo: median(demo) };
  } finally {
    await context.close();
    server.close();
    server.closeAllConnections();
  }
}

/** From a page beside the site, before the site was there: it shares what is stored, and no service worker is in its way. */
async function fill(context: BrowserContext, origin: string, bench: string, pictures: number): Promise<void> {
  const own = `${origin}bench/`;
  await context.route(`${own}**`, (route) => {
    const { pathname } = new URL(route.request().url());
    return route.fulfill({ path: join(bench, pathname.slice('/bench/'.length)), headers: SECURITY_HEADERS });
  });
  const page = await context.newPage();
  await (await openPage(page, own)).call('fill', pictures, origin).finally(() => page.close());
  await context.unroute(`${own}**`);
}

async function firstAnswer(context: BrowserContext, origin: string, collection: string): Promise<number> {
  const page = await context.newPage();
  await openAnswered(page, `${origin}?c=${collection}&q=dog&device=wasm`);
  // When the answer was in the document, by the app's own measure.
  const ms = await page.evaluate(() => {
    const [first] = performance.getEntriesByName('afterimage:search');
    return first ? first.startTime + first.duration : Number.NaN;
  });
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.close();
  return ms;
}
