import type { Browser, BrowserContext } from '@playwright/test';
import { openAnswered, untilKept } from './latency.ts';
import { median } from './stats.ts';

export interface Loading {
  /** Milliseconds from navigation to the first result, medians. */
  readonly cold: number;
  readonly warm: number;
  /** Bytes over the wire of a first visit, by kind of file. */
  readonly bytes: Readonly<Record<string, number>>;
}

/** Cold: a browser that has never been here. Warm: the same one, coming back. */
export async function measureLoading(browser: Browser, origin: string, rounds: number): Promise<Loading> {
  const cold: number[] = [];
  const warm: number[] = [];
  let bytes: Record<string, number> = {};
  for (let round = 0; round < rounds; round++) {
    const context = await browser.newContext();
    bytes = countBytes(context);
    cold.push(await firstResult(context, origin));
    await settled(context);
    warm.push(await firstResult(context, origin));
    await context.close();
  }
  return { cold: median(cold), warm: median(warm), bytes };
}

async function firstResult(context: BrowserContext, origin: string): Promise<number> {
  const page = await context.newPage();
  await openAnswered(page, `${origin}?q=dog&device=wasm`);
  // When the answer was in the document, by the app's own measure.
  const time = await page.evaluate(() => {
    const [first] = performance.getEntriesByName('afterimage:search');
    return first ? first.startTime + first.duration : Number.NaN;
  });
  if (context.pages().length > 1) await page.close();
  return time;
}

/** The first visit is complete when the service worker is in charge and everything is kept. */
async function settled(context: BrowserContext): Promise<void> {
  const page = context.pages()[0];
  await page?.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  if (page) await untilKept(page);
}

/** Each file once: what the service worker keeps of it comes from the browser's own cache. */
function countBytes(context: BrowserContext): Record<string, number> {
  const bytes: Record<string, number> = {};
  const seen = new Set<string>();
  context.on('response', async (response) => {
    const path = new URL(response.url()).pathname;
    if (seen.has(path)) return;
    seen.add(path);
    const kind = kindOf(path);
    const size = await response.body().then(
      (body) => body.length,
      () => 0,
    );
    bytes[kind] = (bytes[kind] ?? 0) + size;
  });
  return bytes;
}

function kindOf(path: string): string {
  if (path.includes('/models/')) return 'model';
  if (/\/(thumbs|previews)\//.test(path)) return 'pictures';
  if (path.includes('/collections/')) return 'collection';
  if (path.endsWith('.wasm')) return 'WebAssembly';
  if (/\.m?js$/.test(path)) return 'JavaScript';
  return 'page, styles, icons';
}
