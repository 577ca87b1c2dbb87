import type { Browser, Page } from '@playwright/test';
import { KINDS, type Kind, kindOf } from './kinds.ts';
import { type Line, portOf, type Sent, slowLine } from './line.ts';

export interface View {
  readonly width: number;
  readonly height: number;
  readonly isMobile: boolean;
}

/** Milliseconds from the navigation, and bytes on the line. */
export interface Visit {
  /** A picture of the grid is on the screen. */
  readonly firstPicture: number;
  /** All pictures of the first screen are. */
  readonly pictures: number;
  /** The query that was typed as soon as there was a field is answered. */
  readonly answer: number;
  /** Until then. */
  readonly bytes: Readonly<Record<Kind, number>>;
}

const QUERY = 'dog';
const LONGEST_MS = 300_000;

/** A visit of somebody who has never been here. @param port of the server of the site */
export async function visit(
  browser: Browser,
  port: number,
  line: Line,
  { width, height, isMobile }: View,
): Promise<Visit> {
  const { server, sent } = await slowLine(port, line);
  const context = await browser.newContext({ viewport: { width, height }, isMobile, hasTouch: isMobile });
  try {
    const page = await context.newPage();
    // tsx names functions by a helper that a page does not have.
    await page.addInitScript('globalThis.__name = (named) => named;');
    await page.addInitScript(watchPictures);
    const start = Date.now();
    const url = `http://localhost:${portOf(server)}/?device=wasm`;
    await page.goto(url, { waitUntil: 'commit', timeout: LONGEST_MS });
    await page.locator('input[type=search]').fill(QUERY, { timeout: LONGEST_MS });
    const answer = await answered(page);
    const shown = await page.evaluate(() => (globalThis as unknown as { shown: Shown }).shown);
    return {
      firstPicture: shown.first - start,
      pictures: shown.all - start,
      answer: answer - start,
      bytes: sum(sent.filter(({ end }) => end <= answer)),
    };
  } finally {
    await context.close();
    server.closeAllConnections();
    server.close();
  }
}

interface Shown {
  first: number;
  all: number;
}

/** In the page: notes when the first picture of the grid is there, and when no picture on the screen is missing any more. */
function watchPictures(): void {
  const shown: Shown = { first: Number.NaN, all: Number.NaN };
  Object.assign(globalThis, { shown });
  const isOnScreen = (image: Element) => {
    const { top, bottom } = image.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  };
  const look = () => {
    const images = [...document.querySelectorAll<HTMLImageElement>('[role=grid] img')].filter(isOnScreen);
    const there = images.filter(({ complete, naturalWidth }) => complete && naturalWidth > 0);
    if (Number.isNaN(shown.first) && there.length > 0) shown.first = Date.now();
    if (images.length > 0 && there.length === images.length) shown.all = Date.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** When the answer was in the document, by the app's own measure. */
async function answered(page: Page): Promise<number> {
  const found = await page.waitForFunction(
    (query) => {
      const isIt = (entry: PerformanceEntry) => (entry as PerformanceMeasure).detail?.text === query;
      const entry = performance.getEntriesByName('afterimage:search').find(isIt);
      return entry && performance.timeOrigin + entry.startTime + entry.duration;
    },
    QUERY,
    { timeout: LONGEST_MS, polling: 100 },
  );
  return (await found.jsonValue()) as number;
}

function sum(sent: readonly Sent[]): Record<Kind, number> {
  const bytes = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  for (const one of sent) bytes[kindOf(one.path)] += one.bytes;
  return bytes;
}
