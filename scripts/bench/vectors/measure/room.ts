/// <reference path="../page/peers.d.ts" />
import type { Browser, Page } from '@playwright/test';
import type {} from '../page/main.ts';
import type { Answer, Built, DataSet, EngineId, Live, Loaded, OnDemand } from '../protocol.ts';

/**
 * One engine in a worker of its own, in a page of its own, in a browser context of its own: Chromium gives each a
 * process, so that its memory and its crash are its own.
 */
export interface Room {
  build(set: DataSet): Promise<Built | undefined>;
  load(set: DataSet): Promise<Loaded>;
  /** Queries `from` … `from + count − 1`. */
  search(from: number, count: number): Promise<Answer[]>;
  /** See `Searcher`. */
  tune(efSearch: number): Promise<void>;
  /** Only about `permille` rows of a thousand pass from now on. */
  filter(permille: number, set: DataSet): Promise<void>;
  /** See `Live`. */
  live(id: 'hnsw' | 'exact', set: DataSet, additions: number): Promise<Live>;
  /** See `OnDemand`: the first `count` queries. */
  onDemand(set: DataSet, count: number): Promise<OnDemand>;
  /** Bytes of page and worker after a garbage collection, WebAssembly and array buffers included, the queries not. */
  memory(): Promise<number>;
  close(): Promise<void>;
  /** The same room, asked by another engine's way to search. */
  as(id: EngineId): Room;
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
  const room: Room = {
    build: (set) => within(page.evaluate(([engine, data]) => window.engine.build(engine, data), [id, set] as const)),
    load: (set) => within(page.evaluate(([engine, data]) => window.engine.load(engine, data), [id, set] as const)),
    search: (from, count) =>
      within(
        page.evaluate(([engine, first, many]) => window.engine.search(engine, first, many), [id, from, count] as const),
      ),
    tune: (efSearch) => within(page.evaluate((width) => window.engine.tune(width), efSearch)),
    filter: (permille, set) =>
      within(page.evaluate(([share, data]) => window.engine.filter(share, data), [permille, set] as const)),
    live: (engine, set, additions) =>
      within(
        page.evaluate(([of, data, many]) => window.engine.live(of, data, many), [engine, set, additions] as const),
      ),
    onDemand: (set, count) =>
      within(page.evaluate(([data, many]) => window.engine.onDemand(data, many), [set, count] as const)),
    memory: () => within(memoryOf(page)),
    close: () => context.close(),
    as: (other) => ({
      ...room,
      search: (from, count) =>
        within(
          page.evaluate(([engine, first, many]) => window.engine.search(engine, first, many), [
            other,
            from,
            count,
          ] as const),
        ),
    }),
  };
  return room;
}

function memoryOf(page: Page): Promise<number> {
  return page.evaluate(async () => {
    const measured = await (
      performance as Performance & { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> }
    ).measureUserAgentSpecificMemory();
    return measured.bytes + (await window.engine.bytesBeside());
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
