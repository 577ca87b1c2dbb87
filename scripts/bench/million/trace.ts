import type { Browser, Page } from '@playwright/test';

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the processor, where the system tells. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/**
 * Do `work`, and find the longest task of the page's main thread meanwhile, in milliseconds of the processor: unlike those
 * of the clock, they do not count while something else on the machine has its turn. Null where the system does not tell.
 */
export async function traceLongestTask<T>(
  browser: Browser,
  page: Page,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly processor: number | null }> {
  await browser.startTracing(page, { categories: ['toplevel'] });
  let trace = '';
  const result = await work().finally(async () => {
    trace = (await browser.stopTracing()).toString();
  });
  return { result, processor: longestOf((JSON.parse(trace) as { traceEvents: TraceEvent[] }).traceEvents) };
}

function longestOf(events: readonly TraceEvent[]): number | null {
  const threads = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const isTask = ({ ph, name }: TraceEvent) => ph === 'X' && name.endsWith('RunTask');
  // The browser holds an empty page ready, which has little to do.
  const tasks = threads
    .map((main) => events.filter((event) => event.pid === main.pid && event.tid === main.tid && isTask(event)))
    .reduce((a, b) => (a.length > b.length ? a : b), []);
  const times = tasks.flatMap(({ tdur }) => tdur ?? []);
  return times.length > 0 ? times.reduce((a, b) => Math.max(a, b)) / 1000 : null;
}
