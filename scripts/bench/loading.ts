import type { BrowserContext, Page } from '@playwright/test';
import { askOnce, openAnswered, untilKept } from './latency.ts';
import { QUERIES } from './queries.ts';
import { launchProfile } from './site.ts';
import { median } from './stats.ts';

export interface Loading {
  /** Milliseconds from navigation to the first result, medians. */
  readonly cold: number;
  readonly warm: number;
  readonly later: number;
  /** Bytes over the wire of a first visit, by kind of file. */
  readonly bytes: Readonly<Record<string, number>>;
}

/** What a browser does by itself after its start is no part of a visit. */
const STARTING_MS = 4000;
/** The browser writes machine code down when no more of it comes. */
const KEEPING_MS = 3000;
/** The query of the address. */
const FIRST = 'dog';
/** Further queries of a first visit, by which the browser knows what code is worth keeping compiled. */
const VISIT = 10;

/**
 * Cold: a browser that has never been here. Warm: the same one, coming back after a visit of ten queries. Later: after
 * another such visit, when the browser has kept the machine code of the runtime.
 */
export async function measureLoading(origin: string, rounds: number): Promise<Loading> {
  const cold: number[] = [];
  const warm: number[] = [];
  const later: number[] = [];
  let bytes: Record<string, number> = {};
  for (let round = 0; round < rounds; round++) {
    const context = await launchProfile();
    bytes = countBytes(context);
    const visit = await context.newPage();
    await visit.waitForTimeout(STARTING_MS);
    cold.push(await firstResult(visit, origin));
    await settled(visit);
    await askAndLeave(visit);
    const second = await context.newPage();
    warm.push(await firstResult(second, origin));
    await askAndLeave(second);
    later.push(await firstResult(await context.newPage(), origin));
    await context.close();
  }
  return { cold: median(cold), warm: median(warm), later: median(later), bytes };
}

async function askAndLeave(page: Page): Promise<void> {
  for (const query of QUERIES.filter((query) => query !== FIRST).slice(0, VISIT)) await askOnce(page, query);
  await page.waitForTimeout(KEEPING_MS);
  await page.close();
}

async function firstResult(page: Page, origin: string): Promise<number> {
  await openAnswered(page, `${origin}?q=${FIRST}&device=wasm`);
  // When the answer was in the document, by the app's own measure.
  return page.evaluate(() => {
    const [first] = performance.getEntriesByName('afterimage:search');
    return first ? first.startTime + first.duration : Number.NaN;
  });
}

/** The first visit is complete when the service worker is in charge and everything is kept. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await untilKept(page);
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
