import type { Page } from '@playwright/test';
import { QUERIES } from './queries.ts';
import { type Spread, spread } from './stats.ts';

/** Milliseconds of one query. `total`: from dispatch to the end of the DOM update; `frame`: to the next frame. */
export interface Sample {
  readonly encode: number;
  readonly search: number;
  readonly total: number;
  readonly frame: number;
}

export interface Latency {
  readonly encode: Spread;
  readonly search: Spread;
  readonly total: Spread;
  readonly frame: Spread;
}

/**
 * Type `text` into the field at once and wait until every cell in the document links to its picture. The app's own User
 * Timing measure (`afterimage:search`, src/state/search/search.ts) spans dispatch to the answer in the DOM and carries what the
 * worker measured; cells whose records did not come with the answer change a moment later.
 */
export function askOnce(page: Page, text: string): Promise<Sample> {
  return page.evaluate(async (query) => {
    // A person pauses; what the query before has still to paint is not this one's time.
    while ([...document.images].some(({ complete }) => !complete)) await new Promise((resolve) => setTimeout(resolve));
    await new Promise<void>((resolve) => requestIdleCallback(() => resolve()));
    const field = document.querySelector<HTMLInputElement>('input[type=search]');
    if (!field) throw new Error('There is no search field.');
    const measured = new Promise<PerformanceMeasure>((resolve) => {
      const observer = new PerformanceObserver((list) => {
        const entry = list
          .getEntriesByName('afterimage:search')
          .find((candidate) => (candidate as PerformanceMeasure).detail.text === query);
        if (!entry) return;
        observer.disconnect();
        resolve(entry as PerformanceMeasure);
      });
      observer.observe({ type: 'measure' });
    });
    // Mutations are seen in the microtask after them. The last one that changes which picture a cell links to counts.
    const grid = document.querySelector('[role=grid]');
    let changed = 0;
    const empty = 'a:not([href*="p="])';
    const mutations = new MutationObserver(() => {
      changed = performance.now();
    });
    if (grid) mutations.observe(grid, { subtree: true, childList: true, attributeFilter: ['href'] });
    field.value = query;
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    const entry = await measured;
    while (grid?.querySelector(empty)) await new Promise((resolve) => setTimeout(resolve));
    mutations.disconnect();
    const end = Math.max(entry.startTime + entry.duration, changed);
    const frame = await new Promise<number>((resolve) => requestAnimationFrame(() => resolve(performance.now())));
    const { encodeMs, searchMs } = entry.detail;
    return { encode: encodeMs, search: searchMs, total: end - entry.startTime, frame: frame - entry.startTime };
  }, text);
}

/** Wait until the page at `url` has answered its query. */
export async function openAnswered(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await page.getByRole('heading', { name: /match|^Results for/ }).waitFor({ timeout: 120_000 });
}

/** Wait until the page keeps the last picture for a visit without a network: from then on only queries have work for it. */
export async function untilKept(page: Page): Promise<void> {
  const isKept = () =>
    page.evaluate(async () => {
      const urls = (
        await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()))
      ).flat();
      return urls.some(({ url }) => url.endsWith('/kept.json'));
    });
  while (!(await isKept())) await page.waitForTimeout(250);
}

/** Queries on one page before it is the next one's turn. */
const TURN = 5;

/** The 50 queries on each page, in turns, so that a busy moment of the machine falls on all of them. */
export async function measureInterleaved<Key>(pages: ReadonlyMap<Key, Page>): Promise<Map<Key, Latency>> {
  const samples = new Map([...pages.keys()].map((key) => [key, [] as Sample[]]));
  for (const page of pages.values()) {
    await untilKept(page);
    for (const warm of ['warm', 'up', 'please']) await askOnce(page, warm);
  }
  for (let from = 0; from < QUERIES.length; from += TURN) {
    for (const [key, page] of pages) {
      await page.bringToFront();
      await askOnce(page, `turn ${from}`); // a page that comes to the front paints everything anew
      for (const query of QUERIES.slice(from, from + TURN)) samples.get(key)?.push(await askOnce(page, query));
    }
  }
  return new Map([...samples].map(([key, taken]) => [key, summarise(taken)]));
}

function summarise(samples: readonly Sample[]): Latency {
  const of = (key: keyof Sample) => spread(samples.map((sample) => sample[key]));
  return { encode: of('encode'), search: of('search'), total: of('total'), frame: of('frame') };
}
