import type { Page } from '@playwright/test';
import { askOnce } from './latency.ts';
import { manyQueries } from './queries.ts';

export interface Growth {
  /** Bytes of the page and its workers after 100 and after 1,000 queries. */
  readonly after100: number;
  readonly after1000: number;
}

/** The page's and its workers' memory after a garbage collection; needs a cross-origin isolated page. */
function memory(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const measured = await (
      performance as Performance & { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> }
    ).measureUserAgentSpecificMemory();
    return measured.bytes;
  });
}

/** Whether memory keeps growing with use. */
export async function measureGrowth(page: Page): Promise<Growth> {
  const queries = manyQueries(1000);
  for (const query of queries.slice(0, 100)) await askOnce(page, query);
  const after100 = await memory(page);
  for (const query of queries.slice(100)) await askOnce(page, query);
  return { after100, after1000: await memory(page) };
}
