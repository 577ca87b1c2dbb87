/// <reference path="./page/peers.d.ts" />
import type { Browser, Page } from '@playwright/test';
import type {} from './page/main.ts';
import type { Answer, Built, DataSet, EngineId, Loaded } from './protocol.ts';

/**
 * One engine in a worker of its own, in a page of its own, in a browser context of its own: Chromium gives each a
 * process, so that its memory and its crash are its own.
 */
export interface Room {
  build(set: DataSet): Promise<Built | undefined>;
  load(set: DataSet): Promise<Loaded>;
  /** Queries `from` … `from + count − 1`. */
  search(from: number, count: number): Promise<Answer[]>;
  /** Bytes of page and worker after a garbage collection, WebAssembly and array buffers included. */
  memory(): Promise<number>;
  close(): Promise<void>;
}

/** Whatever takes longer than `limit` milliseconds, or crashes the page, rejects with one line that says so. */
export async function openRoom(browser: Browser, origin: string, id: EngineId, limit: number): Promise<Room> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const crashed = new Promise<never>((_, reject) => {
    page.once('crash', () => reject(new Error('the tab crashed (out of memory)')));
  });
  crashed.catch(() => {}); // heard by whoever waits at that moment
  await page.goto(origin);
  const within = <T>(work: Promise<T>): Promise<T> => Promise.race([work, crashed, timeout(limit)]).catch(oneLine);
  return {
    build: (set) => within(page.evaluate(([engine, data]) => window.engine.build(engine, data), [id, set] as const)),
    load: (set) => within(page.evaluate(([engine, data]) => window.engine.load(engine, data), [id, set] as const)),
    search: (from, count) =>
      within(page.evaluate(([first, many]) => window.engine.search(first, many), [from, count] as const)),
    memory: () => within(memoryOf(page)),
    close: () => context.close(),
  };
}

function memoryOf(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const measured = await (
      performance as Performance & { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> }
    ).measureUserAgentSpecificMemory();
    return measured.bytes + (await window.engine.wasmBytes());
  });
}

function timeout(ms: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`stopped after ${Math.round(ms / 1000)} s`)), ms).unref();
  });
}

function oneLine(error: unknown): never {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.replace(/^page\.evaluate: /, '').split('\n')[0] ?? '';
  throw new Error(line.replace(/^(Uncaught )?(\w*Error: )+/, '').slice(0, 160));
}
