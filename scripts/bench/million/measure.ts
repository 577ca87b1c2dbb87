import type { Browser, Page } from '@playwright/test';
import { withTimeLimit } from '../../../src/engine/async/timeouts.ts';
import { askOnce, type Sample } from '../latency.ts';
import { QUERIES } from '../queries.ts';
import { type Spread, spread } from '../stats.ts';
import { type Answered, type Fetched, type LongTask, openPage } from './page.ts';
import { COLLECTION } from './prepare.ts';
import { scrollThrough } from './scrolling.ts';
import { traceLongestTask } from './trace.ts';

const SEARCHES = 20;
const PHONE = { width: 390, height: 844 };
/** Milliseconds within which a query has to be answered, and all vectors have to be there. */
const ANSWER = 60_000;
const ARRIVAL = 600_000;

export const PHASES = ['loading', 'searching', 'scrolling'] as const;
type Phase = (typeof PHASES)[number];

export interface Tasks {
  /** Milliseconds; null: none was as long as 50. */
  readonly longest: number | null;
  readonly over50: number;
  /** Of all tasks, the longest in milliseconds of the processor; null where the system does not tell. */
  readonly processor: number | null;
}

export interface Measured {
  /** Bytes of a first visit, by kind of file. */
  readonly wire: Readonly<Record<string, number>>;
  readonly first: Answered & {
    /** Of all that is loaded, what had been by then. */
    readonly bytes: number;
  };
  /** Milliseconds until the last of the vectors had come. */
  readonly arrivedMs: number;
  /** Milliseconds of a search as the page reports them: of the vector part, and from dispatch to the document. */
  readonly search: Spread;
  readonly total: Spread;
  /** Bytes by kind, after searches and scrolling. */
  readonly memory: Readonly<Record<string, number>>;
  readonly memoryBeforeScrolling: number;
  readonly resident: number | undefined;
  readonly tasks: Readonly<Record<Phase, Tasks>>;
}

/**
 * One visit: open with a query, wait for everything, search, scroll on a desktop and on a phone.
 * @param parts how many parts the vectors have
 * @throws Error where the page does not answer or does not scroll
 */
export async function measureVisit(
  browser: Browser,
  origin: string,
  { count, parts, log, shots }: { count: number; parts: number; log: (line: string) => void; shots: string },
): Promise<Measured> {
  const opened = await openPage(browser);
  const { page, fetched } = opened;
  const tasks: Partial<Record<Phase, Tasks>> = {};
  const during = async <T>(phase: Phase, work: () => Promise<T>): Promise<T> => {
    const before = phase === 'loading' ? 0 : (await opened.longTasks()).length;
    const { result, processor } = await traceLongestTask(browser, page, work);
    tasks[phase] = { ...summarise((await opened.longTasks()).slice(before)), processor };
    return result;
  };
  const began = Date.now();
  log('the first answer …');
  const loaded = await during('loading', async () => {
    await page.goto(`${origin}?c=${COLLECTION}&q=dog&device=wasm`);
    const answered = await within(ANSWER, opened.answered, 'dog');
    const first = { ...answered, bytes: fetched.reduce((all, file) => all + file.bytes, 0) };
    await opened.screenshot(`${shots}-first.png`);
    log('the rest of the vectors …');
    return { first, arrivedMs: (await untilArrived(page, fetched, parts)) - began };
  });
  const wire = sizesByKind(fetched);
  log('searches …');
  const samples: Sample[] = [];
  await during('searching', async () => {
    for (const query of QUERIES.slice(1, 1 + SEARCHES)) samples.push(await within(ANSWER, askOnce(page, query), query));
  });
  const memoryBeforeScrolling = sum(await opened.memory());
  log('scrolling …');
  await during('scrolling', async () => {
    await scrollThrough(page, count);
    await page.screenshot({ path: `${shots}-desktop.png` });
    await page.setViewportSize(PHONE);
    await scrollThrough(page, count);
    await page.screenshot({ path: `${shots}-phone.png` });
  });
  const measured = {
    wire,
    ...loaded,
    search: spread(samples.map(({ search }) => search)),
    total: spread(samples.map(({ total }) => total)),
    memory: await opened.memory(),
    memoryBeforeScrolling,
    resident: await opened.resident(),
    tasks: tasks as Record<Phase, Tasks>, // one of each
  };
  await page.context().close();
  return measured;
}

/** @throws Error after `ms` milliseconds without an answer */
function within<T>(ms: number, answer: Promise<T>, query: string): Promise<T> {
  return withTimeLimit(ms, answer, () => {
    throw new Error(`“${query}” was not answered in ${ms / 1000} s.`);
  });
}

/** @returns when the last of them came */
async function untilArrived(page: Page, fetched: readonly Fetched[], parts: number): Promise<number> {
  for (const end = Date.now() + ARRIVAL; Date.now() < end; await page.waitForTimeout(200)) {
    const vectors = new Map(fetched.filter(({ path }) => /\/vectors-/.test(path)).map(({ path, at }) => [path, at]));
    if (vectors.size >= parts) return Math.max(...vectors.values());
  }
  throw new Error(`After ${ARRIVAL / 1000} s not all vectors have come.`);
}

/** Each file once: what the service worker keeps of it comes from the browser's own cache. */
function sizesByKind(fetched: readonly Fetched[]): Record<string, number> {
  const sizes: Record<string, number> = {};
  for (const [path, bytes] of new Map(fetched.map((file) => [file.path, file.bytes]))) {
    const kind = kindOf(path);
    sizes[kind] = (sizes[kind] ?? 0) + bytes;
  }
  return sizes;
}

function kindOf(path: string): string {
  if (path.includes('/models/')) return 'model';
  const part = /\/collections\/[^/]+\/(\w+)[^/]*\.bin$/.exec(path)?.[1];
  if (part) return part;
  return path.includes('/collections/') ? 'manifest' : 'app';
}

function summarise(tasks: readonly LongTask[]): Omit<Tasks, 'processor'> {
  const long = tasks.map(({ duration }) => duration).filter((duration) => duration > 50);
  return { longest: long.length > 0 ? Math.max(...long) : null, over50: long.length };
}

export function sum(sizes: Readonly<Record<string, number>>): number {
  return Object.values(sizes).reduce((all, bytes) => all + bytes, 0);
}
