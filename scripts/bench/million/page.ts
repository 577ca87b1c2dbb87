import { readFile, writeFile } from 'node:fs/promises';
import type { Browser, BrowserContext, Page, Worker } from '@playwright/test';
import { wasmBytes, watchWasm } from './wasm-memory.ts';

/** A task of the page's main thread of at least 50 ms, which is all that browsers tell. */
export interface LongTask {
  /** Milliseconds since the navigation. */
  readonly start: number;
  readonly duration: number;
}

/** A file that has been loaded. */
export interface Fetched {
  readonly path: string;
  readonly bytes: number;
  /** Of the clock, milliseconds. */
  readonly at: number;
}

/** The first answer to a query. */
export interface Answered {
  /** Milliseconds since the navigation. */
  readonly ms: number;
  /** What the page says below the headline. */
  readonly said: string;
}

export interface Opened {
  readonly page: Page;
  readonly fetched: readonly Fetched[];
  /** Told by the page itself, because the scripts by which it can be asked are tasks of its main thread, long ones. */
  readonly answered: Promise<Answered>;
  /** As `page.screenshot`, without a script in the page. */
  screenshot(file: string): Promise<void>;
  longTasks(): Promise<readonly LongTask[]>;
  /** Bytes by kind, after a garbage collection. */
  memory(): Promise<Readonly<Record<string, number>>>;
  /** Resident memory of the page's process, workers and the browser's own code included; undefined but on Linux. */
  resident(): Promise<number | undefined>;
}

const ANSWERED = 'The first answer: ';

type Watched = typeof globalThis & { longTasks: LongTask[] };

/** An empty page of a profile of its own, which is watched from its first moment. */
export async function openPage(browser: Browser): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const workers: Worker[] = [];
  page.on('worker', (worker) => {
    workers.push(worker);
    watchWasm(worker).catch(() => {}); // it ended meanwhile
  });
  await page.addInitScript((announce) => {
    (globalThis as Watched).longTasks = [];
    new PerformanceObserver((list) => {
      for (const { startTime, duration } of list.getEntries()) {
        (globalThis as Watched).longTasks.push({ start: startTime, duration });
      }
    }).observe({ type: 'longtask', buffered: true });
    new PerformanceObserver((list, observer) => {
      const [first] = list.getEntriesByName('afterimage:search');
      if (!first) return;
      observer.disconnect();
      const said = document.querySelector('.results-header p.quiet')?.textContent ?? '';
      console.debug(announce + JSON.stringify({ ms: first.startTime + first.duration, said }));
    }).observe({ type: 'measure' });
  }, ANSWERED);
  return {
    page,
    fetched: watchFetches(context),
    answered: firstAnswer(page),
    async screenshot(file) {
      const session = await context.newCDPSession(page);
      const { data } = await session.send('Page.captureScreenshot');
      await session.detach();
      await writeFile(file, data, 'base64');
    },
    longTasks: () => page.evaluate(() => (globalThis as Watched).longTasks),
    async memory() {
      const measured = await measureMemory(page);
      const wasm = await Promise.all(workers.map((worker) => wasmBytes(worker).catch(() => 0)));
      return { ...measured, WebAssembly: Math.max(...wasm) };
    },
    resident: () => residentBytes(page),
  };
}

async function firstAnswer(page: Page): Promise<Answered> {
  const message = await page.waitForEvent('console', {
    predicate: (candidate) => candidate.text().startsWith(ANSWERED),
    timeout: 0,
  });
  return JSON.parse(message.text().slice(ANSWERED.length)) as Answered;
}

function watchFetches(context: BrowserContext): Fetched[] {
  const fetched: Fetched[] = [];
  context.on('requestfinished', async (request) => {
    const at = Date.now();
    const { responseBodySize } = await request.sizes().catch(() => ({ responseBodySize: 0 }));
    fetched.push({ path: new URL(request.url()).pathname, bytes: responseBodySize, at });
  });
  return fetched;
}

interface Breakdown {
  readonly bytes: number;
  readonly types: readonly string[];
  readonly attribution: readonly { readonly scope: string }[];
}

/** What the browser says of the page and its workers: `page, JavaScript`, `workers, JavaScript` … */
async function measureMemory(page: Page): Promise<Record<string, number>> {
  const breakdown = await page.evaluate(async () => {
    const measured = await (
      performance as Performance & { measureUserAgentSpecificMemory(): Promise<{ breakdown: Breakdown[] }> }
    ).measureUserAgentSpecificMemory();
    return measured.breakdown;
  });
  const sums: Record<string, number> = {};
  for (const { bytes, types, attribution } of breakdown) {
    const scope = attribution[0]?.scope;
    const place = scope === undefined ? 'shared' : scope === 'Window' ? 'page' : 'workers';
    const kind = [place, ...types].join(', ');
    if (bytes > 0) sums[kind] = (sums[kind] ?? 0) + bytes;
  }
  return sums;
}

async function residentBytes(page: Page): Promise<number | undefined> {
  const session = await (page.context().browser() as Browser).newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer');
  const sizes = await Promise.all(
    renderers.map(async ({ id }) => {
      const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '');
      return 1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN);
    }),
  );
  const most = Math.max(...sizes.filter((size) => !Number.isNaN(size)));
  return most > 0 ? most : undefined;
}
